// Bilinear approximation with squares: 2^k steps of a perturbed orbit at once, z <- A z + Q z^2 + B dc + P z dc + S dc^2, as
// long as |z| is below a radius. One step is of this form with P = S = 0; what joining two leaves out are terms of the third
// order. Without Q the radius would be the square of what it is. P and S count in views not much deeper than doubles reach,
// where dc is not small enough: without them there would be no entries at all down to about level 45. The table is a binary
// tree over the reference's steps from m = 1 on; step 0, from Z = 0, has no linear part.
// See Zhuoran, "Bilinear approximation", fractalforums.org, 2021; Heiland-Allen, "Deep zoom theory and practice (again)".
import { log2 } from '../simd/logarithm';
import * as orbit from './orbit';
import * as wide from './wide';
import { WIDE } from './wide';

/** log2 of the relative error that one step may have. */
const LOG2_ERROR: f64 = -40.0;
/**
 * The same where P and S count. There |z| is often near the radius, and so is the error: beside parabolic points -46 gives medians of the
 * distances' errors 30 times as large as without skips, -50 the same ones, and costs nothing.
 */
const LOG2_ERROR_MIXED: f64 = -52.0;
/** Steps of the shortest entry, as a power of two. */
export const FIRST_LEVEL: i32 = 3;
const MAX_LEVELS: i32 = 30;

/** Entry: A, B, Q, P and S without exponents (80 bytes), their exponents, whether P and S count, log2 of the radius. */
const ENTRY: usize = 112;
const Q: usize = 32;
const P: usize = 48;
const S: usize = 64;
const A_EXPONENT: usize = 80;
const B_EXPONENT: usize = 84;
const Q_EXPONENT: usize = 88;
const P_EXPONENT: usize = 92;
const S_EXPONENT: usize = 96;
const IS_MIXED: usize = 100;
const LOG2_R: usize = 104;

/** Levels that there are, FIRST_LEVEL included; the last one is `levels - 1`. */
export let levels: i32 = 0;
/** Whether any of the shortest entries is valid for anything. */
let isUseful: bool = false;
const LIMITS: usize = memory.data(MAX_LEVELS * 8, 16);
const ENTRIES: usize = memory.data(MAX_LEVELS * 8, 16);
const COUNTS: usize = memory.data(MAX_LEVELS * 4, 16);

// Temporaries of the building.
const ONE_A: usize = memory.data(ENTRY, 16);
const TWO_A: usize = memory.data(ENTRY, 16);

/** Bytes that the table of an orbit takes. */
export function bytesFor(steps: i32): usize {
  return <usize>(steps >> (FIRST_LEVEL - 1)) * (ENTRY + 4) + 4096;
}

// @ts-ignore: decorator
@inline
function limitsOf(level: i32): usize {
  return load<usize>(LIMITS + ((<usize>level) << 3));
}
// @ts-ignore: decorator
@inline
function entriesOf(level: i32): usize {
  return load<usize>(ENTRIES + ((<usize>level) << 3));
}

/**
 * Builds the table for points at most `largest` 2^largestExponent from the reference.
 *
 * @param at where there is room, see {@link bytesFor}
 */
export function build(at: usize, largest: f64, largestExponent: i32): void {
  const log2Largest = log2(largest) + <f64>largestExponent;
  const steps = orbit.length - 1;
  levels = FIRST_LEVEL;
  isUseful = false;
  let free = at;
  for (let level = FIRST_LEVEL; level < MAX_LEVELS; level++) {
    const count = steps >> level;
    if (count == 0) break;
    store<i32>(COUNTS + ((<usize>level) << 2), count);
    store<usize>(LIMITS + ((<usize>level) << 3), free);
    free = (free + ((<usize>count) << 2) + 15) & ~15;
    store<usize>(ENTRIES + ((<usize>level) << 3), free);
    free += <usize>count * ENTRY;
    for (let j = 0; j < count; j++) {
      const to = entriesOf(level) + <usize>j * ENTRY;
      if (level == FIRST_LEVEL) {
        makeFirst(to, 1 + (j << FIRST_LEVEL), log2Largest);
        isUseful = isUseful || load<f64>(to, LOG2_R) > -Infinity;
      } else {
        const from = entriesOf(level - 1) + <usize>(2 * j) * ENTRY;
        join(to, from, from + ENTRY, log2Largest);
      }
      store<i32>(limitsOf(level) + ((<usize>j) << 2), limitOf(to));
    }
    levels = level + 1;
  }
}

