import type { FileHandle } from 'node:fs/promises';

/** Bytes that are read at a time. */
const PIECE = 2 ** 16;

/**
 * The lines of an open file that end with a newline, a piece of the file at a time. Only a newline ends a line: a carriage return
 * is a byte like any other. What follows the last newline is no line.
 *
 * Memory does not grow with the length of a line: of one that is longer than `longest` bytes the first `longest` + 1 are given.
 *
 * @param size bytes that are read at the most; what is appended meanwhile waits for the next reader
 */
export async function* completeLines(
  file: FileHandle,
  size: number,
  longest: number,
): AsyncGenerator<string[]> {
  const piece = Buffer.alloc(PIECE);
  let begun = '';
  for (let at = 0; at < size;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, size - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const lines = piece.toString('latin1', 0, bytesRead).split('\n');
    lines[0] = begun + lines[0];
    begun = (lines.pop() ?? '').slice(0, longest + 1);
    yield lines;
  }
}
