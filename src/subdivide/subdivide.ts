import type { Kernel } from '../math/batch.js';
import { childOf, levelOf, QUADRANTS, type Address, type Quadrant } from '../tile/address.js';
import { gridOf, INTERVALS, SIDE } from '../tile/grid.js';
import {
  BORING_ABOVE,
  createSamples,
  deeperDistanceCode,
  DUMMY,
  UNRESOLVED,
  type Samples,
} from '../tile/samples.js';
import { boringPeriod } from './boring.js';
import { computeSamples, createSampleGrid, setExempt, type SampleGrid } from './sample-grid.js';
import { noStatistics, type Statistics } from './statistics.js';

/** A child that must be stored. */
export interface InterestingChild {
  readonly address: Address;
  readonly samples: Samples;
}

/** A child that is wholly of one kind: a line in boring.txt is all that is kept of it. */
export interface BoringChild {
  readonly address: Address;
  readonly period: number;
}

/** What becomes of a tile. */
export interface Subdivision {
  /** In the order of their quadrants. */
  readonly interesting: readonly InterestingChild[];
  readonly boring: readonly BoringChild[];
  /** Of the 513x513 samples, each counted once. */
  readonly statistics: Statistics;
}

/** Samples a side of the four children together. */
const FINE_SIDE = 2 * INTERVALS + 1;

/**
 * Subdivides a tile: 257x257 samples become 513x513, cut into four tiles that share their edges. A quarter of the
 * samples is the parent's; a sample whose parent neighbours are all boring and of one period is interpolated; the rest
 * is computed, and so is what the parent left unresolved, with the larger budget of the new level.
 *
 * The result depends on the arguments alone, bit for bit.
 *
 * @throws RangeError when the children's level is beyond what the kernel's numbers hold
 */
export function subdivide(address: Address, parent: Samples, kernel: Kernel): Subdivision {
  const { west, south } = gridOf(address);
  const fine = createSampleGrid(levelOf(address) + 1, FINE_SIDE, 2n * west, 2n * south);
  const statistics = noStatistics();
  const wanted = refine(fine, parent, statistics);
  computeSamples(fine, wanted, kernel, statistics);
  const interesting: InterestingChild[] = [];
  const boring: BoringChild[] = [];
  for (const quadrant of QUADRANTS) {
    const child = childOf(address, quadrant);
    const samples = cut(fine, quadrant);
    const period = boringPeriod(samples);
    if (period === null) interesting.push({ address: child, samples });
    else boring.push({ address: child, period });
  }
  return { interesting, boring, statistics };
}

/**
 * Fills what the parent determines.
 *
 * @returns indices of the samples that are left to compute, ascending
 */
function refine(fine: SampleGrid, parent: Samples, statistics: Statistics): Uint32Array {
  const { side, period, log2Distance } = fine;
  setExempt(fine, statistics);
  const wanted = new Uint32Array(side * side);
  let count = 0;
  for (let row = 0; row < side; row++) {
    const north = (row >> 1) * SIDE;
    const south = ((row + 1) >> 1) * SIDE;
    for (let column = 0; column < side; column++) {
      const index = row * side + column;
      if (period[index] < 0) continue; // exempt
      const west = column >> 1;
      const east = (column + 1) >> 1;
      const corner = north + west;
      if (((row | column) & 1) === 0) {
        if (parent.period[corner] === UNRESOLVED) {
          wanted[count++] = index;
        } else {
          period[index] = parent.period[corner];
          log2Distance[index] = deeperDistanceCode(parent.log2Distance[corner]);
          statistics.copied++;
        }
      } else if (interpolate(parent, corner, north + east, south + west, south + east)) {
        period[index] = interpolatedPeriod;
        log2Distance[index] = deeperDistanceCode(interpolatedDistance);
        statistics.interpolated++;
      } else {
        wanted[count++] = index;
      }
    }
  }
  return wanted.slice(0, count);
}

let interpolatedPeriod = 0;
let interpolatedDistance = 0;

/**
 * Looks at the parent samples around a new one (two of them twice when it lies between two). When all are boring and of
 * one period, dummies apart, leaves their period and the mean of their log2 distances, rounded down, in the module.
 */
function interpolate(parent: Samples, a: number, b: number, c: number, d: number): boolean {
  const { period, log2Distance } = parent;
  const common = period[a];
  if (common >= 0 && period[b] === common && period[c] === common && period[d] === common) {
    const w = log2Distance[a];
    const x = log2Distance[b];
    const y = log2Distance[c];
    const z = log2Distance[d];
    if (w <= BORING_ABOVE || x <= BORING_ABOVE || y <= BORING_ABOVE || z <= BORING_ABOVE) return false;
    interpolatedPeriod = common;
    interpolatedDistance = (w + x + y + z) >> 2; // two samples twice give the same mean
    return true;
  }
  return interpolateBesideDummies(parent, a, b, c, d);
}

function interpolateBesideDummies(parent: Samples, a: number, b: number, c: number, d: number): boolean {
  const { period, log2Distance } = parent;
  let common = DUMMY;
  let sum = 0;
  let count = 0;
  for (let k = 0; k < 4; k++) {
    const i = k === 0 ? a : k === 1 ? b : k === 2 ? c : d;
    if (period[i] === DUMMY) continue;
    if (log2Distance[i] <= BORING_ABOVE) return false;
    if (count > 0 && period[i] !== common) return false;
    common = period[i];
    sum += log2Distance[i];
    count++;
  }
  if (count === 0) return false;
  interpolatedPeriod = common;
  interpolatedDistance = Math.floor(sum / count);
  return true;
}

/** One child's samples. */
function cut(fine: SampleGrid, quadrant: Quadrant): Samples {
  const samples = createSamples();
  const firstColumn = (quadrant & 1) * INTERVALS;
  const firstRow = (1 - (quadrant >> 1)) * INTERVALS;
  for (let row = 0; row < SIDE; row++) {
    const from = (firstRow + row) * fine.side + firstColumn;
    samples.period.set(fine.period.subarray(from, from + SIDE), row * SIDE);
    samples.log2Distance.set(fine.log2Distance.subarray(from, from + SIDE), row * SIDE);
  }
  return samples;
}
