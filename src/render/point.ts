import { deepKernel } from '../daemon/kernel.js';
import { EXTERIOR, UNRESOLVED } from '../math/batch.js';
import { exceedsDouble, formatPowerOfTwo, isZero } from '../math/decimal.js';
import { fractionDigits, parseFixed } from '../math/fixed.js';
import { race, type Verdict } from '../math/race.js';

/** Iterations that one point may take: a fraction of a second, seldom used up. */
const BUDGET = 2 ** 26;
/** Beyond this both coordinates are certainly far outside, and beyond the root tile. */
export const LARGEST = 16;
/** Nearer to the boundary than this the rounding of doubles, 2^-52, begins to matter. */
const LOG2_ROUNDED = -44;
/** Iterations of a deep point: minutes at the worst. */
const DEEP_BUDGET = 2 ** 30;
/** Binary digits of a deep point beyond those that it is given with. */
const GUARD_BITS = 128;

/** What is known of a point. */
export interface PointReport {
  readonly kind: 'interior' | 'exterior' | 'dummy' | 'unresolved';
  /** > 0 interior, 0 exterior, -1 dummy, -2 unresolved. */
  readonly period: number;
  /** Distance estimate in units of the plane, as a decimal number; null where there is none. */
  readonly distance: string | null;
}

/**
 * Decides one point.
 *
 * @param reText a decimal number of any length
 * @param log2Radius log2 of the neighbourhood in which a nucleus is looked for; null: as far as the digits go
 * @throws RangeError for coordinates beyond {@link LARGEST}
 */
export function decidePoint(reText: string, imText: string, log2Radius: number | null): PointReport {
  const re = Number(reText);
  const im = Number(imText);
  if (Math.abs(re) > LARGEST || Math.abs(im) > LARGEST) {
    throw new RangeError(
      `expected RE and IM from -${LARGEST} to ${LARGEST}, got ${reText.slice(0, 40)}, ${imText.slice(0, 40)}`,
    );
  }
  if (isZero(imText) || (isZero(reText) && Math.abs(im) === 1 && !exceedsDouble(imText))) {
    return { kind: 'dummy', period: -1, distance: null };
  }
  const verdict = { period: 0, log2Distance: 0 };
  race(re, im, BUDGET, verdict);
  const rounded = exceedsDouble(reText) || exceedsDouble(imText) || re === 0 || im === 0;
  const isNear = verdict.period === UNRESOLVED || verdict.log2Distance < LOG2_ROUNDED;
  if (log2Radius !== null || (rounded && isNear)) decideDeep(reText, imText, log2Radius, verdict);
  if (verdict.period === UNRESOLVED) return { kind: 'unresolved', period: UNRESOLVED, distance: null };
  const kind = verdict.period === EXTERIOR ? 'exterior' : 'interior';
  return { kind, period: verdict.period, distance: formatPowerOfTwo(verdict.log2Distance) };
}

/**
 * A point with all its digits.
 *
 * @param log2Radius log2 of the neighbourhood in which a nucleus is looked for; null: as far as the digits go
 */
function decideDeep(reText: string, imText: string, log2Radius: number | null, verdict: Verdict): void {
  const digits = Math.max(17, fractionDigits(reText), fractionDigits(imText));
  const log2Digits = -Math.floor(digits * Math.log2(10));
  const scale = Math.min(0, log2Radius ?? log2Digits);
  const bits = GUARD_BITS - Math.min(scale, log2Digits);
  const kernel = deepKernel();
  const reference = kernel.makeReference({
    re: parseFixed(reText, bits, 'RE'),
    im: parseFixed(imText, bits, 'IM'),
    bits,
    log2Radius: scale,
  });
  const verdicts = { period: new Int32Array(1), log2Distance: new Float64Array(1) };
  const here = { x: new Float64Array(1), y: new Float64Array(1) };
  kernel.decide(reference, { mantissa: 1, exponent: scale }, 1, here, 1, DEEP_BUDGET, verdicts);
  verdict.period = verdicts.period[0];
  verdict.log2Distance = verdicts.log2Distance[0] + scale;
}
