/** Numbers of 192 binary places in BigInt: what the oracle calculates with. */
export const BITS = 192n;
export const ONE: bigint = 1n << BITS;

/** A complex number; both parts in units of 2^-192. */
export interface Complex {
  readonly re: bigint;
  readonly im: bigint;
}

/** The exact value of a double; its last place must not lie below 2^-192. */
export function fromDouble(x: number): bigint {
  let scaled = x;
  let exponent = 0n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    exponent++;
  }
  if (exponent > BITS) throw new RangeError(`expected a double of at most 192 binary places, got ${x}`);
  return BigInt(scaled) << (BITS - exponent);
}

/** log2 of a positive whole number of any length, to about 1e-14. */
function log2Whole(x: bigint): number {
  const excess = Math.max(0, x.toString(16).length * 4 - 128);
  return Math.log2(Number(x >> BigInt(excess))) + excess;
}

/** log2 of a positive number. */
export function log2Fixed(x: bigint): number {
  return log2Whole(x) - Number(BITS);
}

export function multiply(a: Complex, b: Complex): Complex {
  return { re: (a.re * b.re - a.im * b.im) >> BITS, im: (a.re * b.im + a.im * b.re) >> BITS };
}

export function add(a: Complex, b: Complex): Complex {
  return { re: a.re + b.re, im: a.im + b.im };
}

export function subtract(a: Complex, b: Complex): Complex {
  return { re: a.re - b.re, im: a.im - b.im };
}

export function twice(a: Complex): Complex {
  return { re: a.re << 1n, im: a.im << 1n };
}

/** |a|^2. */
export function norm(a: Complex): bigint {
  return (a.re * a.re + a.im * a.im) >> BITS;
}

/** a / b, b not 0. */
export function divide(a: Complex, b: Complex): Complex {
  const modulus = b.re * b.re + b.im * b.im;
  return {
    re: ((a.re * b.re + a.im * b.im) << BITS) / modulus,
    im: ((a.im * b.re - a.re * b.im) << BITS) / modulus,
  };
}