/** The entry of 2^FIRST_LEVEL steps from m on. */
function makeFirst(to: usize, m: i32, log2Largest: f64): void {
  single(to, m);
  for (let i = 1; i < 1 << FIRST_LEVEL; i++) {
    single(TWO_A, m + i);
    memory.copy(ONE_A, to, ENTRY);
    join(to, ONE_A, TWO_A, log2Largest);
  }
}

const POINT: usize = memory.data(WIDE, 16);

/** One step: A = 2 Z, B = Q = 1, valid for any z. */
function single(to: usize, m: i32): void {
  orbit.pointAt(POINT, m);
  store<f64>(to, wide.re(POINT));
  store<f64>(to, wide.im(POINT), 8);
  store<f64>(to, 1, 16);
  store<f64>(to, 0, 24);
  store<f64>(to, 1, Q);
  store<f64>(to, 0, Q + 8);
  store<i32>(to, wide.exponent(POINT) + 1, A_EXPONENT);
  store<i32>(to, 0, B_EXPONENT);
  store<i32>(to, 0, Q_EXPONENT);
  wide.set(POINT, 0, 0, 0);
  put(to, P, P_EXPONENT, POINT);
  put(to, S, S_EXPONENT, POINT);
  store<i32>(to, 0, IS_MIXED);
  store<f64>(to, Infinity, LOG2_R);
}

const AX: usize = memory.data(WIDE, 16);
const AY: usize = memory.data(WIDE, 16);
const BX: usize = memory.data(WIDE, 16);
const QY: usize = memory.data(WIDE, 16);
const PY: usize = memory.data(WIDE, 16);
const X: usize = memory.data(WIDE, 16);
const Y: usize = memory.data(WIDE, 16);
const SUM: usize = memory.data(WIDE, 16);

// @ts-ignore: decorator
@inline
function take(to: usize, entry: usize, at: usize, exponentAt: usize): void {
  wide.set(to, load<f64>(entry + at), load<f64>(entry + at + 8), load<i32>(entry + exponentAt));
}
// @ts-ignore: decorator
@inline
function put(entry: usize, at: usize, exponentAt: usize, from: usize): void {
  store<f64>(entry + at, wide.re(from));
  store<f64>(entry + at + 8, wide.im(from));
  store<i32>(entry + exponentAt, wide.exponent(from));
}
// @ts-ignore: decorator
@inline
function log2Of(entry: usize, at: usize, exponentAt: usize): f64 {
  const x = load<f64>(entry + at);
  const y = load<f64>(entry + at + 8);
  return 0.5 * log2(x * x + y * y) + <f64>load<i32>(entry + exponentAt);
}

/** The quadratic part must be a correction: |Q z| < 2^-7 |A|. */
const LOG2_CORRECTION: f64 = -7.0;
/** What the quadratic part and dc may add to |A z|: 2^0.03. */
const LOG2_GROWTH: f64 = 0.03;

/**
 * Two entries as one: A = Ay Ax, Q = Ay Qx + Qy Ax^2, B = Ay Bx + By, P = Ay Px + 2 Qy Ax Bx + Py Ax,
 * S = Ay Sx + Qy Bx^2 + Py Bx + Sy. What is left out, relative to A z: 2 Qy Qx z^2 / Ay,
 * (2 Qy Bx Qx + 2 Qy Ax Px + Py Qx) z dc / A and (2 Qy Ax Sx + 2 Qy Bx Px + Py Px) dc^2 / A; and relative to B dc:
 * (2 Qy Bx + Py) Sx dc^2 / B.
 */
