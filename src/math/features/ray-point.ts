import {
  fixedOf,
  minus,
  product,
  quotient,
  toDoubles,
  withBits,
  type FixedComplex,
} from './fixed-complex.js';
import { orbitPoint } from './fixed-orbit.js';
import { log2Modulus, scaledOf } from './scaled-complex.js';

/**
 * A parameter that moves so that an iterate takes given values: what rays are traced with, inwards and outwards. It is held in
 * doubles as long as its steps are far above their rounding, and in fixed point with ever more digits from then on.
 */

/** log2 of the step at which doubles are left: 2^-52 of rounding is then 2^-16 of the step. */
const DOUBLE_STEP = -36;
/** log2 of the step from which on doubles serve again, on the way outwards. */
const BACK_TO_DOUBLES = -24;
/** Digits kept below the step in fixed point; made more by 64 when 40 of them are used up. */
const BELOW_STEP = 96;
const LEAST_BELOW_STEP = 56;
/** Newton's method is stopped when its step is 2^-STOP of what the point has moved: the next target is not far. */
const STOP = 10;
const MAX_STEPS = 16;

export class RayPoint {
  #re: number;
  #im: number;
  #fixed: FixedComplex | null = null;

  constructor(re: number, im: number) {
    this.#re = re;
    this.#im = im;
  }

  /** A point with all its digits. */
  static at(c: FixedComplex, log2Step: number): RayPoint {
    const { re, im } = toDoubles(c);
    const point = new RayPoint(re, im);
    if (log2Step < DOUBLE_STEP) point.#fixed = withBits(c, digits(log2Step));
    return point;
  }

  /** Where the point is, with at least 64 digits. */
  get position(): FixedComplex {
    return this.#fixed ?? fixedOf(this.#re, this.#im, 64);
  }

  /**
   * Moves to where the n-th iterate of 0 (c being the first) is a target; the iterate must be near it already, and far out.
   * Newton's method is applied to a root of it: the iterate itself is like a high power, for which steps to a target
   * 64 times as large overshoot so far that it takes 60 to come back.
   *
   * @returns log2 of how far it has moved; NaN where Newton's method does not converge, the point being lost then
   */
  moveTo(n: number, targetRe: number, targetIm: number): number {
    if (!this.#fixed) {
      const moved = this.#moveInDoubles(n, targetRe, targetIm);
      if (moved >= DOUBLE_STEP) return moved;
      // It has hardly moved: what it was before is near enough to begin with.
      this.#fixed = fixedOf(this.#re, this.#im, digits(DOUBLE_STEP));
    }
    for (;;) {
      const moved = this.#moveInFixed(this.#fixed, n, targetRe, targetIm);
      if (moved > BACK_TO_DOUBLES) {
        ({ re: this.#re, im: this.#im } = toDoubles(this.#fixed));
        this.#fixed = null;
        return moved;
      }
      if (!(moved < LEAST_BELOW_STEP - this.#fixed.bits)) return moved;
      this.#fixed = withBits(this.#fixed, Math.max(digits(moved), this.#fixed.bits + 64));
    }
  }

  /** The n-th iterate, rounded to doubles. */
  iterate(n: number): { re: number; im: number } {
    if (this.#fixed) return toDoubles(orbitPoint(this.#fixed, n).z);
    let x = 0;
    let y = 0;
    for (let i = 0; i < n; i++) {
      const a = x * x - y * y + this.#re;
      y = 2 * x * y + this.#im;
      x = a;
    }
    return { re: x, im: y };
  }

  /** Leaves the point where it was when it moves less than {@link DOUBLE_STEP}. */
  #moveInDoubles(n: number, targetRe: number, targetIm: number): number {
    let cRe = this.#re;
    let cIm = this.#im;
    for (let step = 0; step < MAX_STEPS; step++) {
      let x = 0;
      let y = 0;
      let dRe = 0;
      let dIm = 0;
      for (let i = 0; i < n; i++) {
        const d = 2 * (x * dRe - y * dIm) + 1;
        dIm = 2 * (x * dIm + y * dRe);
        dRe = d;
        const a = x * x - y * y + cRe;
        y = 2 * x * y + cIm;
        x = a;
      }
      const root = rootStep(n, x, y, targetRe, targetIm);
      const fRe = root.re * x - root.im * y;
      const fIm = root.re * y + root.im * x;
      const d2 = dRe * dRe + dIm * dIm;
      const sRe = (fRe * dRe + fIm * dIm) / d2;
      const sIm = (fIm * dRe - fRe * dIm) / d2;
      cRe -= sRe;
      cIm -= sIm;
      const stepSize = Math.hypot(sRe, sIm);
      const moved = Math.hypot(cRe - this.#re, cIm - this.#im);
      if (Number.isNaN(moved)) return NaN;
      if (stepSize <= moved * 2 ** -STOP || moved < 2 ** DOUBLE_STEP) {
        if (moved >= 2 ** DOUBLE_STEP) {
          this.#re = cRe;
          this.#im = cIm;
        }
        return Math.log2(moved);
      }
    }
    return NaN;
  }

  #moveInFixed(from: FixedComplex, n: number, targetRe: number, targetIm: number): number {
    const { bits } = from;
    let c = from;
    for (let step = 0; step < MAX_STEPS; step++) {
      const { z, dz } = orbitPoint(c, n);
      const { re, im } = toDoubles(z);
      const root = rootStep(n, re, im, targetRe, targetIm);
      if (Number.isNaN(root.re)) return NaN;
      const delta = quotient(product(z, fixedOf(root.re, root.im, bits)), dz);
      if (!delta) return NaN;
      c = minus(c, delta);
      const stepSize = log2Modulus(scaledOf(delta));
      const moved = log2Modulus(scaledOf(minus(c, from)));
      if (moved < LEAST_BELOW_STEP - bits) return moved;
      if (stepSize <= moved - STOP) {
        this.#fixed = c;
        return moved;
      }
    }
    return NaN;
  }
}

function digits(log2Step: number): number {
  return 64 * Math.ceil((BELOW_STEP - log2Step) / 64);
}

/**
 * N (1 - (target/z)^(1/N)) with N = 2^(n-1), the degree of the n-th iterate in c: times z over its derivative, this is a step of
 * Newton's method for the N-th root of the iterate. Far out that root is c itself; for large N it is the logarithm.
 */
function rootStep(
  n: number,
  x: number,
  y: number,
  targetRe: number,
  targetIm: number,
): { re: number; im: number } {
  const target2 = targetRe * targetRe + targetIm * targetIm;
  const re = 0.5 * Math.log((x * x + y * y) / target2);
  const im = Math.atan2(y * targetRe - x * targetIm, x * targetRe + y * targetIm);
  const degree = 2 ** (n - 1);
  if (n > 24) return { re, im };
  const modulus = Math.exp(-re / degree);
  return {
    re: degree * (1 - modulus * Math.cos(im / degree)),
    im: degree * modulus * Math.sin(im / degree),
  };
}
