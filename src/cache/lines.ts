import type { FileHandle } from 'node:fs/promises';

/** Bytes that are read at a time. */
const PIECE = 2 ** 16;

/**
 * Takes a text apart that comes piece by piece. Only a newline ends a line: a carriage return is a byte like any other. What follows the
 * last newline is no line yet.
 *
 * Memory does not grow with the length of a line: of one that is longer than `longest` bytes the first `longest` + 1 are given.
 */
export class LineSplitter {
  readonly #longest: number;
  #begun = '';

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The lines that end in the next piece. */
  take(piece: string): string[] {
    const lines = piece.split('\n');
    lines[0] = this.#begun + lines[0];
    this.#begun = (lines.pop() ?? '').slice(0, this.#longest + 1);
    return lines;
  }
}

/**
 * The text of an open file, a piece at a time.
 *
 * @param from byte to begin at
 * @param size where to end; what is appended meanwhile waits for the next reader
 */
export async function* pieces(file: FileHandle, from: number, size: number): AsyncGenerator<string> {
  const piece = Buffer.alloc(PIECE);
  for (let at = from; at < size;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, size - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.toString('latin1', 0, bytesRead);
  }
}

/** The lines of an open file that end with a newline, a piece of the file at a time; as {@link LineSplitter} and {@link pieces}. */
export async function* completeLines(
  file: FileHandle,
  size: number,
  longest: number,
): AsyncGenerator<string[]> {
  const splitter = new LineSplitter(longest);
  for await (const piece of pieces(file, 0, size)) yield splitter.take(piece);
}
