import { addressAt, type Address } from './address.js';

/** What stands at a column and row of the plane: only the upper half is stored, the lower one is its mirror image. */
export interface Cell {
  readonly address: Address;
  /** Below the real axis: the tile upside down. */
  readonly isMirrored: boolean;
}

/**
 * The cell at a column and a row of a level.
 *
 * @param x from the root's west edge
 * @param y from the real axis, negative below it
 * @returns null outside the root and its mirror image
 */
export function cellAt(level: number, x: bigint, y: bigint): Cell | null {
  const size = 1n << BigInt(level);
  const isMirrored = y < 0n;
  const row = isMirrored ? -1n - y : y;
  if (x < 0n || x >= size || row >= size) return null;
  return { address: addressAt({ level, x, y: row }), isMirrored };
}
