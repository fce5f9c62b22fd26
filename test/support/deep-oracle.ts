/**
 * A slow second opinion on one point of a deep view, sharing nothing with src/math. The orbit is followed from 0 to its
 * escape in fixed point of as many binary places as the caller gives; no reference orbit, no step is skipped.
 *
 * Only the derivative is kept in doubles with an exponent of its own: its size is all that is asked for. z is read off
 * the fixed point at every step with a relative error of 2^-53, so a step multiplies dz/dc by 1 + e with |e| < 2^-51
 * and n steps leave a relative error of at most n 2^-51, as a rule sqrt(n) 2^-52: after a million steps the distance is
 * right to 5e-10 at worst. (The error made at step k reaches the end multiplied by |d_k dz_n/dz_k / d_n|. That is far from
 * 1 only when later terms + 1 cancel 2 z d, as they do within a few diameters of a component's nucleus.)
 *
 * Rounding z to 2^-bits at each of n steps is like moving c by about n 2^-bits. That has to be small beside the distance,
 * not only beside the view: the nearest of 500 samples of e227 is at 2^-64 of half the height of the view.
 */
export interface DeepPoint {
  /** In units of 2^-bits. */
  readonly re: bigint;
  /** In units of 2^-bits. */
  readonly im: bigint;
  /** Binary places of the coordinates, and of the whole calculation. */
  readonly bits: number;
}

export type DeepAnswer =
  | {
      readonly kind: 'exterior';
      /** The first n with |z_n| > R, where z_0 = 0 and z_1 = c. */
      readonly n: number;
      /** log2 of the distance estimate 2 |z| ln|z| / |dz/dc|, units of the plane. */
      readonly log2Distance: number;
    }
  | { readonly kind: 'unresolved' };

/** R^2 with R = 2^20: the estimate's relative error from stopping there is below 1/R^2 = 1e-12. */
const ESCAPE = 2 ** 40;
/** Places below the point that a double is read from; with 21 above it they stay below the double's 2^1024. */
const WINDOW = 960;
/** From here on the window holds no longer 53 digits of z with room to spare. */
const TINY = 2 ** -600;
/** The mantissa of a scaled number may stray so far from 1 before it is made 1 again. */
const STRAY = 2 ** 64;

/** The orbit of 0 in fixed point, and its leading digits as (re + im i) 2^exponent. */
class Orbit {
  re = 0;
  im = 0;
  /** 0 unless z is tiny. */
  exponent = 0;
  readonly #c: DeepPoint;
  readonly #places: bigint;
  readonly #placesLess1: bigint;
  readonly #drop: bigint;
  readonly #unit: number;
  #x = 0n;
  #y = 0n;

  constructor(c: DeepPoint) {
    this.#c = c;
    this.#places = BigInt(c.bits);
    this.#placesLess1 = BigInt(c.bits - 1);
    this.#drop = BigInt(Math.max(0, c.bits - WINDOW));
    this.#unit = 2 ** -Math.min(c.bits, WINDOW);
  }

  /** z <- z^2 + c. Two products: V8 squares no faster than it multiplies, so three squarings take 1.5 to 1.9 times as long. */
  advance(): void {
    const x = this.#x;
    const y = this.#y;
    this.#x = (((x + y) * (x - y)) >> this.#places) + this.#c.re;
    this.#y = ((x * y) >> this.#placesLess1) + this.#c.im;
    this.re = Number(this.#x >> this.#drop) * this.#unit;
    this.im = Number(this.#y >> this.#drop) * this.#unit;
    this.exponent = 0;
    if (Math.abs(this.re) < TINY && Math.abs(this.im) < TINY) this.#readTiny();
  }

  /** Reads the digits from where they begin. */
  #readTiny(): void {
    const length = 4 * Math.max(this.#x.toString(16).length, this.#y.toString(16).length);
    const drop = Math.max(0, length - 128);
    this.re = Number(this.#x >> BigInt(drop));
    this.im = Number(this.#y >> BigInt(drop));
    this.exponent = drop - this.#c.bits;
  }
}

/** (re + im i) 2^exponent. */
class Scaled {
  re: number;
  im = 0;
  exponent = 0;
  /** 2^-exponent: what 1 is in this scale. */
  #one = 1;

  constructor(re: number) {
    this.re = re;
  }

  /** this <- 2 z this. */
  timesTwice(z: Orbit): void {
    const re = 2 * (z.re * this.re - z.im * this.im);
    this.im = 2 * (z.re * this.im + z.im * this.re);
    this.re = re;
    if (z.exponent !== 0) this.#setExponent(this.exponent + z.exponent);
    const size = Math.max(Math.abs(this.re), Math.abs(this.im));
    if (size > STRAY || (size < 1 / STRAY && size > 0)) this.#rescale(Math.floor(Math.log2(size)));
  }

  /** this <- this + 1. */
  addOne(): void {
    if (this.exponent < 0) this.#rescale(-this.exponent);
    this.re += this.#one;
  }

  /** 1 / this, as a plain complex number: 0 when it is below the doubles. */
  inverse(): { re: number; im: number } {
    const factor = this.#one / (this.re * this.re + this.im * this.im);
    return { re: this.re * factor, im: -this.im * factor };
  }

  log2Modulus(): number {
    return this.exponent + Math.log2(Math.hypot(this.re, this.im));
  }

  /** Divides the mantissa by 2^by and leaves the value as it is. */
  #rescale(by: number): void {
    const factor = 2 ** -by;
    this.re *= factor;
    this.im *= factor;
    this.#setExponent(this.exponent + by);
  }

  #setExponent(exponent: number): void {
    this.exponent = exponent;
    this.#one = 2 ** -exponent;
  }
}

/** Follows a point until |z| > 2^20, for at most `budget` iterations. It knows nothing of the interior. */
export function deepOracle(c: DeepPoint, budget: number): DeepAnswer {
  const z = new Orbit(c);
  const d = new Scaled(0);
  for (let n = 1; n <= budget; n++) {
    d.timesTwice(z);
    d.addOne();
    z.advance();
    const z2 = z.re * z.re + z.im * z.im;
    if (z2 > ESCAPE && z.exponent === 0) {
      // ln|z|^2 = 2 ln|z|
      const log2Distance = 0.5 * Math.log2(z2) + Math.log2(Math.log(z2)) - d.log2Modulus();
      return { kind: 'exterior', n, log2Distance };
    }
  }
  return { kind: 'unresolved' };
}

/**
 * log2 of |1 / (beta L^2)|, L = product of 2 z_i for i = 1..p-1, beta = 1 + sum of 1/L_i: the size of the component of
 * a nucleus. The distance estimate at the nucleus is half of that.
 *
 * @param c the nucleus, to a small part of the size
 * @param period of the nucleus
 * @see Heiland-Allen, "Deriving the size estimate", mathr.co.uk, 2016
 */
export function log2ComponentSize(c: DeepPoint, period: number): number {
  const z = new Orbit(c);
  const l = new Scaled(1);
  let betaRe = 1;
  let betaIm = 0;
  for (let i = 1; i < period; i++) {
    z.advance();
    l.timesTwice(z);
    const { re, im } = l.inverse();
    betaRe += re;
    betaIm += im;
  }
  return -Math.log2(Math.hypot(betaRe, betaIm)) - 2 * l.log2Modulus();
}
