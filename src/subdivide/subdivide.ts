import type { Kernel } from '../math/batch.js';
import { childOf, levelOf, QUADRANTS, type Address, type Quadrant } from '../tile/address.js';
import { gridOf, INTERVALS, SIDE } from '../tile/grid.js';
import {
  BORING_ABOVE,
  createSamples,
  deeperDistanceCode,
  DUMMY,
  UNRESOLVED,
  ZERO_DISTANCE,
  type Samples,
} from '../tile/samples.js';
import { boringPeriod } from './boring.js';
import type { DeepSampler } from './deep-sampler.js';
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

/** A tile that is to be subdivided. */
export interface Parent {
  readonly address: Address;
  readonly samples: Samples;
}

/**
 * Subdivides a tile: 257x257 samples become 513x513, cut into four tiles that share their edges. A quarter of the
 * samples is the parent's; a sample whose parent neighbours are all boring and of one period is interpolated; the rest
 * is computed, and so is what the parent left unresolved, with the larger budget of the new level.
 *
 * The result depends on the arguments alone, bit for bit.
 *
 * @param deep what decides samples beyond the levels of doubles
 * @throws RangeError when the children's level is beyond doubles and `deep` is null
 */
export function subdivide(
  address: Address,
  samples: Samples,
  kernel: Kernel,
  deep: DeepSampler | null = null,
): Subdivision {
  return subdivideAll([{ address, samples }], kernel, deep)[0];
}

/** {@link subdivide} for several tiles, which is faster than one after the other; in their order. */
export function subdivideAll(
  parents: readonly Parent[],
  kernel: Kernel,
  deep: DeepSampler | null = null,
): Subdivision[] {
  const refined = parents.map(({ address, samples }) => {
    const { west, south } = gridOf(address);
    const grid = createSampleGrid(levelOf(address) + 1, FINE_SIDE, 2n * west, 2n * south);
    const statistics = noStatistics();
    return { address, grid, wanted: refine(grid, samples, statistics), statistics };
  });
  computeSamples(refined, kernel, deep);
  return refined.map(({ address, grid, statistics }) => quarter(address, grid, statistics));
}

/** Cuts a grid into four tiles, of which the boring ones are named only. */
function quarter(address: Address, fine: SampleGrid, statistics: Statistics): Subdivision {
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
  const calm = calmPeriods(parent);
  const wanted = new Uint32Array(side * side);
  let count = 0;
  for (let row = 0; row < side; row++) {
    const isBetweenRows = (row & 1) === 1;
    const north = (row >> 1) * SIDE;
    const south = isBetweenRows ? north + SIDE : north;
    for (let column = 0; column < side; column++) {
      const index = row * side + column;
      if (period[index] < 0) continue; // exempt
      const west = column >> 1;
      const a = north + west;
      if (isBetweenRows || (column & 1) === 1) {
        const east = (column + 1) >> 1;
        const code = interpolate(parent, calm, a, north + east, south + west, south + east);
        if (code === NOTHING) {
          wanted[count++] = index;
        } else {
          period[index] = interpolatedPeriod;
          log2Distance[index] = deeperDistanceCode(code);
          statistics.interpolated++;
        }
      } else if (parent.period[a] === UNRESOLVED) {
        wanted[count++] = index;
      } else {
        period[index] = parent.period[a];
        log2Distance[index] = deeperDistanceCode(parent.log2Distance[a]);
        statistics.copied++;
      }
    }
  }
  return wanted.slice(0, count);
}

/** Of a sample that is not boring. */
const RESTLESS = -3;

/** The period of each sample that is boring; dummies stay dummies; {@link RESTLESS} for the others. */
function calmPeriods({ period, log2Distance }: Samples): Int32Array {
  return period.map((p, i) => (log2Distance[i] > BORING_ABOVE ? p : RESTLESS));
}

/** No distance code. */
const NOTHING = ZERO_DISTANCE - 1;
/** Period of the last interpolation. */
let interpolatedPeriod = 0;

/**
 * Looks at the parent samples around a new one (two of them twice when it lies between two). When all are boring and of
 * one period, dummies apart, leaves their period in the module.
 *
 * @returns the mean of their log2 distance codes, rounded down, or {@link NOTHING}
 */
function interpolate(
  { log2Distance }: Samples,
  calm: Int32Array,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  const common = calm[a];
  if (common >= 0 && calm[b] === common && calm[c] === common && calm[d] === common) {
    interpolatedPeriod = common;
    return (log2Distance[a] + log2Distance[b] + log2Distance[c] + log2Distance[d]) >> 2;
  }
  if (common === RESTLESS || calm[b] === RESTLESS || calm[c] === RESTLESS || calm[d] === RESTLESS)
    return NOTHING;
  return interpolateBesideDummies(log2Distance, calm, [a, b, c, d]);
}

function interpolateBesideDummies(log2Distance: Int16Array, calm: Int32Array, around: number[]): number {
  const most = Math.max(...around.map((i) => calm[i])); // the period, if there is one
  if (most === DUMMY) return NOTHING;
  let sum = 0;
  let count = 0;
  for (const i of around) {
    if (calm[i] === DUMMY) continue;
    if (calm[i] !== most) return NOTHING;
    sum += log2Distance[i];
    count++;
  }
  interpolatedPeriod = most;
  return Math.floor(sum / count);
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