function join(to: usize, x: usize, y: usize, log2Largest: f64): void {
  take(AX, x, 0, A_EXPONENT);
  take(AY, y, 0, A_EXPONENT);
  take(BX, x, 16, B_EXPONENT);
  take(QY, y, Q, Q_EXPONENT);
  take(PY, y, P, P_EXPONENT);
  wide.multiply(SUM, AX, AY);
  put(to, 0, A_EXPONENT, SUM);
  // Q
  wide.multiply(X, AX, AX);
  wide.multiply(X, X, QY);
  take(SUM, x, Q, Q_EXPONENT);
  wide.multiply(SUM, SUM, AY);
  wide.add(SUM, SUM, X);
  put(to, Q, Q_EXPONENT, SUM);
  // B
  wide.multiply(X, BX, AY);
  take(SUM, y, 16, B_EXPONENT);
  wide.add(SUM, SUM, X);
  put(to, 16, B_EXPONENT, SUM);
  // S
  wide.multiply(X, QY, BX);
  wide.add(SUM, X, PY);
  wide.multiply(SUM, SUM, BX);
  take(Y, x, S, S_EXPONENT);
  wide.multiply(Y, Y, AY);
  wide.add(SUM, SUM, Y);
  take(Y, y, S, S_EXPONENT);
  wide.add(SUM, SUM, Y);
  put(to, S, S_EXPONENT, SUM);
  // P, with Qy Bx in X
  wide.double(X);
  wide.add(SUM, X, PY);
  wide.multiply(SUM, SUM, AX);
  take(Y, x, P, P_EXPONENT);
  wide.multiply(Y, Y, AY);
  wide.add(SUM, SUM, Y);
  put(to, P, P_EXPONENT, SUM);

  const c = log2Largest;
  const ax = log2Of(x, 0, A_EXPONENT);
  const ay = log2Of(y, 0, A_EXPONENT);
  const qx = log2Of(x, Q, Q_EXPONENT);
  const qy = log2Of(y, Q, Q_EXPONENT);
  const px = log2Of(x, P, P_EXPONENT);
  const py = log2Of(y, P, P_EXPONENT);
  const sx = log2Of(x, S, S_EXPONENT);
  const bx = log2Of(x, 16, B_EXPONENT);
  const reach = bx + c;
  const b = log2Of(to, 16, B_EXPONENT) + c;
  const ry = load<f64>(y, LOG2_R);
  const isBilinear = 1.0 + qy + reach - ay < LOG2_ERROR && qy + 2.0 * reach - b < LOG2_ERROR;
  const isMixed = load<i32>(x, IS_MIXED) != 0 || load<i32>(y, IS_MIXED) != 0 || !isBilinear;
  const error = isMixed ? LOG2_ERROR_MIXED : LOG2_ERROR;
  let r = min(load<f64>(x, LOG2_R), 0.5 * (error + ay - 1.0 - qy - qx));
  r = min(r, ax - qx + LOG2_CORRECTION);
  r = min(r, (reach < ry - 10.0 ? ry - LOG2_GROWTH : ry - 1.0) - LOG2_GROWTH - ax);
  let isValid = reach < ry - 2.0;
  if (isMixed) {
    const first = max(1.0 + qy + reach, py + c);
    // Of three terms the largest, and what the others may add.
    r = min(r, error - 2.0 + ax + ay - max(first + qx, 1.0 + qy + ax + px + c));
    const inZ = max(1.0 + qy + ax + sx + c + c, first + px + c) - ax - ay;
    const inC = first + sx + c + c - b;
    isValid =
      isValid &&
      inZ + 1.0 < error &&
      inC + 1.0 < error &&
      px + c - ax < LOG2_CORRECTION &&
      sx + c - bx < LOG2_CORRECTION;
  }
  store<i32>(to, isMixed, IS_MIXED);
  store<f64>(to, isValid ? r : -Infinity, LOG2_R);
}

/** What {@link search} compares with: |z|^2 with an exponent below this is inside the radius. */
function limitOf(entry: usize): i32 {
  return <i32>max(-2000000000.0, min(2000000000.0, Math.floor(2.0 * load<f64>(entry, LOG2_R))));
}

/** Whether entries may begin at m. */
// @ts-ignore: decorator
@inline
export function begins(m: i32): bool {
  return isUseful && ((m - 1) & ((1 << FIRST_LEVEL) - 1)) == 0 && m > 0;
}

/** Steps from m to where the next entries may begin, 1 at least. */
// @ts-ignore: decorator
@inline
export function stepsToNext(m: i32): i32 {
  return isUseful ? (1 << FIRST_LEVEL) - ((m - 1) & ((1 << FIRST_LEVEL) - 1)) : i32.MAX_VALUE;
}

/** Whether the shortest entry that begins at m is valid for |z|^2 below 2^(exponent + 1). */
// @ts-ignore: decorator
@inline
export function reaches(m: i32, exponent: i32): bool {
  const i = (m - 1) >> FIRST_LEVEL;
  return (
    i < load<i32>(COUNTS + ((<usize>FIRST_LEVEL) << 2)) &&
    exponent < load<i32>(limitsOf(FIRST_LEVEL) + ((<usize>i) << 2))
  );
}

/** Level that {@link search} has found. */
export let found: i32 = 0;

