// One point's orbit as a perturbation of the reference: z <- 2 Z z + z^2 + dc with rebasing, and its derivative by c in units
// of the pixel spacing. Where z is an ordinary double it is one, and pair.ts does its single steps; where it is smaller, it is
// a wide number. Here is the rest: wide steps, entries of the table, rebasing, escape.
import { log, log2 } from '../simd/logarithm';
import * as orbit from './orbit';
import * as table from './table';
import * as wide from './wide';
import { exponentOf, pow2, WIDE } from './wide';

/** Square of the escape radius, 2^40: that of src/math/exterior.ts. */
export const ESCAPE_RADIUS_SQUARED: f64 = 1099511627776.0;
/** z below 2^-480 is wide: its square is then still a normal number. */
const PLAIN_FROM: i32 = -480;
/** An entry whose factor is below 2^-300 takes wide numbers: the derivative might leave the range of doubles. */
const SMALL_FACTOR: i32 = -300;
/** |z|^2 below this is that of a wide z. */
export const PLAIN_SQUARE: f64 = reinterpret<f64>((<u64>(1023 - 960)) << 52);
/** The derivative is kept between 2^-400 and 2^400, by an exponent of its own. */
export const LARGE_DERIVATIVE: f64 = reinterpret<f64>((<u64>(1023 + 400)) << 52);
export const SMALL_DERIVATIVE: f64 = reinterpret<f64>((<u64>(1023 - 400)) << 52);

/** Pixel spacing, units of the plane. */
export const SPACING: usize = memory.data(WIDE, 16);

// What is kept of a pixel, at these offsets from its address. First z and dz/dc as plain numbers: the derivative in units of
// the spacing times 2^D_EXPONENT.
export const Z_RE: usize = 0;
export const Z_IM: usize = 8;
export const D_RE: usize = 16;
export const D_IM: usize = 24;
export const D_EXPONENT: usize = 32;
/** The spacing as a derivative is counted, plain. */
export const H: usize = 40;
/** The point minus the reference, plain. */
export const DC_RE: usize = 48;
export const DC_IM: usize = 56;
/** Iterations done. */
export const N: usize = 64;
/** Index in the reference. */
export const M: usize = 68;
/** Iteration to go to. */
export const END: usize = 72;
/** Iteration of the smallest |z| at a rebasing, 0 for none yet. */
export const SMALLEST_AT: usize = 76;
/** Iteration of the window's first rebasing, 0 for none yet. */
const WINDOW_AT: usize = 80;
/** Iterations from the window's first point to the one nearest to it, 0 for none yet: a multiple of the period, in the end. */
export const RETURN_AFTER: usize = 84;
/** log2 of the distance in spacings, when it has escaped. */
export const LOG2_DISTANCE: usize = 88;
/** Number of the point it is. */
export const ID: usize = 96;
/** Whether z is too small for a double, so that the wide number is the valid one. */
const IS_WIDE: usize = 100;
/** The point minus the reference. */
export const DC: usize = 104;
/** z as a wide number: at a rebasing, and where IS_WIDE says so. */
const Z: usize = DC + WIDE;
/** The smallest z at a rebasing. */
export const SMALLEST: usize = Z + WIDE;
/** The point at the first rebasing of this window. */
const WINDOW_START: usize = SMALLEST + WIDE;
/** The point that came nearest to the window's first one. */
export const RETURN: usize = WINDOW_START + WIDE;
/** How near that was. */
const NEAREST: usize = RETURN + WIDE;
/** Bytes of a pixel. */
export const PIXEL: usize = NEAREST + WIDE;

const D: usize = memory.data(WIDE, 16);
const POINT: usize = memory.data(WIDE, 16);
const FULL: usize = memory.data(WIDE, 16);
const T: usize = memory.data(WIDE, 16);
const COEFFICIENT: usize = memory.data(WIDE, 16);

