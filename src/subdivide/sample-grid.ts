import type { Kernel, PointBatch, VerdictBatch } from '../math/batch.js';
import { coordinates, indexOf, log2Spacing, SOUTH_EDGE, WEST_EDGE, type Grid } from '../tile/grid.js';
import {
  distanceCode,
  DUMMY,
  INFINITE_DISTANCE,
  UNRESOLVED,
  ZERO_DISTANCE,
  type Samples,
} from '../tile/samples.js';
import { iterationBudget } from './budget.js';
import type { DeepSampler } from './deep-sampler.js';
import { numberTypeOf } from './number-type.js';
import type { Statistics } from './statistics.js';

/**
 * A square grid of samples that is being filled, such as a tile's (257 a side) or its four children's at once (513 a side).
 * Row 0 is the northern one, as in a tile.
 */
export interface SampleGrid extends Grid, Samples {
  /** Samples a side. */
  readonly side: number;
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

/** The samples of a square part of a grid: its first column, its first row counted from the south, and its samples a side. */
export function crop(grid: SampleGrid, column: number, row: number, side: number): Samples {
  const period = new Int32Array(side * side);
  const log2Distance = new Int16Array(side * side);
  const top = grid.side - row - side;
  for (let i = 0; i < side; i++) {
    const from = (top + i) * grid.side + column;
    period.set(grid.period.subarray(from, from + side), i * side);
    log2Distance.set(grid.log2Distance.subarray(from, from + side), i * side);
  }
  return { period, log2Distance };
}

/**
 * The only parabolic points off the real axis whose coordinates are binary fractions: 1/4 + i/2 (period 1, multiplier i)
 * and -1 + i/4 (period 2, multiplier i). They are boundary points, so neither test of the race would ever end; they
 * are unresolved from the start instead of using up the budget at every level.
 */
const PARABOLIC_POINTS = [
  { re: 0.25, im: 0.5 },
  { re: -1, im: 0.25 },
];

/** Sets the samples that no kernel is asked for: dummies (the real axis, 0+1i) and the parabolic points. */
export function setExempt(grid: SampleGrid, statistics: Statistics): void {
  const { level, side, period, log2Distance } = grid;
  if (grid.south === 0n) {
    period.fill(DUMMY, side * (side - 1));
    log2Distance.fill(INFINITE_DISTANCE, side * (side - 1));
    statistics.dummies += side;
  }
  const i = sampleAt(grid, indexOf(level, { re: 0, im: 1 }));
  if (i !== null) {
    period[i] = DUMMY;
    log2Distance[i] = INFINITE_DISTANCE;
    statistics.dummies++;
  }
  for (const point of PARABOLIC_POINTS) {
    const sample = sampleAt(grid, indexOf(level, point));
    if (sample === null) continue;
    period[sample] = UNRESOLVED;
    log2Distance[sample] = ZERO_DISTANCE;
    statistics.parabolic++;
  }
}

/** Index of a sample in the grid, or null when it lies outside. */
function sampleAt(grid: SampleGrid, { column, row }: { column: bigint; row: bigint }): number | null {
  const x = Number(column - grid.west);
  const y = Number(row - grid.south);
  const inside = x >= 0 && x < grid.side && y >= 0 && y < grid.side;
  return inside ? (grid.side - 1 - y) * grid.side + x : null;
}

/** Samples of a grid that are to be computed. */
export interface Computation {
  readonly grid: SampleGrid;
  /** Indices into the grid; dummies are not among them. */
  readonly wanted: Uint32Array;
  readonly statistics: Statistics;
}

/**
 * Computes samples of several grids. What is of one level of doubles goes to the kernel together: the few long orbits of each
 * tile then share its vectors.
 *
 * @param deep what decides beyond the levels of doubles
 * @throws RangeError beyond the levels of doubles when there is nothing for them
 */
export function computeSamples(
  computations: readonly Computation[],
  kernel: Kernel,
  deep: DeepSampler | null,
): void {
  for (const level of new Set(computations.map(({ grid }) => grid.level))) {
    const together = computations.filter(({ grid }) => grid.level === level);
    if (numberTypeOf(level) === 'doubles' || deep === null) {
      computeInDoubles(level, together, kernel);
    } else {
      for (const computation of together) computeDeep(level, computation, deep);
    }
  }
}

function computeInDoubles(level: number, computations: readonly Computation[], kernel: Kernel): void {
  const count = computations.reduce((sum, { wanted }) => sum + wanted.length, 0);
  const points = { re: new Float64Array(count), im: new Float64Array(count) };
  let first = 0;
  for (const { grid, wanted } of computations) {
    writePoints(grid, wanted, points, first);
    first += wanted.length;
  }
  const verdicts = { period: new Int32Array(count), log2Distance: new Float64Array(count) };
  kernel.decide(points, count, iterationBudget(level), verdicts);
  first = 0;
  for (const computation of computations) {
    readVerdicts(computation, verdicts, first, -log2Spacing(level));
    first += computation.wanted.length;
  }
}

function computeDeep(level: number, computation: Computation, deep: DeepSampler): void {
  const { grid, wanted } = computation;
  if (wanted.length === 0) return;
  const { side, west, south } = grid;
  const x = Float64Array.from(wanted, (i) => i % side);
  const y = Float64Array.from(wanted, (i) => side - 1 - Math.trunc(i / side));
  const verdicts = { period: new Int32Array(wanted.length), log2Distance: new Float64Array(wanted.length) };
  deep.decide({ level, west, south, x, y }, iterationBudget(level), verdicts);
  readVerdicts(computation, verdicts, 0, 0);
}

function writePoints(grid: SampleGrid, wanted: Uint32Array, points: PointBatch, first: number): void {
  const { level, side } = grid;
  const { re, im } = points;
  const reals = coordinates(level, grid.west, side, WEST_EDGE);
  const imaginaries = coordinates(level, grid.south, side, SOUTH_EDGE);
  for (let i = 0; i < wanted.length; i++) {
    const row = Math.trunc(wanted[i] / side);
    re[first + i] = reals[wanted[i] - row * side];
    im[first + i] = imaginaries[side - 1 - row];
  }
}

/** @param toSpacings what is added to the log2 distances so that they are in spacings */
function readVerdicts(
  { grid, wanted, statistics }: Computation,
  verdicts: VerdictBatch,
  first: number,
  toSpacings: number,
): void {
  const { period, log2Distance } = grid;
  for (let i = 0; i < wanted.length; i++) {
    const decided = verdicts.period[first + i];
    period[wanted[i]] = decided;
    if (decided === UNRESOLVED) {
      log2Distance[wanted[i]] = ZERO_DISTANCE;
      statistics.unresolved++;
    } else {
      log2Distance[wanted[i]] = distanceCode(verdicts.log2Distance[first + i] + toSpacings);
    }
  }
  statistics.computed += wanted.length;
}
