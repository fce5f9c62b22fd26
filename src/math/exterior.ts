import { log, log2 } from './logarithm.js';

/**
 * Square of the escape radius R = 2^20. The estimate's relative error from stopping at R is below 1/R^2 = 1e-12
 * (at R = 25 it is 3e-4), and each doubling of log R costs one iteration.
 */
export const ESCAPE_RADIUS_SQUARED: number = 2 ** 40;

/**
 * log2 of the exterior distance estimate DE = 2 |z| ln|z| / |dz/dc| of an escaped point.
 *
 * The estimate brackets the distance to the set by DE/4 <= distance <= DE near the set. To be exact, with
 * G = ln|z| / 2^n the lower bound is DE/4 * tanh(G/2)/(G/2), see ARCHITECTURE.md, "Why boring is a proof".
 *
 * @param z2 |z|^2 of an iterate with |z| > R
 * @param d2 |dz/dc|^2 there
 * @returns log2 DE, units of the plane; -Infinity when the derivative overflowed (DE below about 1e-55)
 * @see Milnor, Dynamics in One Complex Variable; Munafo, Mu-Ency, "Distance Estimator"
 */
export function log2ExteriorDistance(z2: number, d2: number): number {
  if (!(d2 < Infinity)) return -Infinity;
  const ln = log(z2); // 2 ln|z|
  return 0.5 * log2((z2 * ln * ln) / d2);
}