/** Begins with the point whose offset from the reference is (x, y) spacings. */
export function begin(pixel: usize, id: i32, x: f64, y: f64): void {
  const dc = pixel + DC;
  wide.set(dc, x * wide.re(SPACING), y * wide.re(SPACING), wide.exponent(SPACING));
  store<f64>(pixel, wide.plainRe(dc), DC_RE);
  store<f64>(pixel, wide.plainIm(dc), DC_IM);
  memory.fill(pixel, 0, D_EXPONENT);
  store<i32>(pixel, 0, IS_WIDE);
  setScale(pixel, wide.exponent(SPACING));
  store<i32>(pixel, 0, N);
  store<i32>(pixel, 0, M);
  store<i32>(pixel, 0, SMALLEST_AT);
  store<i32>(pixel, id, ID);
}

/** Lets it go on to iteration `end`. The way there is a window of closest returns. */
export function goOn(pixel: usize, end: i32): void {
  store<i32>(pixel, end, END);
  store<i32>(pixel, 0, WINDOW_AT);
  store<i32>(pixel, 0, RETURN_AFTER);
}

/** The whole orbit's point, Z_m + z. */
export function current(to: usize, pixel: usize): void {
  orbit.pointAt(to, load<i32>(pixel, M));
  widen(pixel);
  wide.add(to, to, pixel + Z);
}

/** Makes the wide z the valid one. */
function widen(pixel: usize): void {
  if (!load<i32>(pixel, IS_WIDE)) wide.set(pixel + Z, load<f64>(pixel, Z_RE), load<f64>(pixel, Z_IM), 0);
}

/** What {@link settle} says. */
export const READY: i32 = 0;
export const ESCAPED: i32 = 1;
export const AT_END: i32 = 2;

/**
 * Does whatever must be done before the next single step: rebasing, entries of the table, steps of a z too small for doubles.
 *
 * @returns READY for a single step, ESCAPED, or AT_END
 */
export function settle(pixel: usize): i32 {
  while (true) {
    const left = load<i32>(pixel, END) - load<i32>(pixel, N);
    if (load<i32>(pixel, IS_WIDE)) {
      if (left <= 0) return AT_END;
      stepWidely(pixel);
      continue;
    }
    const z2 = rebased(pixel);
    if (z2 == Infinity) return ESCAPED;
    rescale(pixel);
    if (left <= 0) return AT_END;
    if (z2 < PLAIN_SQUARE) {
      stepWidely(pixel);
      continue;
    }
    const from = load<i32>(pixel, M);
    const entry = table.begins(from) ? table.search(from, exponentOf(z2, 0), left) : 0;
    if (entry == 0) return READY;
    if (table.aExponent(entry) < SMALL_FACTOR) stepWidely(pixel);
    else skip(pixel, entry);
  }
}

/** Goes on from Z_0 where that is due. Returns |z|^2, infinity where the point has escaped. */
function rebased(pixel: usize): f64 {
  const m = load<i32>(pixel, M);
  const zr = load<f64>(pixel, Z_RE);
  const zi = load<f64>(pixel, Z_IM);
  const at = (<usize>m) << 3;
  const fr = load<f64>(orbit.Z_RE + at) + zr;
  const fi = load<f64>(orbit.Z_IM + at) + zi;
  const f2 = fr * fr + fi * fi;
  if (f2 > ESCAPE_RADIUS_SQUARED) {
    measure(pixel, f2);
    return Infinity;
  }
  const z2 = zr * zr + zi * zi;
  if (f2 >= z2 && m != orbit.length) return z2;
  store<f64>(pixel, fr, Z_RE);
  store<f64>(pixel, fi, Z_IM);
  store<i32>(pixel, 0, M);
  wide.set(pixel + Z, fr, fi, 0);
  noteRebasing(pixel);
  return f2;
}

/** The distance of a point whose orbit has come to |z|^2 = f2. */
function measure(pixel: usize, f2: f64): void {
  // With the derivative's own exponent: when it was last rescaled depends on the pixel beside this one.
  wide.set(D, load<f64>(pixel, D_RE), load<f64>(pixel, D_IM), load<i32>(pixel, D_EXPONENT));
  const ln = log(f2);
  store<f64>(pixel, 0.5 * log2((f2 * ln * ln) / wide.square(D)) - <f64>wide.exponent(D), LOG2_DISTANCE);
}

