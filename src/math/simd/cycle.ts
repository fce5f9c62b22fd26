// findCycle of src/math/cycle.ts for one point, operation for operation. Only the search for a cycle hidden in a longer
// one needs it, and a root that is not accurate yet; both are rare.
import {
  ACCURATE, CONVERGED, EXPANSION, KANTOROVICH, MAX_IMPROVEMENTS, MAX_STEPS, NOISE, NOTICEABLE, RETURNED, ROUNDING, VANISHING,
} from './constants';
import { log2 } from './logarithm';

export let foundPeriod: i32 = 0;
export let foundLog2: f64 = 0;

let rootRe: f64 = 0;
let rootIm: f64 = 0;

function converge(cRe: f64, cIm: f64, period: i32, startRe: f64, startIm: f64): bool {
  let rRe = startRe;
  let rIm = startIm;
  let previous: f64 = Infinity;
  for (let step = 0; step < MAX_STEPS; step++) {
    let zRe = rRe;
    let zIm = rIm;
    let dRe: f64 = 1;
    let dIm: f64 = 0;
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
    const d2 = dRe * dRe + dIm * dIm;
    if (!(d2 < (step == 0 ? 1.0 : EXPANSION))) return false;
    const gRe = dRe - 1.0;
    const gIm = dIm;
    const perG2 = 1.0 / (gRe * gRe + gIm * gIm);
    const fRe = zRe - rRe;
    const fIm = zIm - rIm;
    const sRe = (fRe * gRe + fIm * gIm) * perG2;
    const sIm = (fIm * gRe - fRe * gIm) * perG2;
    const s2 = sRe * sRe + sIm * sIm;
    if (!(s2 < 4) || (step > 2 && s2 > previous && s2 >= NOISE)) return false;
    if (d2 > 1.0 && (d2 - 1.0) * (d2 - 1.0) > VANISHING * s2) return false;
    rRe -= sRe;
    rIm -= sIm;
    const converged = s2 < CONVERGED || (step > 0 && s2 * s2 * s2 < CONVERGED * (previous * previous));
    if (converged || (s2 < NOISE && s2 >= previous / 4.0)) {
      rootRe = rRe;
      rootIm = rIm;
      return true;
    }
    previous = s2;
  }
  return false;
}

function followCycle(cRe: f64, cIm: f64, period: i32, improvements: i32): i32 {
  const r0Re = rootRe;
  const r0Im = rootIm;
  let zRe = r0Re;
  let zIm = r0Im;
  let dzRe: f64 = 1;
  let dzIm: f64 = 0;
  let dcRe: f64 = 0;
  let dcIm: f64 = 0;
  let dzdzRe: f64 = 0;
  let dzdzIm: f64 = 0;
  let dcdzRe: f64 = 0;
  let dcdzIm: f64 = 0;
  for (let i = 1; i <= period; i++) {
    const dcdz = 2.0 * (zRe * dcdzRe - zIm * dcdzIm + (dzRe * dcRe - dzIm * dcIm));
    dcdzIm = 2.0 * (zRe * dcdzIm + zIm * dcdzRe + (dzRe * dcIm + dzIm * dcRe));
    dcdzRe = dcdz;
    const dc = 2.0 * (zRe * dcRe - zIm * dcIm) + 1.0;
    dcIm = 2.0 * (zRe * dcIm + zIm * dcRe);
    dcRe = dc;
    const dzdz = 2.0 * (dzRe * dzRe - dzIm * dzIm + (zRe * dzdzRe - zIm * dzdzIm));
    dzdzIm = 2.0 * (2.0 * dzRe * dzIm + (zRe * dzdzIm + zIm * dzdzRe));
    dzdzRe = dzdz;
    const dz = 2.0 * (zRe * dzRe - zIm * dzIm);
    dzIm = 2.0 * (zRe * dzIm + zIm * dzRe);
    dzRe = dz;
    const z = zRe * zRe - zIm * zIm + cRe;
    zIm = 2.0 * zRe * zIm + cIm;
    zRe = z;
    if (i < period && period % i == 0) {
      const returnRe = zRe - r0Re;
      const returnIm = zIm - r0Im;
      if (returnRe * returnRe + returnIm * returnIm < RETURNED) {
        if (findCycle(cRe, cIm, i, r0Re, r0Im)) return foundPeriod;
      }
    }
  }
  const contraction = 1.0 - (dzRe * dzRe + dzIm * dzIm);
  if (!(contraction > 0)) return -1;
  const gRe = 1.0 - dzRe;
  const gIm = -dzIm;
  const g2 = gRe * gRe + gIm * gIm;
  const fRe = zRe - r0Re;
  const fIm = zIm - r0Im;
  const f2 = fRe * fRe + fIm * fIm;
  const curvature2 = dzdzRe * dzdzRe + dzdzIm * dzdzIm;
  if (f2 > NOTICEABLE && curvature2 * f2 > ACCURATE * (g2 * g2) && improvements < MAX_IMPROVEMENTS) {
    rootRe = r0Re + (fRe * gRe + fIm * gIm) / g2;
    rootIm = r0Im + (fIm * gRe - fRe * gIm) / g2;
    return followCycle(cRe, cIm, period, improvements + 1);
  }
  if (!(curvature2 * max(f2, ROUNDING) < KANTOROVICH * (g2 * g2) * g2)) return -1;
  const nRe = dzdzRe * dcRe - dzdzIm * dcIm;
  const nIm = dzdzRe * dcIm + dzdzIm * dcRe;
  const denominatorRe = dcdzRe + (nRe * gRe + nIm * gIm) / g2;
  const denominatorIm = dcdzIm + (nIm * gRe - nRe * gIm) / g2;
  const denominator2 = denominatorRe * denominatorRe + denominatorIm * denominatorIm;
  const log2Distance = 0.5 * log2((contraction * contraction) / denominator2);
  if (!(log2Distance > -Infinity && log2Distance < Infinity)) return -1;
  foundPeriod = period;
  foundLog2 = log2Distance;
  return 0;
}

/** {@link findCycle} from a root that Newton's method has led to. */
export function followFrom(cRe: f64, cIm: f64, period: i32, re: f64, im: f64): bool {
  rootRe = re;
  rootIm = im;
  return followCycle(cRe, cIm, period, 0) >= 0;
}

/** Leaves the cycle in foundPeriod and foundLog2 when there is one. */
export function findCycle(cRe: f64, cIm: f64, candidate: i32, startRe: f64, startIm: f64): bool {
  if (!converge(cRe, cIm, candidate, startRe, startIm)) return false;
  return followCycle(cRe, cIm, candidate, 0) >= 0;
}
