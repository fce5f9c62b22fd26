import { CODE_SHIFT, type FilmColours } from '../image/film-colours.js';
import { levelOf, type Address } from '../tile/address.js';
import { INTERVALS, log2Spacing as log2SpacingOf } from '../tile/grid.js';
import { STEPS_PER_OCTAVE } from '../tile/samples.js';
import type { FilmTile } from './film-tile.js';
import { gridOf, type LevelGrid } from './level-grid.js';
import type { Frame } from './path.js';

/** The samples from which a cell is shown: its own, or those of an ancestor. */
export interface Source {
  readonly address: Address;
  readonly tile: FilmTile;
}

/** A cell, and how its samples are found. */
export interface Part {
  readonly tile: FilmTile;
  /** Sample column = x0 + dx * spacings from the cell's west edge; row = y0 + dy * spacings from its south edge. */
  readonly x0: number;
  readonly dx: number;
  readonly y0: number;
  readonly dy: number;
  /** What a distance in the ancestor's spacings is more in the cell's own, in steps of the table. */
  readonly steps: number;
}

/** One level of a frame, ready to be sampled. */
export interface Layer {
  readonly grid: LevelGrid;
  readonly parts: readonly (Part | null)[];
  readonly table: Float32Array;
  /** Its share of each colour, 0 to 1. */
  readonly weight: number;
}

/** @param sourceOf the samples for a cell; null: nothing is known */
export function layerOf(
  frame: Frame,
  level: number,
  weight: number,
  colours: FilmColours,
  sourceOf: (address: Address) => Source | null,
): Layer {
  const grid = gridOf(frame, level);
  const spacing = log2SpacingOf(level);
  const table = colours.table(spacing - frame.log2Spacing, spacing);
  const parts = grid.cells.map((cell) => {
    const source = cell && sourceOf(cell.address);
    return cell && source && partOf(cell.address, cell.isMirrored, source);
  });
  return { grid, parts, table, weight };
}

function partOf(address: Address, isMirrored: boolean, { address: ancestor, tile }: Source): Part {
  const up = levelOf(address) - levelOf(ancestor);
  const scale = 2 ** -up;
  // Where the cell begins in its ancestor, from the south-west corner, as a share of the side: binary fractions, exact as far as it matters.
  let [east, north] = [0, 0];
  for (let i = 0, weight = 0.5; i < up; i++, weight /= 2) {
    const digit = Number(address[ancestor.length + i]);
    if (digit & 1) east += weight;
    if (digit & 2) north += weight;
  }
  const south = INTERVALS * (1 - north);
  return {
    tile,
    x0: INTERVALS * east,
    dx: scale,
    y0: isMirrored ? south - INTERVALS * scale : south,
    dy: isMirrored ? scale : -scale,
    steps: (up * STEPS_PER_OCTAVE) >> CODE_SHIFT,
  };
}
