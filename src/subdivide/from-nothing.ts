import type { Kernel } from '../math/batch.js';
import type { Address } from '../tile/address.js';
import { gridOf, INTERVALS, type Grid } from '../tile/grid.js';
import { deeperDistanceCode, UNRESOLVED, type Samples } from '../tile/samples.js';
import type { DeepSampler } from './deep-sampler.js';
import { refine } from './refine.js';
import { computeSamples, createSampleGrid, crop, setExempt, type SampleGrid } from './sample-grid.js';
import { noStatistics, type Statistics } from './statistics.js';

/**
 * A tile computed from its address alone, with the same bits as by the chain of subdivisions from the root.
 *
 * What a sample is in the chain follows from the coarser grids: it is interpolated where its neighbours on the grid before
 * its first one are boring, and else computed at the level of its first grid. Of all samples but a tile's corners these
 * neighbours lie in the tile. So a tile is made from its corners, by halving the spacing eight times. Why the corners of an
 * interesting tile are never interpolated stands in ARCHITECTURE.md, "The same tile from nothing".
 */

/** Halvings from a tile's corners to its samples. */
const HALVINGS = Math.log2(INTERVALS);
/** A tile on the real axis begins as many levels earlier: beside dummies, a corner may be interpolated from one sample. */
const AXIS_HALVINGS = 4;

/**
 * Computes a tile.
 *
 * @param deep what decides samples beyond the levels of doubles
 * @throws RangeError when the level is beyond doubles and `deep` is null
 */
export function tileFromNothing(
  address: Address,
  kernel: Kernel,
  statistics: Statistics,
  deep: DeepSampler | null = null,
): Samples {
  const tile = gridOf(address);
  const first = Math.max(0, tile.level - HALVINGS - (tile.south === 0n ? AXIS_HALVINGS : 0));
  const compute = (grid: SampleGrid, wanted: Uint32Array): void =>
    computeSamples([{ grid, wanted, statistics }], kernel, deep);
  let grid = blockAround(tile, first);
  if (first === 0) computeAll(grid, compute);
  else computeCorners(grid, tile, compute);
  while (grid.level < tile.level) {
    const refined = refine(grid, noStatistics());
    compute(refined.grid, refined.wanted);
    grid = blockAround(tile, grid.level + 1);
    const column = Number(grid.west - refined.grid.west);
    const row = Number(grid.south - refined.grid.south);
    grid = { ...grid, ...crop(refined.grid, column, row, grid.side) };
  }
  return { period: grid.period, log2Distance: grid.log2Distance };
}

type Compute = (grid: SampleGrid, wanted: Uint32Array) => void;

/** The smallest part of a coarser level's grid that holds a tile: one cell of it, from eight levels above on. */
function blockAround(tile: Grid, level: number): SampleGrid {
  const up = tile.level - level;
  const side = Math.max(1, Math.trunc(INTERVALS / 2 ** up)) + 1;
  return createSampleGrid(level, side, tile.west >> BigInt(up), tile.south >> BigInt(up));
}

/** Computes a grid of level 0, as the root is. */
function computeAll(grid: SampleGrid, compute: Compute): void {
  setExempt(grid, noStatistics());
  compute(
    grid,
    Uint32Array.from(grid.period.keys()).filter((i) => grid.period[i] >= 0),
  );
}

/** Computes the four samples of a block around a tile, each as it has come down from the first level whose grid has it. */
function computeCorners(block: SampleGrid, tile: Grid, compute: Compute): void {
  for (let i = 0; i < 4; i++) {
    const column = block.west + BigInt(i & 1);
    const row = block.south + BigInt(1 - (i >> 1));
    let level = firstLevelOf(block.level, column, row);
    let period: number = UNRESOLVED;
    let code = 0;
    for (; level <= block.level && period === UNRESOLVED; level++) {
      const drop = BigInt(block.level - level);
      const coarse = blockAround(tile, level); // the sample is a corner of this one too
      const index = Number((column >> drop) - coarse.west) + 2 * (1 - Number((row >> drop) - coarse.south));
      setExempt(coarse, noStatistics());
      if (coarse.period[index] >= 0) compute(coarse, Uint32Array.of(index));
      period = coarse.period[index];
      code = coarse.log2Distance[index];
    }
    for (; level <= block.level; level++) code = deeperDistanceCode(code);
    block.period[i] = period;
    block.log2Distance[i] = code;
  }
}

/** The first level whose grid has a sample that is at a column and a row of a level's. */
function firstLevelOf(level: number, column: bigint, row: bigint): number {
  let first = level;
  for (let bits = column | row; first > 0 && (bits & 1n) === 0n; bits >>= 1n) first--;
  return first;
}
