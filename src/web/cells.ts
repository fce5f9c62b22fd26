import { atLevel, FRACTION_BITS, tileSize, type View } from './view.js';

/** A square of columns and rows of one level. */
export interface Window {
  readonly level: number;
  /** The column in the west and the row in the north. */
  readonly west: bigint;
  readonly north: bigint;
  readonly columns: number;
  readonly rows: number;
}

/** The columns and rows that a view shows at a level, and so many more on each side. */
export function windowOf(view: View, level: number, width: number, height: number, margin: number): Window {
  const size = tileSize(view, level);
  const x = atLevel(view.x, view.level, level);
  const y = atLevel(view.y, view.level, level);
  const units = (pixels: number): bigint => BigInt(Math.ceil((pixels / size) * 2 ** FRACTION_BITS));
  const tileOf = (value: bigint): bigint => value >> BigInt(FRACTION_BITS);
  const extra = BigInt(margin);
  const west = tileOf(x - units(width / 2)) - extra;
  const east = tileOf(x + units(width / 2)) + extra;
  const south = tileOf(y - units(height / 2)) - extra;
  const north = tileOf(y + units(height / 2)) + extra;
  return { level, west, north, columns: Number(east - west) + 1, rows: Number(north - south) + 1 };
}

/** Whether a window lies within another one. */
export function isWithin(inner: Window, outer: Window): boolean {
  return (
    inner.level === outer.level &&
    inner.west >= outer.west &&
    inner.north <= outer.north &&
    inner.west + BigInt(inner.columns) <= outer.west + BigInt(outer.columns) &&
    inner.north - BigInt(inner.rows) >= outer.north - BigInt(outer.rows)
  );
}
