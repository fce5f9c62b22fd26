import { log2 } from './logarithm.js';

/**
 * Cycles of z^2 + c: Newton's method for F^p(z) = z, the multiplier, the interior distance, the minimal period.
 * Newton is the only proof of an interior point: an attracting cycle that it has found exists, and since a
 * quadratic polynomial has one attracting cycle at the most, it is the one.
 */

/** An attracting cycle that was found, reused from call to call. */
export interface Cycle {
  /** Minimal period. */
  period: number;
  /** log2 of the interior distance estimate (the component's conformal radius at c), units of the plane. */
  log2Distance: number;
}

/**
 * Steps of Newton's method before a candidate is given up. Convergence is quadratic: from the first contraction
 * five or six steps reach the last bit, and a start that has not converged after 16 never did in our measurements.
 */
const MAX_STEPS = 16;
/** |dz|^2 that Newton's method may meet after its first step on the way to an attracting cycle; see {@link converge}. */
const EXPANSION = 1.5;
/**
 * How fast the expansion that is left must vanish with the step: (|dz|^2 - 1)^2 < 64 |step|^2. Where Newton closes in on a
 * cycle that repels, |dz| stays above 1 while the steps shrink: refused some steps before the end, which on the seahorse
 * view is a third of all steps. Bounds from 16 to 1024 do the same.
 */
const VANISHING = 64;
/** |step|^2 that is next to nothing; see {@link converge}. */
const CONVERGED = 2 ** -96;
/** |step|^2 below which a step that no longer shrinks is rounding noise, so the root has been reached. */
const NOISE = 2 ** -60;
/** |F^q(z0) - z0|^2 below which a divisor q of the period is put to the test. */
const RETURNED = 2 ** -40;

/**
 * How far inside the radius of Newton's convergence a root must lie: squared bound of |F''| |step| / |F' - 1|^2, step
 * being the one that Newton's method would make next. Beside a root of the period-doubling kind (c = -3/4, where three
 * roots meet) Newton creeps, its small steps look like noise, and a point that is 1e-6 off shows a contraction that is
 * not there; such a root is not accepted. Bounds from 2^-16 to 1
 * give the same verdicts on the test points, 2^-20 begins to lose true ones.
 */
const KANTOROVICH = 2 ** -8;
/** Square of the error that rounding alone leaves in F^p(z) - z. */
const ROUNDING = 2 ** -104;
/** |F^p(z) - z|^2 above which it is more than rounding. */
const NOTICEABLE = 2 ** -98;
/** Square of the error of the multiplier, in units of |1 - dz|, that a root may cause without being improved once more. */
const ACCURATE = 2 ** -84;
/** Improvements of a root that {@link followCycle} makes at the most. */
const MAX_IMPROVEMENTS = 2;

/** The point of the cycle on which {@link converge} ended. */
let rootRe = 0;
let rootIm = 0;

/**
 * Newton's method for F^p(z) = z from a start that a cycle may be near. Steps shrink quadratically, so the next one will be
 * about |step|^3 / |step before|^2: it is not made when that is next to nothing.
 *
 * @returns whether it converged, to (rootRe, rootIm)
 */
function converge(cRe: number, cIm: number, period: number, startRe: number, startIm: number): boolean {
  let rRe = startRe;
  let rIm = startIm;
  let previous = Infinity;
  for (let step = 0; step < MAX_STEPS; step++) {
    let zRe = rRe;
    let zIm = rIm;
    let dRe = 1;
    let dIm = 0;
    for (let i = 0; i < period; i++) {
      const twiceRe = zRe + zRe;
      const twiceIm = zIm + zIm;
      const d = twiceRe * dRe - twiceIm * dIm;
      dIm = twiceRe * dIm + twiceIm * dRe;
      dRe = d;
      const z = zRe * zRe - zIm * zIm + cRe;
      zIm = twiceRe * zIm + cIm;
      zRe = z;
    }
    // A start close enough to an attracting cycle sees F^p contract, and goes on doing so. Refusing the others at once makes
    // a vain attempt cost one evaluation or two (on the seahorse view a third of all Newton steps) and loses nothing:
    // the orbit of an interior point comes ever closer to its cycle, so a later attempt passes.
    const d2 = dRe * dRe + dIm * dIm;
    if (!(d2 < (step === 0 ? 1 : EXPANSION))) return false;
    const gRe = dRe - 1;
    const gIm = dIm;
    const perG2 = 1 / (gRe * gRe + gIm * gIm);
    const fRe = zRe - rRe;
    const fIm = zIm - rIm;
    const sRe = (fRe * gRe + fIm * gIm) * perG2;
    const sIm = (fIm * gRe - fRe * gIm) * perG2;
    const s2 = sRe * sRe + sIm * sIm;
    if (!(s2 < 4) || (step > 2 && s2 > previous && s2 >= NOISE)) return false;
    if (d2 > 1 && (d2 - 1) * (d2 - 1) > VANISHING * s2) return false;
    rRe -= sRe;
    rIm -= sIm;
    const converged = s2 < CONVERGED || (step > 0 && s2 * s2 * s2 < CONVERGED * (previous * previous));
    if (converged || (s2 < NOISE && s2 >= previous / 4)) {
      rootRe = rRe;
      rootIm = rIm;
      return true;
    }
    previous = s2;
  }
  return false;
}

