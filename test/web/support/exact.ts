import { TILE_SIDE, type View } from '../../../src/web/view.js';

/** Levels at which what a view does is tried. */
export const LEVELS: readonly number[] = [0, 1, 3, 40, 1000, 20_000];

/** Bits behind those of a level that the oracle counts with. */
const MORE = 160;

/** A double as a whole number of 2^-80; exact for all that are used here. */
function exact(value: number): bigint {
  const whole = Math.floor(value);
  return (BigInt(whole) << 80n) + (BigInt((value - whole) * 2 ** 60) << 20n);
}

/** Where a point of the screen lies in the plane: eastwards from the root's edge and northwards from the axis, in units of 2^-bits roots. */
export function pointOf(view: View, right: number, down: number, bits: number): { x: bigint; y: bigint } {
  const shift = BigInt(bits - view.level);
  const pixels = (count: number): bigint =>
    (exact(count) << shift) / (BigInt(TILE_SIDE) * exact(view.scale || 1));
  const units = (value: bigint): bigint => (value << shift) >> 32n;
  return { x: units(view.x) + pixels(right), y: units(view.y) - pixels(down) };
}

/** How far two points of two screens are apart, in pixels of the second one; by exact arithmetic. */
export function apart(
  a: { view: View; right: number; down: number },
  b: { view: View; right: number; down: number },
): { right: number; down: number } {
  const bits = Math.max(a.view.level, b.view.level) + MORE;
  const from = pointOf(a.view, a.right, a.down, bits);
  const to = pointOf(b.view, b.right, b.down, bits);
  const pixels = (units: bigint): number =>
    (Number((units << 64n) >> BigInt(bits - b.view.level)) / 2 ** 64) * TILE_SIDE * b.view.scale;
  return { right: pixels(to.x - from.x), down: pixels(from.y - to.y) };
}
