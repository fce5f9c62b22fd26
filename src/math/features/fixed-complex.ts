import { toFixed, toScaled, fromScaled } from '../fixed.js';
import { log2Modulus, scaledOf, type ScaledComplex } from './scaled-complex.js';

/** Complex numbers in fixed point: points of the plane with any number of binary digits. */

/** (re + i im) 2^-bits. */
export interface FixedComplex {
  readonly re: bigint;
  readonly im: bigint;
  /** Binary digits behind the point. */
  readonly bits: number;
}

/** A point given in doubles, exactly where `bits` suffice. */
export function fixedOf(re: number, im: number, bits: number): FixedComplex {
  return scaledToFixed({ re, im, exponent: 0 }, bits);
}

/** A number with an exponent, rounded to `bits` digits behind the point. */
export function scaledToFixed({ re, im, exponent }: ScaledComplex, bits: number): FixedComplex {
  return { re: component(re, exponent, bits), im: component(im, exponent, bits), bits };
}

function component(x: number, exponent: number, bits: number): bigint {
  if (x === 0) return 0n;
  const shift = Math.floor(Math.log2(Math.abs(x)));
  return toFixed({ mantissa: x * 2 ** -shift, exponent: exponent + shift }, bits);
}

/** The nearest doubles. */
export function toDoubles({ re, im, bits }: FixedComplex): { re: number; im: number } {
  return { re: fromScaled(toScaled(re, bits)), im: fromScaled(toScaled(im, bits)) };
}

/** The same number with another number of digits, rounded to nearest. */
export function withBits({ re, im, bits }: FixedComplex, wanted: number): FixedComplex {
  return { re: shifted(re, wanted - bits), im: shifted(im, wanted - bits), bits: wanted };
}

function shifted(x: bigint, by: number): bigint {
  return by >= 0 ? x << BigInt(by) : ((x >> BigInt(-by - 1)) + 1n) >> 1n;
}

/** a - b, for numbers of equally many digits; that they are is not checked. */
export function minus(a: FixedComplex, b: FixedComplex): FixedComplex {
  return { re: a.re - b.re, im: a.im - b.im, bits: a.bits };
}

/** a + b, for numbers of equally many digits; that they are is not checked. */
export function plus(a: FixedComplex, b: FixedComplex): FixedComplex {
  return { re: a.re + b.re, im: a.im + b.im, bits: a.bits };
}

/** log2 |a - b|, for numbers of any digits; -Infinity where they are equal. */
export function log2Distance(a: FixedComplex, b: FixedComplex): number {
  const bits = Math.max(a.bits, b.bits);
  return log2Modulus(scaledOf(minus(withBits(a, bits), withBits(b, bits))));
}

/** a b, rounded down, for numbers of equally many digits; that they are is not checked. */
export function product(a: FixedComplex, b: FixedComplex): FixedComplex {
  const shift = BigInt(a.bits);
  return {
    re: (a.re * b.re - a.im * b.im) >> shift,
    im: (a.re * b.im + a.im * b.re) >> shift,
    bits: a.bits,
  };
}

/** a / b, rounded towards 0, for numbers of equally many digits; null where b is 0. */
export function quotient(a: FixedComplex, b: FixedComplex): FixedComplex | null {
  const square = b.re * b.re + b.im * b.im;
  if (square === 0n) return null;
  const shift = BigInt(a.bits);
  return {
    re: ((a.re * b.re + a.im * b.im) << shift) / square,
    im: ((a.im * b.re - a.re * b.im) << shift) / square,
    bits: a.bits,
  };
}

/** Whether both parts are at most 2^log2 in modulus. */
export function isWithin({ re, im, bits }: FixedComplex, log2: number): boolean {
  const bound = 1n << BigInt(Math.max(0, bits + log2));
  return re <= bound && re >= -bound && im <= bound && im >= -bound;
}
