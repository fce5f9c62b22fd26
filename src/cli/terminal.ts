import type { Writable } from 'node:stream';

/** Where a command writes: data to `out`, everything for a person's eyes or a log to `err`. */
export interface Terminal {
  readonly out: Writable;
  readonly err: Writable;
  /** Whether `err` is a terminal, where a line can be rewritten in place. */
  readonly interactive: boolean;
  /** Columns of that terminal. */
  readonly columns: number;
}

/** Text of others, such as a file's name, as it may stand in a line: control characters could move the cursor, or begin a line. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Writes one line of data. */
export function say(terminal: Terminal, text: string): void {
  terminal.out.write(`${text}\n`);
}

/**
 * A table with aligned columns; numbers to the right.
 *
 * @param right columns, from 0, that are aligned to the right whatever is in them
 */
export function table(
  rows: readonly (readonly (string | number)[])[],
  right: readonly number[] = [],
): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, String(cell).length)));
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          typeof cell === 'number' || right.includes(i)
            ? String(cell).padStart(widths[i])
            : cell.padEnd(widths[i]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
