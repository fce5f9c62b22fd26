import { formatDyadic } from '../../math/decimal.js';
import { isAddress, positionOf } from '../../tile/address.js';
import { permalink } from '../address-bar.js';
import { powerOfTwo, type Place } from '../place.js';
import type { Feature, HubPlace } from './answers.js';

/** Radius of a view around a component, in sizes of it. */
const RADIUS_IN_SIZES = 1.5;
/** Radius of a view around a tile, in sides of it. */
const RADIUS_IN_SIDES = 0.6;
/** log2 of the root's side. */
const ROOT_SIDE_BITS = 3;

/** The place that shows a component, with all digits of its nucleus that are known. */
export function placeOfFeature({ re, im, log2Size }: Pick<Feature, 're' | 'im' | 'log2Size'>): Place {
  return { x: re, y: im, r: powerOfTwo(RADIUS_IN_SIZES, log2Size) };
}

/** The place of a place that somebody has described. */
export function placeOfHub({ re, im, radius }: Pick<HubPlace, 're' | 'im' | 'radius'>): Place {
  return { x: re, y: im, r: radius };
}

/** The map as somebody has described it. */
export function linkToView(place: Pick<HubPlace, 're' | 'im' | 'radius' | 'theme'>): string {
  return `./${permalink(placeOfHub(place), place.theme, false)}`;
}

/** The gallery of what people have described within a square. */
export function linkToPlacesNear({ x, y, r }: Place): string {
  return `places?${new URLSearchParams({ re: x, im: y, radius: r })}`;
}

/** The map at a place. */
export function linkToPlace(place: Place): string {
  return `./${permalink(place, null, false)}`;
}

/** The map at a tile; the whole of it for what is no address. */
export function linkToTile(address: string): string {
  return isAddress(address) ? linkToPlace(placeOfTile(address)) : './';
}

/** The place that shows a tile in the middle. */
export function placeOfTile(address: string): Place {
  if (!isAddress(address)) throw new RangeError(`expected an address, got ${address.slice(0, 40)}`);
  const { level, x, y } = positionOf(address);
  // In halves of a tile of this level, a root of level 0 being 8 wide and its west edge at -4.
  const bits = level + 1;
  const middle = (column: bigint): bigint => (2n * column + 1n) << BigInt(ROOT_SIDE_BITS);
  return {
    x: formatDyadic(middle(x) - (4n << BigInt(bits)), bits),
    y: formatDyadic(middle(y), bits),
    r: powerOfTwo(RADIUS_IN_SIDES, ROOT_SIDE_BITS - level),
  };
}
