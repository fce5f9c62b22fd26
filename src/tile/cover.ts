import { addressAt, MAX_ADDRESS_LEVEL, type Address } from './address.js';

/** A square of the plane in fixed point: all numbers count units of 2^-bits. */
export interface FixedSquare {
  /** Centre. */
  readonly re: bigint;
  readonly im: bigint;
  /** Half of the side, above 0. */
  readonly radius: bigint;
  readonly bits: number;
}

/** Real part of the root's west edge, and its side. */
const WEST = -4n;
const SIDE_BITS = 3;

/**
 * The tiles that show a square at its own size: of the level whose tiles are at most as large as it is, and more than half as
 * large, all that it meets, nine at the most. What lies below the real axis is shown by the mirror image; what lies outside the
 * root by nothing.
 *
 * @throws RangeError when that level is deeper than any address
 */
export function coverSquare({ re, im, radius, bits }: FixedSquare): Address[] {
  // A tile of level L has a side of 2^(3-L): the least L with 2^(3-L) <= 2 radius.
  const log2Side = (2n * radius).toString(2).length - 1 - bits;
  const level = Math.max(0, SIDE_BITS - log2Side);
  if (level > MAX_ADDRESS_LEVEL) {
    throw new RangeError(`expected a square of level ${MAX_ADDRESS_LEVEL} at the most, got level ${level}`);
  }
  // In units of a tile's side, counted from the root's corner; more bits where the numbers given have too few.
  const more = BigInt(Math.max(0, level - SIDE_BITS - bits));
  const down = BigInt(bits) + more + BigInt(SIDE_BITS - level);
  const tileOf = (x: bigint): bigint => (x << more) >> down;
  const last = (1n << BigInt(level)) - 1n;
  const range = (from: bigint, to: bigint): bigint[] => {
    const first = from < 0n ? 0n : from;
    const end = to > last ? last : to;
    return Array.from({ length: Math.max(0, Number(end - first) + 1) }, (_, i) => first + BigInt(i));
  };
  const column = re - (WEST << BigInt(bits));
  const row = im < 0n ? -im : im;
  const columns = range(tileOf(column - radius), tileOf(column + radius));
  const rows = range(tileOf(row - radius), tileOf(row + radius));
  return rows.flatMap((y) => columns.map((x) => addressAt({ level, x, y })));
}