/**
 * Follows the cycle once from (rootRe, rootIm) with all four derivatives; also finds a shorter cycle hidden in it.
 *
 * @returns 0 and the distance in `cycle` when `period` is minimal and the cycle attracts; the period of the shorter
 * cycle when there is one; -1 when the cycle does not attract
 */
function followCycle(cRe: number, cIm: number, period: number, cycle: Cycle, improvements: number): number {
  const r0Re = rootRe; // a search for a shorter cycle overwrites them
  const r0Im = rootIm;
  let zRe = r0Re;
  let zIm = r0Im;
  let dzRe = 1;
  let dzIm = 0;
  let dcRe = 0;
  let dcIm = 0;
  let dzdzRe = 0;
  let dzdzIm = 0;
  let dcdzRe = 0;
  let dcdzIm = 0;
  for (let i = 1; i <= period; i++) {
    const dcdz = 2 * (zRe * dcdzRe - zIm * dcdzIm + (dzRe * dcRe - dzIm * dcIm));
    dcdzIm = 2 * (zRe * dcdzIm + zIm * dcdzRe + (dzRe * dcIm + dzIm * dcRe));
    dcdzRe = dcdz;
    const dc = 2 * (zRe * dcRe - zIm * dcIm) + 1;
    dcIm = 2 * (zRe * dcIm + zIm * dcRe);
    dcRe = dc;
    const dzdz = 2 * (dzRe * dzRe - dzIm * dzIm + (zRe * dzdzRe - zIm * dzdzIm));
    dzdzIm = 2 * (2 * dzRe * dzIm + (zRe * dzdzIm + zIm * dzdzRe));
    dzdzRe = dzdz;
    const dz = 2 * (zRe * dzRe - zIm * dzIm);
    dzIm = 2 * (zRe * dzIm + zIm * dzRe);
    dzRe = dz;
    const z = zRe * zRe - zIm * zIm + cRe;
    zIm = 2 * zRe * zIm + cIm;
    zRe = z;
    if (i < period && period % i === 0) {
      const returnRe = zRe - r0Re;
      const returnIm = zIm - r0Im;
      // A cycle of period i passes this filter by far; whether there is an attracting one, Newton says.
      if (returnRe * returnRe + returnIm * returnIm < RETURNED) {
        if (findCycle(cRe, cIm, i, r0Re, r0Im, cycle)) return cycle.period;
      }
    }
  }
  const contraction = 1 - (dzRe * dzRe + dzIm * dzIm);
  if (!(contraction > 0)) return -1;
  const gRe = 1 - dzRe;
  const gIm = -dzIm;
  const g2 = gRe * gRe + gIm * gIm;
  const fRe = zRe - r0Re;
  const fIm = zIm - r0Im;
  const f2 = fRe * fRe + fIm * fIm;
  const curvature2 = dzdzRe * dzdzRe + dzdzIm * dzdzIm;
  if (f2 > NOTICEABLE && curvature2 * f2 > ACCURATE * (g2 * g2) && improvements < MAX_IMPROVEMENTS) {
    rootRe = r0Re + (fRe * gRe + fIm * gIm) / g2;
    rootIm = r0Im + (fIm * gRe - fRe * gIm) / g2;
    return followCycle(cRe, cIm, period, cycle, improvements + 1);
  }
  if (!(curvature2 * Math.max(f2, ROUNDING) < KANTOROVICH * (g2 * g2) * g2)) return -1;
  const nRe = dzdzRe * dcRe - dzdzIm * dcIm;
  const nIm = dzdzRe * dcIm + dzdzIm * dcRe;
  const denominatorRe = dcdzRe + (nRe * gRe + nIm * gIm) / g2;
  const denominatorIm = dcdzIm + (nIm * gRe - nRe * gIm) / g2;
  const denominator2 = denominatorRe * denominatorRe + denominatorIm * denominatorIm;
  const log2Distance = 0.5 * log2((contraction * contraction) / denominator2);
  if (!(log2Distance > -Infinity && log2Distance < Infinity)) return -1;
  cycle.period = period;
  cycle.log2Distance = log2Distance;
  return 0;
}

/**
 * Looks for an attracting cycle of a candidate period near a point, and proves it: Newton's method has converged,
 * the multiplier is below 1 in modulus, the distance is positive, and no proper divisor of the period has it.
 * The interior distance is (1 - |dz|^2) / |dcdz + dzdz dc / (1 - dz)|.
 *
 * @param cRe real part of c, units of the plane
 * @param cIm imaginary part of c
 * @param candidate the period to try, at least 1
 * @param startRe real part of the point to start from
 * @param startIm imaginary part of it
 * @param cycle receives the cycle when there is one; its period may be a proper divisor of `candidate`
 * @returns whether a cycle was proven
 * @see Heiland-Allen, "Interior coordinates in the Mandelbrot set" and "Practical interior distance rendering",
 * mathr.co.uk; the formulas stand in ARCHITECTURE.md
 */
export function findCycle(
  cRe: number,
  cIm: number,
  candidate: number,
  startRe: number,
  startIm: number,
  cycle: Cycle,
): boolean {
  if (!converge(cRe, cIm, candidate, startRe, startIm)) return false;
  return followCycle(cRe, cIm, candidate, cycle, 0) >= 0;
}
