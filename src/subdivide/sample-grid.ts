import type { Kernel } from '../math/batch.js';
import { coordinates, indexOfI, log2Spacing, SOUTH_EDGE, WEST_EDGE } from '../tile/grid.js';
import { distanceCode, DUMMY, INFINITE_DISTANCE, UNRESOLVED, ZERO_DISTANCE } from '../tile/samples.js';
import { iterationBudget } from './budget.js';
import type { Statistics } from './statistics.js';

/**
 * A square grid of samples that is being filled, of a tile (257 a side) or of its four children at once (513 a side).
 * Row 0 is the northern one, as in a tile.
 */
export interface SampleGrid {
  readonly level: number;
  /** Samples a side. */
  readonly side: number;
  /** Column index of the western samples, see src/tile/grid.ts. */
  readonly west: bigint;
  /** Row index of the southern samples. */
  readonly south: bigint;
  readonly period: Int32Array;
  readonly log2Distance: Int16Array;
}

/** A grid with nothing in it. */
export function createSampleGrid(level: number, side: number, west: bigint, south: bigint): SampleGrid {
  const samples = side * side;
  return {
    level,
    side,
    west,
    south,
    period: new Int32Array(samples),
    log2Distance: new Int16Array(samples),
  };
}

/** Sets the samples that are never calculated: on the real axis, and at 0+1i. */
export function setDummies(grid: SampleGrid, statistics: Statistics): void {
  const { side, period, log2Distance } = grid;
  const set = (index: number): void => {
    period[index] = DUMMY;
    log2Distance[index] = INFINITE_DISTANCE;
    statistics.dummies++;
  };
  if (grid.south === 0n) for (let i = side * (side - 1); i < side * side; i++) set(i);
  const { column, row } = indexOfI(grid.level);
  const x = Number(column - grid.west);
  const y = Number(row - grid.south);
  if (x >= 0 && x < side && y >= 0 && y < side) set((side - 1 - y) * side + x);
}

/**
 * Computes the given samples, except dummies.
 *
 * @param wanted indices into the grid
 */
export function computeSamples(
  grid: SampleGrid,
  wanted: Uint32Array,
  kernel: Kernel,
  statistics: Statistics,
): void {
  const { level, side, period, log2Distance } = grid;
  const reals = coordinates(level, grid.west, side, WEST_EDGE);
  const imaginaries = coordinates(level, grid.south, side, SOUTH_EDGE);
  const count = wanted.length;
  const points = { re: new Float64Array(count), im: new Float64Array(count) };
  for (let i = 0; i < count; i++) {
    const row = Math.floor(wanted[i] / side);
    points.re[i] = reals[wanted[i] - row * side];
    points.im[i] = imaginaries[side - 1 - row];
  }
  const verdicts = { period: new Int32Array(count), log2Distance: new Float64Array(count) };
  kernel.decide(points, count, iterationBudget(level), verdicts);
  const toSpacings = -log2Spacing(level);
  for (let i = 0; i < count; i++) {
    const decided = verdicts.period[i];
    period[wanted[i]] = decided;
    if (decided === UNRESOLVED) {
      log2Distance[wanted[i]] = ZERO_DISTANCE;
      statistics.unresolved++;
    } else {
      log2Distance[wanted[i]] = distanceCode(verdicts.log2Distance[i] + toSpacings);
    }
  }
  statistics.computed += count;
}
