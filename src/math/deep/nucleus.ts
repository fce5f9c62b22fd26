// From an orbit that nearly returns to 0 to the nucleus whose orbit does: Newton's method for Z_length(C + delta) = 0, with
// perturbed orbits of the one that was computed exactly.
import * as orbit from './orbit';
import * as wide from './wide';
import { WIDE } from './wide';

const MAX_STEPS: i32 = 16;
/** log2 of a step, relative to delta, that changes nothing any more. */
const LOG2_CONVERGED: i32 = -48;
/** log2 of a step, relative to delta, from which on one that does not shrink to a quarter is rounding. */
const LOG2_NOISE: i32 = -24;

/** The nucleus minus C. */
export const DELTA: usize = memory.data(WIDE, 16);

const Z: usize = memory.data(WIDE, 16);
const D: usize = memory.data(WIDE, 16);
const POINT: usize = memory.data(WIDE, 16);
const FULL: usize = memory.data(WIDE, 16);
const STEP: usize = memory.data(WIDE, 16);
const ONE: usize = memory.data(WIDE, 16);

/** One iteration of z from the reference's point in POINT; leaves the whole orbit's point in FULL. */
// @ts-ignore: decorator
@inline
function advance(): void {
  wide.add(FULL, POINT, Z);
  wide.add(POINT, POINT, FULL);
  wide.multiply(Z, Z, POINT);
  wide.add(Z, Z, DELTA);
}

/**
 * Looks for the nucleus from the reference's C on; when it is found, the orbit becomes that of the nucleus.
 *
 * @returns whether it was found
 */
export function refine(): bool {
  wide.set(ONE, 1, 0, 0);
  wide.set(DELTA, 0, 0, 0);
  let before = i32.MAX_VALUE;
  for (let step = 0; step < MAX_STEPS; step++) {
    wide.set(Z, 0, 0, 0);
    wide.set(D, 0, 0, 0);
    for (let m = 0; m < orbit.length; m++) {
      orbit.pointAt(POINT, m);
      advance();
      wide.multiply(D, D, FULL);
      wide.double(D);
      wide.add(D, D, ONE);
    }
    orbit.pointAt(POINT, orbit.length);
    wide.add(FULL, POINT, Z);
    wide.divide(STEP, FULL, D);
    wide.subtract(DELTA, DELTA, STEP);
    const size = wide.exponent(STEP) - wide.exponent(DELTA);
    if (size < LOG2_CONVERGED || (size < LOG2_NOISE && size > before - 2)) {
      take();
      return true;
    }
    before = size;
    if (wide.exponent(DELTA) > 0) return false;
  }
  return false;
}

/**
 * log2 of how much smaller a point of the nucleus' orbit is than its difference to C's, at the worst: so many bits of it are
 * lost when it is taken as the sum.
 */
export let lostBits: i32 = 0;

/** Makes the reference the orbit of C + DELTA, which ends in 0. */
function take(): void {
  lostBits = 0;
  wide.set(Z, 0, 0, 0);
  orbit.pointAt(POINT, 0);
  for (let m = 0; m < orbit.length; m++) {
    advance();
    orbit.pointAt(POINT, m + 1); // before it becomes the nucleus' one
    wide.add(FULL, POINT, Z);
    if (m + 1 < orbit.length) lostBits = max(lostBits, wide.exponent(Z) - wide.exponent(FULL));
    orbit.setPoint(m + 1, FULL);
  }
  wide.set(FULL, 0, 0, 0);
  orbit.setPoint(orbit.length, FULL);
}
