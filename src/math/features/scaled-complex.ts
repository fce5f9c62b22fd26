import { toScaled } from '../fixed.js';
import { log2 } from '../logarithm.js';
import type { FixedComplex } from './fixed-complex.js';

/**
 * Complex numbers with an exponent of their own, at 53 bits: derivatives of long orbits and sizes of deep components leave
 * the range of doubles.
 */

/** (re + i im) 2^exponent. */
export interface ScaledComplex {
  readonly re: number;
  readonly im: number;
  readonly exponent: number;
}

export const ONE: ScaledComplex = { re: 1, im: 0, exponent: 0 };
export const ZERO: ScaledComplex = { re: 0, im: 0, exponent: 0 };

/** Moduli between this and its inverse are kept as they are: their squares and products are normal doubles. */
const LARGE = 2 ** 200;
/** 2^-RANGE times a kept number is next to nothing beside another one. */
const RANGE = 600;

function normalize(re: number, im: number, exponent: number): ScaledComplex {
  const size = Math.max(Math.abs(re), Math.abs(im));
  if (size === 0) return ZERO;
  if (size < LARGE && size > 1 / LARGE) return { re, im, exponent };
  const shift = Math.floor(Math.log2(size));
  const factor = 2 ** -shift;
  return { re: re * factor, im: im * factor, exponent: exponent + shift };
}

export function multiply(a: ScaledComplex, b: ScaledComplex): ScaledComplex {
  return normalize(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, a.exponent + b.exponent);
}

export function add(a: ScaledComplex, b: ScaledComplex): ScaledComplex {
  if (a.re === 0 && a.im === 0) return b;
  if (b.re === 0 && b.im === 0) return a;
  if (a.exponent < b.exponent) return add(b, a);
  const shift = b.exponent - a.exponent;
  const factor = shift < -RANGE ? 0 : 2 ** shift;
  return normalize(a.re + b.re * factor, a.im + b.im * factor, a.exponent);
}

/** a times a double of moderate size. */
export function times(a: ScaledComplex, factor: number): ScaledComplex {
  return normalize(a.re * factor, a.im * factor, a.exponent);
}

/** 1/a; `a` is not 0, which is not checked. */
export function inverse({ re, im, exponent }: ScaledComplex): ScaledComplex {
  const square = re * re + im * im;
  return normalize(re / square, -im / square, -exponent);
}

/** log2 of the modulus, -Infinity for 0. */
export function log2Modulus({ re, im, exponent }: ScaledComplex): number {
  return 0.5 * log2(re * re + im * im) + exponent;
}

/** A fixed-point number at the precision of doubles, however small it is. */
export function scaledOf({ re, im, bits }: FixedComplex): ScaledComplex {
  const a = toScaled(re, bits);
  const b = toScaled(im, bits);
  return add(normalize(a.mantissa, 0, a.exponent), normalize(0, b.mantissa, b.exponent));
}
