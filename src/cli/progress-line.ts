import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import type { Terminal } from './terminal.js';

/**
 * Logs and progress on a terminal: log entries become readable lines, and below them one line is rewritten in place.
 */
export class ProgressLine {
  readonly #terminal: Terminal;
  #text = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Shows a new text, cut to the terminal's width. */
  show(text: string): void {
    this.#text = text.slice(0, Math.max(0, this.#terminal.columns - 1));
    this.#terminal.err.write(`\r\u001b[K${this.#text}`);
  }

  /** Leaves the last text standing and goes to a new line. */
  end(): void {
    if (this.#text !== '') this.#terminal.err.write('\n');
    this.#text = '';
  }

  /** Writes a line above the progress. */
  print(line: string): void {
    this.#terminal.err.write(`\r\u001b[K${line}\n${this.#text}`);
  }
}

/** A logger: JSON lines, or readable ones above a progress line. */
export function createLogger(level: string, terminal: Terminal, progress: ProgressLine | null): Logger {
  if (progress === null) return pino({ level }, pinoStream(terminal.err));
  return pino({ level, base: null }, new ReadableLines(progress));
}

/** Pino writes to the stream at once, so nothing is lost when the process ends. */
function pinoStream(stream: Writable): { write(text: string): void } {
  return { write: (text) => void stream.write(text) };
}

/** Turns pino's JSON lines into readable ones. */
class ReadableLines extends Writable {
  readonly #progress: ProgressLine;

  constructor(progress: ProgressLine) {
    super({ decodeStrings: false });
    this.#progress = progress;
  }

  override _write(line: string | Buffer, _encoding: string, callback: () => void): void {
    const { level, time, msg, err, ...rest } = JSON.parse(String(line)) as Record<string, unknown>;
    const clock = new Date(Number(time)).toTimeString().slice(0, 8);
    const name = pino.levels.labels[Number(level)] ?? 'info';
    const cause =
      typeof err === 'object' && err !== null && 'message' in err ? ` ${String(err.message)}` : '';
    const details = Object.entries(rest).map(
      ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    this.#progress.print(`${clock} ${name.padEnd(5)} ${String(msg)}${details.join('')}${cause}`);
    callback();
  }
}
