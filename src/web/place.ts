import { shorten } from '../math/decimal.js';
import { parseFixed, parseLog2 } from '../math/fixed.js';
import { DEEPEST_LEVEL, FRACTION_BITS, panned, TILE_SIDE, type View, zoomed } from './view.js';

/** Where a view is, as people write it: decimal strings of any length. */
export interface Place {
  /** Real and imaginary part of the centre. */
  readonly x: string;
  readonly y: string;
  /** Half of the view's height, units of the plane. */
  readonly r: string;
}

/** The whole set. */
export const HOME: Place = { x: '-0.75', y: '0', r: '1.35' };

/** Half of the width that shows the whole set, units of the plane. */
const HALF_WIDTH = 1.6;

/** The whole set in a window of so many pixels; in one that is higher than wide it is as wide as the window. */
export function homeOf(width: number, height: number): Place {
  const r = Math.max(Number(HOME.r), (HALF_WIDTH * height) / width);
  return { ...HOME, r: String(Number(r.toPrecision(4))) };
}

/** log2 of the side of the root. */
const ROOT_SIDE_BITS = 3;
/** Digits beyond what a pixel needs, in bits: a sixteenth of one. */
const MORE_BITS = 4;
/** log2 of a tile's side in pixels. */
const TILE_BITS = 8;

/**
 * The view of a place.
 *
 * @param height of the window, CSS pixels
 * @throws RangeError that says what was expected, in words for the person who wrote the place
 */
export function viewOf(place: Place, height: number): View {
  const log2Radius = parseLog2(place.r, 'r');
  // Written so that it holds below 0 as well, where there is no logarithm.
  if (!(log2Radius > -Infinity))
    throw new RangeError(`expected r, half of the height, above 0, got ${shorten(place.r)}`);
  const zoom = Math.log2(height / 2) - TILE_BITS + ROOT_SIDE_BITS - log2Radius;
  const level = Math.max(0, Math.min(DEEPEST_LEVEL, Math.round(zoom)));
  const units = level + FRACTION_BITS - ROOT_SIDE_BITS;
  const west = 4n << BigInt(units);
  const view = {
    level,
    x: parseFixed(place.x, units, 'x') + west,
    y: parseFixed(place.y, units, 'y'),
    scale: 1,
  };
  // Brought within the bounds of what is shown.
  return panned(zoomed(view, 2 ** Math.max(-2, Math.min(2, zoom - level))), 0, 0);
}

/** The place of a view, with as many digits as a sixteenth of a pixel needs. */
export function placeOf(view: View, height: number): Place {
  const units = view.level + FRACTION_BITS - ROOT_SIDE_BITS;
  const digits = Math.ceil((view.level + TILE_BITS - ROOT_SIDE_BITS + MORE_BITS) * Math.LOG10E * Math.LN2);
  const west = 4n << BigInt(units);
  return {
    x: decimal(view.x - west, units, digits),
    y: decimal(view.y, units, digits),
    r: powerOfTwo(height / 2 / TILE_SIDE / view.scale, ROOT_SIDE_BITS - view.level),
  };
}

/** value 2^-bits with so many digits behind the point, rounded, without zeros at the end. */
function decimal(value: bigint, bits: number, digits: number): string {
  const magnitude = value < 0n ? -value : value;
  const half = 1n << BigInt(bits - 1);
  const rounded = (magnitude * 10n ** BigInt(digits) + half) >> BigInt(bits);
  const text = rounded.toString().padStart(digits + 1, '0');
  const fraction = text.slice(text.length - digits).replace(/0+$/, '');
  const whole = text.slice(0, text.length - digits);
  return `${value < 0n && rounded > 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** factor 2^exponent to so many digits, also where no double holds it. */
export function powerOfTwo(factor: number, exponent: number, digits = 6): string {
  const log10 = Math.log10(factor) + exponent * Math.LOG10E * Math.LN2;
  const ten = Math.floor(log10);
  if (ten >= -6 && ten <= 3) return String(Number((10 ** log10).toPrecision(digits)));
  return `${Number((10 ** (log10 - ten)).toPrecision(digits))}e${ten}`;
}
