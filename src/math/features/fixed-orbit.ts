import type { FixedComplex } from './fixed-complex.js';

/** A point of the orbit of 0, and its derivative by c. */
export interface OrbitPoint {
  readonly z: FixedComplex;
  readonly dz: FixedComplex;
}

/**
 * The n-th iterate of 0 and its derivative by c, with as many digits as c.
 *
 * @param log2Escaped where a part of an iterate passes 2 to this, the orbit has escaped; without it, it is followed wherever it goes
 * @returns null where it has escaped
 */
export function orbitPoint(c: FixedComplex, n: number, log2Escaped: number): OrbitPoint | null;
export function orbitPoint(c: FixedComplex, n: number): OrbitPoint;
export function orbitPoint(c: FixedComplex, n: number, log2Escaped?: number): OrbitPoint | null {
  const { bits } = c;
  const shift = BigInt(bits);
  const shiftButOne = shift - 1n;
  const one = 1n << shift;
  const escaped = log2Escaped === undefined ? null : 1n << (shift + BigInt(log2Escaped));
  let x = 0n;
  let y = 0n;
  let dRe = 0n;
  let dIm = 0n;
  for (let i = 0; i < n; i++) {
    const d = ((x * dRe - y * dIm) >> shiftButOne) + one;
    dIm = (x * dIm + y * dRe) >> shiftButOne;
    dRe = d;
    const a = (((x + y) * (x - y)) >> shift) + c.re;
    y = ((x * y) >> shiftButOne) + c.im;
    x = a;
    if (escaped !== null && (x > escaped || -x > escaped || y > escaped || -y > escaped)) return null;
  }
  return { z: { re: x, im: y, bits }, dz: { re: dRe, im: dIm, bits } };
}
