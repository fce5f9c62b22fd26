import { race, type Verdict } from '../../src/math/race.js';

/** The verdict on one point, as an object of its own. */
export function decide(re: number, im: number, budget: number): Verdict {
  const verdict: Verdict = { period: NaN, log2Distance: NaN };
  race(re, im, budget, verdict);
  return verdict;
}

/** |got - expected| / |expected| of two distances given by their log2. */
export function relativeError(gotLog2: number, expectedLog2: number): number {
  return Math.abs(Math.expm1((gotLog2 - expectedLog2) * Math.LN2));
}
