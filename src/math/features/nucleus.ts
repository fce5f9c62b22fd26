import { isWithin, minus, quotient, withBits, type FixedComplex } from './fixed-complex.js';
import { orbitPoint } from './fixed-orbit.js';

/**
 * Nuclei: the points c whose orbit of 0 returns to 0 after p steps, one in each hyperbolic component of period p. All roots of
 * F^p_c(0) in c are simple (Gleason), so Newton's method converges quadratically.
 *
 * @see Heiland-Allen, mathr.co.uk, "Newton's method for Mandelbrot set nuclei"; Douady and Hubbard, Orsay notes, exposé XIX
 * (simple roots)
 */

/** Steps of Newton's method: from far away it may wander for some time, and each one costs `period` iterations. */
const MAX_STEPS = 40;
/** Digits beyond those that are asked for, so that rounding does not show in the answer. */
const GUARD = 32;
/** log2 of the modulus at which the orbit of a start that is near no nucleus is left. */
const ESCAPED = 8;
/** A Newton step of at most 2^(NOISE - bits) is rounding. */
const NOISE = 8;
/** A divisor's Newton step of at most 2^(SHORTER - bits) means that the divisor is the period. */
const SHORTER = 20;

/**
 * The nucleus that Newton's method finds from a start, proven to have this period and no divisor of it.
 *
 * @param start where to start; its number of binary digits is that of the answer, which is exact to about the last one
 * @param period at least 1
 * @returns null where the method does not converge in 40 steps, or to a nucleus whose period is a proper divisor
 * @throws RangeError for a period that is not a positive integer, and for less than 16 digits
 */
export function nucleusNear(start: FixedComplex, period: number): FixedComplex | null {
  if (!Number.isSafeInteger(period) || period < 1) {
    throw new RangeError(`expected a positive integer as period, got ${period}`);
  }
  if (start.bits < 16) throw new RangeError(`expected at least 16 binary digits, got ${start.bits}`);
  const bits = start.bits + GUARD;
  let c = withBits(start, bits);
  for (let step = 0; step < MAX_STEPS; step++) {
    const delta = newtonStep(c, period);
    if (!delta) return null;
    c = minus(c, delta);
    if (isWithin(delta, NOISE - bits)) return isShorter(c, period) ? null : withBits(c, start.bits);
  }
  return null;
}

/** F^n(0) / (dF^n(0)/dc) at c; null where the orbit escapes or the derivative vanishes. */
function newtonStep(c: FixedComplex, period: number): FixedComplex | null {
  const end = orbitPoint(c, period, ESCAPED);
  return end && quotient(end.z, end.dz);
}

/**
 * Whether a proper divisor of the period is a period too. A nucleus of the divisor is a simple root for it as well, so it is within
 * a Newton step of rounding size; other points are not, since roots for period and divisor are distinct and simple.
 */
function isShorter(c: FixedComplex, period: number): boolean {
  for (let divisor = 1; 2 * divisor <= period; divisor++) {
    if (period % divisor !== 0) continue;
    const delta = newtonStep(c, divisor);
    if (delta && isWithin(delta, SHORTER - c.bits)) return true;
  }
  return false;
}
