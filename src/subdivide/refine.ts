import { BORING_ABOVE, deeperDistanceCode, DUMMY, UNRESOLVED, ZERO_DISTANCE } from '../tile/samples.js';
import { createSampleGrid, setExempt, type SampleGrid } from './sample-grid.js';
import type { Statistics } from './statistics.js';

/** A grid of the next level, as far as the coarser one determines it. */
export interface Refined {
  readonly grid: SampleGrid;
  /** Indices of the samples that are left to compute, ascending. */
  readonly wanted: Uint32Array;
}

/**
 * Halves the spacing of a grid. Its samples are copied, those that it left unresolved are wanted again, and a new sample whose
 * neighbours in it are all boring and of one period is interpolated; the rest is wanted.
 */
export function refine(coarse: SampleGrid, statistics: Statistics): Refined {
  const side = 2 * coarse.side - 1;
  const grid = createSampleGrid(coarse.level + 1, side, 2n * coarse.west, 2n * coarse.south);
  setExempt(grid, statistics);
  const { period, log2Distance } = grid;
  const calm = calmPeriods(coarse);
  const wanted = new Uint32Array(side * side);
  let count = 0;
  for (let row = 0; row < side; row++) {
    const isBetweenRows = (row & 1) === 1;
    const north = (row >> 1) * coarse.side;
    const south = isBetweenRows ? north + coarse.side : north;
    for (let column = 0; column < side; column++) {
      const index = row * side + column;
      if (period[index] < 0) continue; // exempt
      const west = column >> 1;
      const a = north + west;
      if (isBetweenRows || (column & 1) === 1) {
        const east = (column + 1) >> 1;
        const code = interpolate(coarse.log2Distance, calm, a, north + east, south + west, south + east);
        if (code === NOTHING) {
          wanted[count++] = index;
        } else {
          period[index] = interpolatedPeriod;
          log2Distance[index] = deeperDistanceCode(code);
          statistics.interpolated++;
        }
      } else if (coarse.period[a] === UNRESOLVED) {
        wanted[count++] = index;
      } else {
        period[index] = coarse.period[a];
        log2Distance[index] = deeperDistanceCode(coarse.log2Distance[a]);
        statistics.copied++;
      }
    }
  }
  return { grid, wanted: wanted.slice(0, count) };
}

/** Of a sample that is not boring. */
const RESTLESS = -3;

/** The period of each sample that is boring; dummies stay dummies; {@link RESTLESS} for the others. */
function calmPeriods({ period, log2Distance }: SampleGrid): Int32Array {
  return period.map((p, i) => (log2Distance[i] > BORING_ABOVE ? p : RESTLESS));
}

/** No distance code. */
const NOTHING = ZERO_DISTANCE - 1;
/** Period of the last interpolation. */
let interpolatedPeriod = 0;

/**
 * Looks at the coarse samples around a new one (two of them twice when it lies between two). When all are boring and of
 * one period, dummies apart, leaves their period in the module.
 *
 * @returns the mean of their log2 distance codes, rounded down, or {@link NOTHING}
 */
function interpolate(
  log2Distance: Int16Array,
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
