import { positionOf, type Address } from './address.js';

/**
 * Where the samples of a tile are. All coordinates are whole multiples of the level's pixel spacing, so the grid is
 * kept in integers: a sample's column index counts from -4 eastwards, its row index from the real axis upwards.
 */

/** Pixel intervals a side. */
export const INTERVALS = 256;
/** Samples a side: neighbours share their edge samples. */
export const SIDE = 257;
/** Samples of a tile. */
export const SAMPLES: number = SIDE * SIDE;
/** The pixel spacing of level L is 2^-(5+L). */
export const ROOT_SPACING_BITS = 5;

/**
 * Deepest level that is computed in doubles. Rounding acts like moving c by about 2^-52: there, distances are right to 1 % down
 * to 2^-9 spacings, less than any picture shows (at level 36 it is 2^-4). Differences take two to four times as long at these levels,
 * so it is not speed that ends the doubles; the boring proof would hold to level 36 (ARCHITECTURE.md).
 */
export const MAX_DOUBLE_LEVEL = 32;

/** Deepest level that is made unless it is said otherwise: a tile there is 2^-20000 of the root's side. */
export const MAX_LEVEL = 20_000;

/** The grid of one tile. */
export interface Grid {
  readonly level: number;
  /** Column index of the samples on the west edge. */
  readonly west: bigint;
  /** Row index of the samples on the south edge. */
  readonly south: bigint;
}

/** The grid of a tile. */
export function gridOf(address: Address): Grid {
  const { level, x, y } = positionOf(address);
  return { level, west: x * BigInt(INTERVALS), south: y * BigInt(INTERVALS) };
}

/** log2 of the pixel spacing, units of the plane. */
export function log2Spacing(level: number): number {
  return -(ROOT_SPACING_BITS + level);
}

/**
 * Coordinates along one edge of a grid, exact.
 *
 * @param level level of the grid, at most {@link MAX_DOUBLE_LEVEL}
 * @param first index of the first column or row
 * @param count how many
 * @param origin coordinate of index 0: -4 for columns, 0 for rows
 * @returns `count` coordinates, units of the plane, one pixel spacing apart
 * @throws RangeError beyond the levels at which doubles are exact
 */
export function coordinates(level: number, first: bigint, count: number, origin: number): Float64Array {
  if (level > MAX_DOUBLE_LEVEL) {
    throw new RangeError(`expected a level of at most ${MAX_DOUBLE_LEVEL}, got ${level}`);
  }
  const spacing = 2 ** log2Spacing(level);
  const start = Number(first);
  return Float64Array.from({ length: count }, (_, i) => origin + (start + i) * spacing);
}

/** Real part of column index 0, the root's west edge. */
export const WEST_EDGE = -4;
/** Imaginary part of row index 0, the real axis. */
export const SOUTH_EDGE = 0;

/**
 * Column and row index of a point that lies on the grid of every level: both coordinates multiples of the root's spacing.
 */
export function indexOf(
  level: number,
  point: { readonly re: number; readonly im: number },
): {
  column: bigint;
  row: bigint;
} {
  const scale = 1n << BigInt(level);
  const perUnit = 2 ** ROOT_SPACING_BITS;
  return {
    column: BigInt((point.re - WEST_EDGE) * perUnit) * scale,
    row: BigInt((point.im - SOUTH_EDGE) * perUnit) * scale,
  };
}
