// The output, bit by bit from the lowest, RFC 1951, section 3.1.1.
import { OUTPUT } from './memory';

/** Bits that are not yet written, the first one lowest; fewer than 8 between two calls. */
let pending: u64 = 0;
let pendingBits: u32 = 0;
/** Where the next byte goes. */
let next: usize = OUTPUT;

export function beginOutput(): void {
  pending = 0;
  pendingBits = 0;
  next = OUTPUT;
}

/** Writes the lowest `count` bits of `value`, 56 at the most; the bits above them are 0. */
// @ts-ignore: decorator
@inline
export function writeBits(value: u64, count: u32): void {
  pending |= value << pendingBits;
  const bits = pendingBits + count;
  store<u64>(next, pending);
  next += bits >> 3;
  pending >>= bits & ~7;
  pendingBits = bits & 7;
}

/** Fills the last byte with zeros. */
export function alignToByte(): void {
  if (pendingBits > 0) writeBits(0, 8 - pendingBits);
}

/** Bits up to the next whole byte from `ahead` bits on. */
export function bitsToByte(ahead: u32): u32 {
  return (8 - ((pendingBits + ahead) & 7)) & 7;
}

/** Copies bytes into an output that is aligned. */
export function writeBytes(from: usize, count: i32): void {
  memory.copy(next, from, count);
  next += count;
}

/** Bytes of the output, once it is aligned. */
export function outputLength(): i32 {
  return <i32>(next - OUTPUT);
}
