import { parseFixed, parseLog2 } from '../../math/fixed.js';

/** A square of the plane, as decimal numbers. */
export interface Area {
  /** Its middle. */
  readonly re: string;
  readonly im: string;
  /** Half of its side. */
  readonly radius: string;
}

/** Bits by which a coordinate is known more exactly than the side. */
const GUARD_BITS = 16;
/** What rounding to doubles may move: coordinates here are below 8. */
const DOUBLES = 2 ** -48;

/** A box that holds the area in doubles, and hardly more: what lies in it is then looked at by {@link isIn}. */
export function boxOf({ re, im, radius }: Area): Record<'west' | 'east' | 'south' | 'north', number> {
  const reach = Number(radius) + DOUBLES;
  const [x, y] = [Number(re), Number(im)];
  return { west: x - reach, east: x + reach, south: y - reach, north: y + reach };
}

/**
 * A test whether a point is in an area, exact at any depth.
 *
 * @throws RangeError for numbers that are none, or absurd
 */
export function isIn({ re, im, radius }: Area): (point: Pick<Area, 're' | 'im'>) => boolean {
  const bits = GUARD_BITS + Math.max(0, Math.ceil(-parseLog2(radius, 'radius')));
  const at = (text: string): bigint => parseFixed(text, bits, 'a coordinate');
  const [x, y, reach] = [at(re), at(im), at(radius)];
  const isNear = (a: bigint, b: bigint): boolean => a - b <= reach && b - a <= reach;
  return (point) => isNear(at(point.re), x) && isNear(at(point.im), y);
}