/**
 * The longest entry that begins at m, has at most `most` steps, and is valid for |z|^2 below 2^(exponent + 1).
 *
 * @returns its address, or 0
 */
export function search(m: i32, exponent: i32, most: i32): usize {
  const j = m - 1;
  let best = -1;
  for (let level = FIRST_LEVEL; level < levels; level++) {
    if (j & ((1 << level) - 1) || 1 << level > most) break;
    const i = j >> level;
    if (i >= load<i32>(COUNTS + ((<usize>level) << 2))) break;
    if (exponent >= load<i32>(limitsOf(level) + ((<usize>i) << 2))) break;
    best = level;
  }
  if (best < 0) return 0;
  found = best;
  return entriesOf(best) + <usize>(j >> best) * ENTRY;
}

/** What multiplies z in an entry, but for Q z, for the point that is dc from the reference: A, and P dc where that counts. */
export function takeA(to: usize, entry: usize, dc: usize): void {
  take(to, entry, 0, A_EXPONENT);
  if (isMixed(entry)) addProduct(to, entry, P, P_EXPONENT, dc);
}
/** What multiplies dc: B, and S dc where that counts. */
export function takeB(to: usize, entry: usize, dc: usize): void {
  take(to, entry, 16, B_EXPONENT);
  if (isMixed(entry)) addProduct(to, entry, S, S_EXPONENT, dc);
}
export function takeQ(to: usize, entry: usize): void {
  take(to, entry, Q, Q_EXPONENT);
}
/** The mixed derivative, P; 0 where it does not count. */
export function takeP(to: usize, entry: usize): void {
  if (isMixed(entry)) take(to, entry, P, P_EXPONENT);
  else wide.set(to, 0, 0, 0);
}
/** Makes what {@link takeB} has given the derivative by c: adds S dc + P z where they count. */
export function toDerivative(b: usize, entry: usize, dc: usize, z: usize): void {
  if (!isMixed(entry)) return;
  addProduct(b, entry, S, S_EXPONENT, dc);
  addProduct(b, entry, P, P_EXPONENT, z);
}

function addProduct(to: usize, entry: usize, at: usize, exponentAt: usize, by: usize): void {
  take(X, entry, at, exponentAt);
  wide.multiply(X, X, by);
  wide.add(to, to, X);
}

/** Whether the terms with P and S count. */
// @ts-ignore: decorator
@inline
export function isMixed(entry: usize): bool {
  return load<i32>(entry + IS_MIXED) != 0;
}
// @ts-ignore: decorator
@inline
export function aRe(entry: usize): f64 {
  return load<f64>(entry);
}
// @ts-ignore: decorator
@inline
export function aIm(entry: usize): f64 {
  return load<f64>(entry, 8);
}
// @ts-ignore: decorator
@inline
export function bRe(entry: usize): f64 {
  return load<f64>(entry, 16);
}
// @ts-ignore: decorator
@inline
export function bIm(entry: usize): f64 {
  return load<f64>(entry, 24);
}
// @ts-ignore: decorator
@inline
export function qRe(entry: usize): f64 {
  return load<f64>(entry, 32);
}
// @ts-ignore: decorator
@inline
export function qIm(entry: usize): f64 {
  return load<f64>(entry, 40);
}
// @ts-ignore: decorator
@inline
export function qExponent(entry: usize): i32 {
  return load<i32>(entry, Q_EXPONENT);
}
// @ts-ignore: decorator
@inline
export function aExponent(entry: usize): i32 {
  return load<i32>(entry, A_EXPONENT);
}
// @ts-ignore: decorator
@inline
export function bExponent(entry: usize): i32 {
  return load<i32>(entry, B_EXPONENT);
}
// @ts-ignore: decorator
@inline
export function pRe(entry: usize): f64 {
  return load<f64>(entry + P);
}
// @ts-ignore: decorator
@inline
export function pIm(entry: usize): f64 {
  return load<f64>(entry + P + 8);
}
// @ts-ignore: decorator
@inline
export function pExponent(entry: usize): i32 {
  return load<i32>(entry, P_EXPONENT);
}
// @ts-ignore: decorator
@inline
export function sRe(entry: usize): f64 {
  return load<f64>(entry + S);
}
// @ts-ignore: decorator
@inline
export function sIm(entry: usize): f64 {
  return load<f64>(entry + S + 8);
}
// @ts-ignore: decorator
@inline
export function sExponent(entry: usize): i32 {
  return load<i32>(entry, S_EXPONENT);
}
