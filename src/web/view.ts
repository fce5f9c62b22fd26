import { MAX_LEVEL } from '../tile/grid.js';

/**
 * What the map shows. There is no absolute double in it: the centre is counted in fractions of a tile by bigints, so it is as exact at level
 * 20,000 as at level 0.
 */
export interface View {
  /** Level whose tiles are shown at about their own size. */
  readonly level: number;
  /** Centre, in units of 2^-32 tiles of that level: from the root's west edge eastwards, from the real axis northwards (below it: negative). */
  readonly x: bigint;
  readonly y: bigint;
  /** Size of a tile of that level, in tiles' pixels: from 2^-0.5 to 2^0.5, but for the root, which may be smaller. */
  readonly scale: number;
}

/** Pixels a side of a tile's picture. */
export const TILE_SIDE = 256;
/** Bits of the fractions of a tile. */
export const FRACTION_BITS = 32;
const FRACTION = 2 ** FRACTION_BITS;
/** The smallest scale of the root, whose side is 8: the whole set on a small screen. */
const LEAST_SCALE = 0.5;
/** Deeper than this the map does not go: as deep as tiles are made. */
export const DEEPEST_LEVEL: number = MAX_LEVEL;

/** A number of one level's units in another's. */
export function atLevel(value: bigint, from: number, to: number): bigint {
  return to >= from ? value << BigInt(to - from) : value >> BigInt(from - to);
}

/** Size of a tile of a level on the screen, in CSS pixels. */
export function tileSize(view: View, level: number): number {
  return TILE_SIDE * view.scale * 2 ** (view.level - level);
}

/** Moves the centre by so many CSS pixels eastwards and southwards. */
export function panned(view: View, right: number, down: number): View {
  const unit = FRACTION / (TILE_SIDE * view.scale);
  return bounded({
    ...view,
    x: view.x + BigInt(Math.round(right * unit)),
    y: view.y - BigInt(Math.round(down * unit)),
  });
}

/**
 * Enlarges about a point of the screen.
 *
 * @param factor above 1 zooms in
 * @param right of the point, CSS pixels from the centre
 * @param down of the point
 */
export function zoomed(view: View, factor: number, right = 0, down = 0): View {
  const { level, scale } = resized(view, factor);
  const applied = (scale / view.scale) * 2 ** (level - view.level);
  if (applied === 1) return view;
  // The point stays where it is: go there, enlarge, and come back by the same pixels.
  return panned(resized(panned(view, right, down), factor), -right, -down);
}

function resized(view: View, factor: number): View {
  let level = view.level;
  let scale = view.scale * factor;
  while (scale >= Math.SQRT2 && level < DEEPEST_LEVEL) {
    scale /= 2;
    level++;
  }
  while (scale < Math.SQRT1_2 && level > 0) {
    scale *= 2;
    level--;
  }
  scale = Math.max(LEAST_SCALE, Math.min(Math.SQRT2, scale));
  return { level, scale, x: atLevel(view.x, view.level, level), y: atLevel(view.y, view.level, level) };
}

/** Keeps the centre within the square of side 8 about 0. */
function bounded(view: View): View {
  const side = 1n << BigInt(view.level + FRACTION_BITS);
  const clamp = (value: bigint, least: bigint, most: bigint): bigint =>
    value < least ? least : value > most ? most : value;
  return { ...view, x: clamp(view.x, 0n, side), y: clamp(view.y, -side / 2n, side / 2n) };
}

/** log2 of how much a view is enlarged: level and scale in one number. */
export function zoomOf(view: View): number {
  return view.level + Math.log2(view.scale);
}

/**
 * By how many CSS pixels another view's centre lies right of and below this one's; Infinity where it is too far to tell.
 */
export function pixelsTo(view: View, other: View): { right: number; down: number } {
  const far = (units: bigint): number => {
    const pixels = (Number(units) / FRACTION) * TILE_SIDE * view.scale;
    return Number.isFinite(pixels) ? pixels : units < 0n ? -Infinity : Infinity;
  };
  return {
    right: far(atLevel(other.x, other.level, view.level) - view.x),
    down: far(view.y - atLevel(other.y, other.level, view.level)),
  };
}

/** CSS pixels from the view's centre to the corner of a tile: of column x its west edge, of row y its north edge. */
export function cornerOf(view: View, level: number, x: bigint, y: bigint): { right: number; down: number } {
  const fraction = BigInt(FRACTION_BITS);
  const size = tileSize(view, level);
  const tiles = (units: bigint): number => Number(units) / FRACTION;
  return {
    right: tiles((x << fraction) - atLevel(view.x, view.level, level)) * size,
    down: tiles(atLevel(view.y, view.level, level) - ((y + 1n) << fraction)) * size,
  };
}
