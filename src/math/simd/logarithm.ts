// The logarithms of src/math/logarithm.ts, operation for operation: for one number and for two at once.
import { LN2_HIGH, LN2_LOW, LOG2_E, SMALLEST_NORMAL, SQRT_2 } from './constants';

let exponent: f64 = 0;

/** For positive finite x. */
function splitExponent(x: f64): f64 {
  let scaled = x;
  exponent = 0;
  if (x < SMALLEST_NORMAL) {
    scaled = x * 18014398509481984.0;
    exponent = -54;
  }
  const bits = reinterpret<u64>(scaled);
  exponent += <f64>(<i32>(bits >> 52) - 1023);
  const mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (mantissa < SQRT_2) return mantissa;
  exponent += 1;
  return mantissa * 0.5;
}

function logOfMantissa(m: f64): f64 {
  const f = m - 1.0;
  const s = f / (m + 1.0);
  const q = s * s;
  let t = 1.0 / 19.0 + q / 21.0;
  t = 1.0 / 17.0 + q * t;
  t = 1.0 / 15.0 + q * t;
  t = 1.0 / 13.0 + q * t;
  t = 1.0 / 11.0 + q * t;
  t = 1.0 / 9.0 + q * t;
  t = 1.0 / 7.0 + q * t;
  t = 1.0 / 5.0 + q * t;
  t = 1.0 / 3.0 + q * t;
  const tail = q * t;
  return f - s * (f - 2.0 * tail);
}

/** log2 of any double. */
export function log2(x: f64): f64 {
  if (!(x > 0 && x < Infinity)) return x == 0 ? -Infinity : x == Infinity ? Infinity : NaN;
  const mantissa = splitExponent(x);
  return exponent + logOfMantissa(mantissa) * LOG2_E;
}

/** Natural logarithm of a positive normal number. */
export function log(x: f64): f64 {
  const mantissa = splitExponent(x);
  return exponent * LN2_HIGH + (logOfMantissa(mantissa) + exponent * LN2_LOW);
}

// @ts-ignore: decorator
@inline
function exponentsOf(x: v128): v128 {
  // The biased exponent as the low bits of 2^52 + exponent, made a double by subtracting 2^52 + 1023.
  const biased = v128.or(i64x2.shr_u(x, 52), i64x2.splat(0x4330000000000000));
  return f64x2.sub(biased, f64x2.splat(4503599627370496.0 + 1023.0));
}

// @ts-ignore: decorator
@inline
function mantissasOf(x: v128): v128 {
  return v128.or(
    v128.and(x, i64x2.splat(0x000fffffffffffff)),
    i64x2.splat(0x3ff0000000000000),
  );
}

// @ts-ignore: decorator
@inline
function step(q: v128, t: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.splat(coefficient), f64x2.mul(q, t));
}

// @ts-ignore: decorator
@inline
function logOfMantissas(m: v128): v128 {
  const one = f64x2.splat(1.0);
  const f = f64x2.sub(m, one);
  const s = f64x2.div(f, f64x2.add(m, one));
  const q = f64x2.mul(s, s);
  let t = f64x2.add(f64x2.splat(1.0 / 19.0), f64x2.div(q, f64x2.splat(21.0)));
  t = step(q, t, 1.0 / 17.0);
  t = step(q, t, 1.0 / 15.0);
  t = step(q, t, 1.0 / 13.0);
  t = step(q, t, 1.0 / 11.0);
  t = step(q, t, 1.0 / 9.0);
  t = step(q, t, 1.0 / 7.0);
  t = step(q, t, 1.0 / 5.0);
  t = step(q, t, 1.0 / 3.0);
  const tail = f64x2.mul(q, t);
  return f64x2.sub(f, f64x2.mul(s, f64x2.sub(f, f64x2.add(tail, tail))));
}

/** log2 of two positive normal numbers. */
export function log2Pair(x: v128): v128 {
  const m = mantissasOf(x);
  const large = f64x2.ge(m, f64x2.splat(SQRT_2));
  const e = f64x2.add(exponentsOf(x), v128.and(large, f64x2.splat(1.0)));
  const folded = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, large);
  return f64x2.add(e, f64x2.mul(logOfMantissas(folded), f64x2.splat(LOG2_E)));
}

/** Natural logarithms of two positive normal numbers. */
export function logPair(x: v128): v128 {
  const m = mantissasOf(x);
  const large = f64x2.ge(m, f64x2.splat(SQRT_2));
  const e = f64x2.add(exponentsOf(x), v128.and(large, f64x2.splat(1.0)));
  const folded = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, large);
  return f64x2.add(
    f64x2.mul(e, f64x2.splat(LN2_HIGH)),
    f64x2.add(logOfMantissas(folded), f64x2.mul(e, f64x2.splat(LN2_LOW))),
  );
}
