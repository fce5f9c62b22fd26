import { CODE_SHIFT, kindOf, TABLE_STEPS } from '../image/film-colours.js';
import { INTERVALS, SAMPLES, SIDE } from '../tile/grid.js';
import { BORING_ABOVE, DUMMY, STEPS_PER_OCTAVE, type Samples } from '../tile/samples.js';

/** A tile's samples as a film needs them. */
export interface FilmTile {
  /** For each sample its place in a table of colours (image/film-colours.ts); 257*257, row 0 north. */
  readonly places: Uint32Array;
  /**
   * For each of 32*32 blocks of {@link BLOCK} intervals, row 0 north: the side, in intervals, of the largest square of blocks around it whose
   * samples, edges included, have one place; a square lies at a multiple of its side. 0 where the block itself has several.
   */
  readonly squares: Uint16Array;
}

/** Intervals a side of a block. */
export const BLOCK = 8;
/** Blocks a side of a tile. */
export const BLOCKS: number = INTERVALS / BLOCK;

/** Where all colours of a flat theme are at their end: far more than 4 spacings. */
const FAR_CODE = 8 * STEPS_PER_OCTAVE;

/**
 * Prepares a tile. Samples that are never calculated take after the one above them, or beside.
 *
 * @param isFlat whether boring samples are of one colour for each kind, so that whole areas can be painted at once
 */
export function filmTile({ period, log2Distance }: Samples, isFlat: boolean): FilmTile {
  const places = new Uint32Array(SAMPLES);
  for (let i = 0; i < SAMPLES; i++) {
    let from = i;
    if (period[i] === DUMMY) from = i >= SIDE ? i - SIDE : i + 1;
    if (period[from] === DUMMY) from = i + 1;
    const code = isFlat && log2Distance[from] > BORING_ABOVE ? FAR_CODE : log2Distance[from];
    places[i] = kindOf(period[from]) * TABLE_STEPS + ((code + 32_768) >> CODE_SHIFT);
  }
  return { places, squares: squaresOf(places) };
}

function squaresOf(places: Uint32Array): Uint16Array {
  const squares = new Uint16Array(BLOCKS * BLOCKS);
  for (let i = 0; i < squares.length; i++) {
    if (isUniform(places, BLOCK * Math.floor(i / BLOCKS) * SIDE + BLOCK * (i % BLOCKS))) squares[i] = BLOCK;
  }
  // Neighbours share an edge, so four uniform squares that touch have one place.
  for (let half = 1; half < BLOCKS; half *= 2) {
    const side = half * BLOCK;
    for (let row = 0; row < BLOCKS; row += 2 * half) {
      for (let column = 0; column < BLOCKS; column += 2 * half) {
        const first = row * BLOCKS + column;
        const below = first + half * BLOCKS;
        if (![first, first + half, below, below + half].every((at) => squares[at] === side)) continue;
        for (let i = 0; i < 2 * half; i++) {
          const start = first + i * BLOCKS;
          squares.fill(2 * side, start, start + 2 * half);
        }
      }
    }
  }
  return squares;
}

/** Whether the block whose north-west sample is the first one is of one place. */
function isUniform(places: Uint32Array, first: number): boolean {
  const place = places[first];
  for (let row = 0; row <= BLOCK; row++) {
    for (let column = 0; column <= BLOCK; column++) {
      if (places[first + row * SIDE + column] !== place) return false;
    }
  }
  return true;
}
