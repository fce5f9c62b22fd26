// A deflate encoder, RFC 1951: whole numbers only, so the same input gives the same bytes on every machine.
import { alignToByte, beginOutput, outputLength } from './bits';
import { writeBlock } from './block';
import { beginInput, findTokens, position, tokens } from './match';
import { CAPACITY, DISTANCE_COUNTS, INPUT, LITERAL_COUNTS, OUTPUT } from './memory';

/** Bytes of one call at the most. */
export function capacity(): i32 {
  return CAPACITY;
}
/** Where the host writes the bytes. */
export function input(): usize {
  return INPUT;
}
/** Where the host finds the deflated bytes. */
export function output(): usize {
  return OUTPUT;
}

/** Deflates the first `length` bytes of the input; returns how many bytes the output has. */
export function deflate(length: i32): i32 {
  beginInput();
  beginOutput();
  do {
    const from = position;
    memory.fill(LITERAL_COUNTS, 0, 4 * 288);
    memory.fill(DISTANCE_COUNTS, 0, 4 * 32);
    findTokens(length);
    writeBlock(from, position, tokens, position == length);
  } while (position < length);
  alignToByte();
  return outputLength();
}