/** The exponent of the derivative, which is never below the spacing's. */
function setScale(pixel: usize, exponent: i32): void {
  store<i32>(pixel, exponent, D_EXPONENT);
  store<f64>(pixel, wide.re(SPACING) * pow2(wide.exponent(SPACING) - exponent), H);
}

/** Brings the derivative back into its range; by a power of two, which changes no bit of it. */
function rescale(pixel: usize): void {
  const dr = load<f64>(pixel, D_RE);
  const di = load<f64>(pixel, D_IM);
  const exponent = load<i32>(pixel, D_EXPONENT);
  const size = exponentOf(dr, di);
  if (size < 400 && (size >= -400 || exponent == wide.exponent(SPACING))) return;
  const next = max(exponent + size, wide.exponent(SPACING));
  const by = pow2(exponent - next);
  store<f64>(pixel, dr * by, D_RE);
  store<f64>(pixel, di * by, D_IM);
  setScale(pixel, next);
}

/** An entry of the table, on plain numbers. */
function skip(pixel: usize, entry: usize): void {
  const zr = load<f64>(pixel, Z_RE);
  const zi = load<f64>(pixel, Z_IM);
  const u = table.bRe(entry);
  const v = table.bIm(entry);
  const p = table.qRe(entry);
  const q = table.qIm(entry);
  const dc = pixel + DC;
  const x = wide.re(dc);
  const y = wide.im(dc);
  const as = pow2(table.aExponent(entry));
  const bs = pow2(table.bExponent(entry) + wide.exponent(dc));
  const qs = pow2(table.qExponent(entry));
  const scale = wide.exponent(SPACING) - load<i32>(pixel, D_EXPONENT);
  const spacing = wide.re(SPACING);
  const hs = spacing * pow2(table.bExponent(entry) + scale);
  // What is multiplied by z, what is added to z, and what is added to the derivative.
  let ar = table.aRe(entry) * as;
  let ai = table.aIm(entry) * as;
  let br = (u * x - v * y) * bs;
  let bi = (u * y + v * x) * bs;
  let hr = u * hs;
  let hi = v * hs;
  if (table.isMixed(entry)) {
    const k = table.pRe(entry);
    const l = table.pIm(entry);
    const ps = pow2(table.pExponent(entry) + wide.exponent(dc));
    ar += (k * x - l * y) * ps;
    ai += (k * y + l * x) * ps;
    // S dc, S dc^2, and P z + 2 S dc
    const tr = table.sRe(entry) * x - table.sIm(entry) * y;
    const ti = table.sRe(entry) * y + table.sIm(entry) * x;
    const ss = pow2(table.sExponent(entry) + 2 * wide.exponent(dc));
    br += (tr * x - ti * y) * ss;
    bi += (tr * y + ti * x) * ss;
    const ks = spacing * pow2(table.pExponent(entry) + scale);
    const ts = spacing * pow2(table.sExponent(entry) + wide.exponent(dc) + 1 + scale);
    hr += (k * zr - l * zi) * ks + tr * ts;
    hi += (k * zi + l * zr) * ks + ti * ts;
  }
  // Q z, then A + Q z, then its derivative A + 2 Q z
  const wr = (p * zr - q * zi) * qs;
  const wi = (p * zi + q * zr) * qs;
  const gr = ar + wr;
  const gi = ai + wi;
  store<f64>(pixel, gr * zr - gi * zi + br, Z_RE);
  store<f64>(pixel, gr * zi + gi * zr + bi, Z_IM);
  const dr = load<f64>(pixel, D_RE);
  const di = load<f64>(pixel, D_IM);
  const er = gr + wr;
  const ei = gi + wi;
  store<f64>(pixel, er * dr - ei * di + hr, D_RE);
  store<f64>(pixel, er * di + ei * dr + hi, D_IM);
  const steps = 1 << table.found;
  store<i32>(pixel, load<i32>(pixel, M) + steps, M);
  store<i32>(pixel, load<i32>(pixel, N) + steps, N);
}

