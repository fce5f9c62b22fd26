// Complex numbers beyond the range of doubles: a pair of doubles with one exponent, re and im times 2^exponent, at an
// address in memory. The larger part is from 1 to 2, or both are zero.

/** Bytes of a number. */
export const WIDE: usize = 24;
/** Exponent of zero: below that of anything else. */
const OF_ZERO: i32 = -(1 << 28);

/** 2^k; 0 below the normal numbers, infinity above. */
// @ts-ignore: decorator
@inline
export function pow2(k: i32): f64 {
  return k < -1022 ? 0 : k > 1023 ? Infinity : reinterpret<f64>(<u64>(1023 + k) << 52);
}

/** Exponent of the larger part, floor(log2): below -1022 for subnormal numbers and zero. */
// @ts-ignore: decorator
@inline
export function exponentOf(re: f64, im: f64): i32 {
  const bits = max(reinterpret<u64>(abs(re)), reinterpret<u64>(abs(im)));
  return <i32>(bits >> 52) - 1023;
}

// @ts-ignore: decorator
@inline
export function re(a: usize): f64 {
  return load<f64>(a);
}
// @ts-ignore: decorator
@inline
export function im(a: usize): f64 {
  return load<f64>(a, 8);
}
// @ts-ignore: decorator
@inline
export function exponent(a: usize): i32 {
  return load<i32>(a, 16);
}

/** to = (re, im) 2^e. */
// @ts-ignore: decorator
@inline
export function set(to: usize, x: f64, y: f64, e: i32): void {
  const shift = exponentOf(x, y);
  if (shift < -1000 || shift > 1000) {
    setExtreme(to, x, y, e);
    return;
  }
  const down = reinterpret<f64>(<u64>(1023 - shift) << 52);
  store<f64>(to, x * down);
  store<f64>(to, y * down, 8);
  store<i32>(to, e + shift, 16);
}

/** {@link set} at the ends of the range, and for zero. */
function setExtreme(to: usize, x: f64, y: f64, e: i32): void {
  if (x == 0 && y == 0) {
    store<f64>(to, 0);
    store<f64>(to, 0, 8);
    store<i32>(to, OF_ZERO, 16);
    return;
  }
  // In two steps, for 2^-1023 is not normal, and neither are the parts, perhaps.
  const isSmall = exponentOf(x, y) < 0;
  const by = isSmall ? 1.8014398509481984e16 : 5.551115123125783e-17; // 2^54, 2^-54
  const shift = exponentOf(x * by, y * by);
  const down = pow2(-shift >> 1);
  const rest = pow2(-shift - (-shift >> 1));
  store<f64>(to, x * by * down * rest);
  store<f64>(to, y * by * down * rest, 8);
  store<i32>(to, e + shift - (isSmall ? 54 : -54), 16);
}

// @ts-ignore: decorator
@inline
export function copy(to: usize, from: usize): void {
  memory.copy(to, from, WIDE);
}

/** to = a b. */
export function multiply(to: usize, a: usize, b: usize): void {
  const x = re(a);
  const y = im(a);
  const u = re(b);
  const v = im(b);
  set(to, x * u - y * v, x * v + y * u, exponent(a) + exponent(b));
}

/** to = a + b. */
export function add(to: usize, a: usize, b: usize): void {
  const common = max(exponent(a), exponent(b));
  const p = pow2(exponent(a) - common);
  const q = pow2(exponent(b) - common);
  set(to, re(a) * p + re(b) * q, im(a) * p + im(b) * q, common);
}

/** to = a - b. */
export function subtract(to: usize, a: usize, b: usize): void {
  const common = max(exponent(a), exponent(b));
  const p = pow2(exponent(a) - common);
  const q = pow2(exponent(b) - common);
  set(to, re(a) * p - re(b) * q, im(a) * p - im(b) * q, common);
}

/** to = a / b; b is not zero. */
export function divide(to: usize, a: usize, b: usize): void {
  const u = re(b);
  const v = im(b);
  const per = 1.0 / (u * u + v * v);
  set(
    to,
    (re(a) * u + im(a) * v) * per,
    (im(a) * u - re(a) * v) * per,
    exponent(a) - exponent(b),
  );
}

/** Twice itself. */
// @ts-ignore: decorator
@inline
export function double(a: usize): void {
  store<i32>(a, exponent(a) + 1, 16);
}

/** |a|^2 without its exponent, which is twice that of a. */
// @ts-ignore: decorator
@inline
export function square(a: usize): f64 {
  return re(a) * re(a) + im(a) * im(a);
}

/** floor(log2 |a|^2). */
// @ts-ignore: decorator
@inline
export function squareExponent(a: usize): i32 {
  const s = square(a);
  return 2 * exponent(a) + (s >= 4 ? 2 : s >= 2 ? 1 : 0);
}

/** Whether |a| < |b|. */
export function isSmaller(a: usize, b: usize): bool {
  const difference = exponent(a) - exponent(b);
  if (difference > 1) return false;
  if (difference < -1) return true;
  return square(a) * pow2(2 * difference) < square(b);
}

/** Whether |a| < 2^k. */
export function isBelow(a: usize, k: i32): bool {
  const difference = exponent(a) - k;
  if (difference > 0) return false;
  if (difference < -1) return true;
  return square(a) * pow2(2 * difference) < 1;
}

/** The real part as a double, 0 or infinite beyond their range. */
// @ts-ignore: decorator
@inline
export function plainRe(a: usize): f64 {
  return re(a) * pow2(exponent(a));
}
// @ts-ignore: decorator
@inline
export function plainIm(a: usize): f64 {
  return im(a) * pow2(exponent(a));
}
