// Symbols of lengths and distances, RFC 1951, section 3.2.5: both go in steps of a half or a quarter octave.

/** Symbol of a match's length - 3. */
// @ts-ignore: decorator
@inline
export function lengthSymbol(length: u32): u32 {
  if (length < 8) return 257 + length;
  if (length == 255) return 285;
  const octave = 31 - clz(length);
  return 253 + 4 * octave + ((length >> (octave - 2)) & 3);
}

/** Bits behind the symbol: the lowest ones of length - 3. */
// @ts-ignore: decorator
@inline
export function lengthExtraBits(length: u32): u32 {
  return length < 8 || length == 255 ? 0 : 29 - clz(length);
}

/** Symbol of a match's distance - 1. */
// @ts-ignore: decorator
@inline
export function distanceSymbol(distance: u32): u32 {
  if (distance < 4) return distance;
  const octave = 31 - clz(distance);
  return 2 * octave + ((distance >> (octave - 1)) & 1);
}

/** Bits behind the symbol: the lowest ones of distance - 1. */
// @ts-ignore: decorator
@inline
export function distanceExtraBits(distance: u32): u32 {
  return distance < 4 ? 0 : 30 - clz(distance);
}
