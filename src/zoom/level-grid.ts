import { INTERVALS, ROOT_SPACING_BITS } from '../tile/grid.js';
import { cellAt, type Cell } from '../tile/mirror.js';
import type { Frame } from './path.js';

/** The cells of one level that a frame meets, and where its pixels are among their samples. */
export interface LevelGrid {
  readonly level: number;
  /** Spacings of this level from one pixel to the next. */
  readonly ratio: number;
  /** Where the frame's centre is, in spacings from the south-west corner of the first cell. */
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  /** Row by row from the south, each from the west; null outside the root and its mirror image. */
  readonly cells: readonly (Cell | null)[];
}

/** Bits of a centre's fraction of a spacing. */
const FRACTION_BITS = 50;
/** Real part of the west edge. */
const WEST = 4n;
/** log2 of the intervals of a tile. */
const TILE_BITS = 8n;

/** Levels whose samples a frame is made of: `fine` has at least a sample a pixel, the next coarser one half of that. */
export function levelsOf({ log2Spacing }: Frame): { readonly fine: number; readonly share: number } {
  const exact = -log2Spacing - ROOT_SPACING_BITS;
  const fine = Math.max(0, Math.ceil(exact));
  // Of the finer one: at a whole level all, just below it nothing. The root has no coarser one.
  return { fine, share: fine === 0 ? 1 : exact - (fine - 1) };
}

/** The cells of a level that a frame meets. */
export function gridOf(frame: Frame, level: number): LevelGrid {
  const { re, im, bits, log2Spacing, angle, width, height } = frame;
  const ratio = 2 ** (log2Spacing + ROOT_SPACING_BITS + level);
  const [cosine, sine] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  // A sample more on each side, for those between which the outermost pixels lie.
  const reach = {
    x: ((width * cosine + height * sine) / 2) * ratio + 1,
    y: ((width * sine + height * cosine) / 2) * ratio + 1,
  };
  const x = split(re + (WEST << BigInt(bits)), bits, level);
  const y = split(im, bits, level);
  const range = (at: number, by: number): [first: number, last: number] => [
    Math.floor((at - by) / INTERVALS),
    Math.floor((at + by) / INTERVALS),
  ];
  const [west, east] = range(x.offset, reach.x);
  const [south, north] = range(y.offset, reach.y);
  const cells: (Cell | null)[] = [];
  for (let row = south; row <= north; row++) {
    for (let column = west; column <= east; column++) {
      cells.push(cellAt(level, x.tile + BigInt(column), y.tile + BigInt(row)));
    }
  }
  return {
    level,
    ratio,
    x: x.offset - west * INTERVALS,
    y: y.offset - south * INTERVALS,
    columns: east - west + 1,
    cells,
  };
}

/** A coordinate as a tile of a level, and spacings from its edge. */
function split(
  value: bigint,
  bits: number,
  level: number,
): { readonly tile: bigint; readonly offset: number } {
  // Frames' centres have more bits than any level that is drawn.
  const below = BigInt(bits - ROOT_SPACING_BITS - level);
  const whole = value >> below;
  const fraction = value & ((1n << below) - 1n);
  const shown = Number((fraction << BigInt(FRACTION_BITS)) >> below) / 2 ** FRACTION_BITS;
  const mask = (1n << TILE_BITS) - 1n;
  return { tile: whole >> TILE_BITS, offset: Number(whole & mask) + shown };
}
