import type { FixedComplex } from './fixed-complex.js';
import {
  add,
  inverse,
  log2Modulus,
  multiply,
  ONE,
  scaledOf,
  times,
  ZERO,
  type ScaledComplex,
} from './scaled-complex.js';

/**
 * Size, direction and kind of a component from the derivatives of F^p at its nucleus.
 *
 * Near the nucleus F^p(z) = L z^2 + b c + ..., c counted from the nucleus, which u = L z turns into u^2 + L b c: a small
 * copy of the set, 1/(L b) times as large. b = L beta with beta = 1 + sum of 1/L_i, so the size is 1/(beta L^2). The next
 * terms bend the copy: with x = c/size it is u^2 + x - e x^2 with e = -(f_cz/L + f_cc/(2 b)) / (L b). A cardioid has e
 * near 0, a disc near 1, where x - x^2 puts the multiplier at 2x.
 *
 * @see Munafo, Mu-Ency, "Size"; Heiland-Allen, mathr.co.uk, "Deriving the size estimate"; Dolotin and Morozov, "On the
 * shapes of elementary domains or why Mandelbrot set is made from almost ideal circles?", arXiv hep-th/0701234, section 5
 */

/** A component of the primitive kind has a cusp; a satellite is a disc that touches its parent. */
export type Kind = 'cardioid' | 'disc';

export interface Shape {
  /** The size of the component, as a complex number: that of the main cardioid is 1, that of the period-2 disc 1/2. */
  readonly size: ScaledComplex;
  /** log2 of its modulus, accurate to about 2^-40. */
  readonly log2Size: number;
  /** Argument of the size in radians, from -pi to pi: 0 where the copy lies as the main cardioid, with its cusp to the right. */
  readonly argument: number;
  readonly kind: Kind;
  /** The estimate e above: the kind is the nearer of 0 and 1. */
  readonly bend: { readonly re: number; readonly im: number };
  /** L, the product of 2 z_i from i = 1 to p - 1: z times this is the coordinate u of the copy. */
  readonly linear: ScaledComplex;
}

/**
 * The shape of the component around a nucleus.
 *
 * @param nucleus with so many digits that the points of its orbit are accurate to doubles: 64 more than the component's
 * size has zeros; this is not checked
 * @param period its period, at least 1
 */
export function shapeOf(nucleus: FixedComplex, period: number): Shape {
  const { bits } = nucleus;
  const shift = BigInt(bits);
  let x = nucleus.re;
  let y = nucleus.im;
  // Of the map w -> F^(p-1)(w + c) at w = 0, so that w = z^2: by w, by c, and second derivatives.
  let dw = ONE;
  let dc = ONE;
  let dcc = ZERO;
  let dcw = ZERO;
  let beta = ONE;
  for (let i = 1; i < period; i++) {
    const z = scaledOf({ re: x, im: y, bits });
    dcw = times(add(multiply(z, dcw), multiply(dw, dc)), 2);
    dcc = times(add(multiply(z, dcc), multiply(dc, dc)), 2);
    dc = add(times(multiply(z, dc), 2), ONE);
    dw = times(multiply(z, dw), 2);
    beta = add(beta, inverse(dw));
    const a = (((x + y) * (x - y)) >> shift) + nucleus.re;
    y = ((x * y) >> (shift - 1n)) + nucleus.im;
    x = a;
  }
  const size = inverse(multiply(beta, multiply(dw, dw)));
  const curvature = add(multiply(dcw, inverse(dw)), times(multiply(dcc, inverse(dc)), 0.5));
  const bend = times(multiply(curvature, inverse(multiply(dw, dc))), -1);
  const unit = 2 ** bend.exponent;
  const bendRe = bend.re * unit;
  return {
    size,
    log2Size: log2Modulus(size),
    argument: Math.atan2(size.im, size.re),
    kind: bendRe < 0.5 ? 'cardioid' : 'disc',
    bend: { re: bendRe, im: bend.im * unit },
    linear: dw,
  };
}