/** Steps, one at least, until z is an ordinary double again, or to the end. */
function stepWidely(pixel: usize): void {
  widen(pixel);
  const z = pixel + Z;
  wide.set(D, load<f64>(pixel, D_RE), load<f64>(pixel, D_IM), load<i32>(pixel, D_EXPONENT));
  const end = load<i32>(pixel, END);
  do {
    stepWide(pixel, end);
  } while (load<i32>(pixel, N) < end && wide.exponent(z) < PLAIN_FROM);
  store<i32>(pixel, wide.exponent(z) < PLAIN_FROM, IS_WIDE);
  store<f64>(pixel, wide.plainRe(z), Z_RE);
  store<f64>(pixel, wide.plainIm(z), Z_IM);
  setScale(pixel, max(wide.exponent(D), wide.exponent(SPACING)));
  const down = pow2(wide.exponent(D) - load<i32>(pixel, D_EXPONENT));
  store<f64>(pixel, wide.re(D) * down, D_RE);
  store<f64>(pixel, wide.im(D) * down, D_IM);
}

/** One step, or one entry of the table, of a z that may be of any size. */
function stepWide(pixel: usize, end: i32): void {
  let m = load<i32>(pixel, M);
  const n = load<i32>(pixel, N);
  const dc = pixel + DC;
  const z = pixel + Z;
  const entry = m > 0 ? table.search(m, wide.squareExponent(z), end - n) : 0;
  let steps = 1;
  if (entry != 0) {
    table.takeQ(COEFFICIENT, entry);
    wide.multiply(T, COEFFICIENT, z);
    table.takeA(COEFFICIENT, entry, dc);
    wide.add(COEFFICIENT, COEFFICIENT, T);
    wide.copy(POINT, z);
    wide.multiply(z, z, COEFFICIENT);
    wide.add(COEFFICIENT, COEFFICIENT, T);
    wide.multiply(D, D, COEFFICIENT);
    table.takeB(COEFFICIENT, entry, dc);
    wide.multiply(T, COEFFICIENT, dc);
    wide.add(z, z, T);
    table.toDerivative(COEFFICIENT, entry, dc, POINT);
    wide.multiply(T, COEFFICIENT, SPACING);
    wide.add(D, D, T);
    steps = 1 << table.found;
  } else {
    orbit.pointAt(POINT, m);
    wide.add(FULL, POINT, z);
    wide.multiply(D, D, FULL);
    wide.double(D);
    wide.add(D, D, SPACING);
    wide.add(T, FULL, POINT);
    wide.multiply(z, z, T);
    wide.add(z, z, dc);
  }
  m += steps;
  store<i32>(pixel, n + steps, N);
  store<i32>(pixel, m, M);
  if (orbit.rebase(z, m)) {
    store<i32>(pixel, 0, M);
    noteRebasing(pixel);
  }
}

/** Called where the reference is 0: the wide z is the whole orbit's point. */
function noteRebasing(pixel: usize): void {
  const z = pixel + Z;
  const n = load<i32>(pixel, N);
  if (load<i32>(pixel, SMALLEST_AT) == 0 || wide.isSmaller(z, pixel + SMALLEST)) {
    wide.copy(pixel + SMALLEST, z);
    store<i32>(pixel, n, SMALLEST_AT);
  }
  const windowAt = load<i32>(pixel, WINDOW_AT);
  if (windowAt == 0) {
    wide.copy(pixel + WINDOW_START, z);
    store<i32>(pixel, n, WINDOW_AT);
    return;
  }
  wide.subtract(T, z, pixel + WINDOW_START);
  if (load<i32>(pixel, RETURN_AFTER) > 0 && !wide.isSmaller(T, pixel + NEAREST)) return;
  wide.copy(pixel + NEAREST, T);
  wide.copy(pixel + RETURN, z);
  store<i32>(pixel, n - windowAt, RETURN_AFTER);
}
