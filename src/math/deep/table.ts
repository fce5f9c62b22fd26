// Bilinear approximation: 2^k steps of a perturbed orbit at once, z <- A z + B dc, as long as |z| is below a radius.
// The table is a binary tree over the reference's steps from m = 1 on; step 0, from Z = 0, is never linear.
// See Zhuoran, "Bilinear approximation", fractalforums.org, 2021; Heiland-Allen, "Deep zoom theory and practice (again)".
import * as orbit from './orbit';
import * as wide from './wide';
import { pow2, WIDE } from './wide';

/** log2 of the relative error that one step may have. */
export const LOG2_ERROR: i32 = -36;
/** Steps of the shortest entry, as a power of two. */
export const FIRST_LEVEL: i32 = 3;
const MAX_LEVELS: i32 = 30;

/** Entry: A and B without exponents (32 bytes), their exponents, mantissa and exponent of the radius. */
const ENTRY: usize = 56;
const A_EXPONENT: usize = 32;
const B_EXPONENT: usize = 36;
const R_EXPONENT: usize = 40;
const R: usize = 48;

/** Levels that there are, FIRST_LEVEL included; the last one is `levels - 1`. */
export let levels: i32 = 0;
const LIMITS: usize = memory.data(MAX_LEVELS * 8, 16);
const ENTRIES: usize = memory.data(MAX_LEVELS * 8, 16);
const COUNTS: usize = memory.data(MAX_LEVELS * 4, 16);

// Temporaries of the building.
const ONE_A: usize = memory.data(64, 16);
const TWO_A: usize = memory.data(64, 16);

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
  const steps = orbit.length - 1;
  levels = FIRST_LEVEL;
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
        makeFirst(to, 1 + (j << FIRST_LEVEL), largest, largestExponent);
      } else {
        const from = entriesOf(level - 1) + <usize>(2 * j) * ENTRY;
        join(to, from, from + ENTRY, largest, largestExponent);
      }
      store<i32>(limitsOf(level) + ((<usize>j) << 2), limitOf(to));
    }
    levels = level + 1;
  }
}

/** The entry of 2^FIRST_LEVEL steps from m on. */
function makeFirst(to: usize, m: i32, largest: f64, largestExponent: i32): void {
  single(to, m, largest, largestExponent);
  for (let i = 1; i < 1 << FIRST_LEVEL; i++) {
    single(TWO_A, m + i, largest, largestExponent);
    memory.copy(ONE_A, to, ENTRY);
    join(to, ONE_A, TWO_A, largest, largestExponent);
  }
}

const POINT: usize = memory.data(WIDE, 16);

/** One step: A = 2 Z, B = 1, r = e |A| - |B| |dc| / |A|. */
function single(to: usize, m: i32, largest: f64, largestExponent: i32): void {
  orbit.pointAt(POINT, m);
  store<f64>(to, wide.re(POINT));
  store<f64>(to, wide.im(POINT), 8);
  store<f64>(to, 1, 16);
  store<f64>(to, 0, 24);
  store<i32>(to, wide.exponent(POINT) + 1, A_EXPONENT);
  store<i32>(to, 0, B_EXPONENT);
  const size = sqrt(wide.square(POINT));
  if (size == 0) {
    setRadius(to, 0, 0);
    return;
  }
  const e = wide.exponent(POINT) + 1;
  // Both terms with the exponent of the first.
  const first = e + LOG2_ERROR;
  setRadius(to, size - (largest / size) * pow2(largestExponent - e - first), first);
}

function setRadius(to: usize, r: f64, e: i32): void {
  if (!(r > 0)) {
    store<f64>(to, 0, R);
    store<i32>(to, 0, R_EXPONENT);
    return;
  }
  const shift = wide.exponentOf(r, 0);
  store<f64>(to, r * pow2(-shift), R);
  store<i32>(to, e + shift, R_EXPONENT);
}

const PRODUCT: usize = memory.data(WIDE, 16);

/** Two entries as one: A = Ay Ax, B = Ay Bx + By, r = min(rx, (ry - |Bx| |dc|) / |Ax|). */
function join(to: usize, x: usize, y: usize, largest: f64, largestExponent: i32): void {
  const axr = load<f64>(x);
  const axi = load<f64>(x, 8);
  const bxr = load<f64>(x, 16);
  const bxi = load<f64>(x, 24);
  const ayr = load<f64>(y);
  const ayi = load<f64>(y, 8);
  const axe = load<i32>(x, A_EXPONENT);
  const bxe = load<i32>(x, B_EXPONENT);
  const aye = load<i32>(y, A_EXPONENT);
  const bye = load<i32>(y, B_EXPONENT);
  wide.set(PRODUCT, ayr * axr - ayi * axi, ayr * axi + ayi * axr, aye + axe);
  store<f64>(to, wide.re(PRODUCT));
  store<f64>(to, wide.im(PRODUCT), 8);
  store<i32>(to, wide.exponent(PRODUCT), A_EXPONENT);
  const common = max(aye + bxe, bye);
  const p = pow2(aye + bxe - common);
  const q = pow2(bye - common);
  wide.set(
    PRODUCT,
    (ayr * bxr - ayi * bxi) * p + load<f64>(y, 16) * q,
    (ayr * bxi + ayi * bxr) * p + load<f64>(y, 24) * q,
    common,
  );
  store<f64>(to, wide.re(PRODUCT), 16);
  store<f64>(to, wide.im(PRODUCT), 24);
  store<i32>(to, wide.exponent(PRODUCT), B_EXPONENT);
  const rx = load<f64>(x, R);
  const rxe = load<i32>(x, R_EXPONENT);
  const ry = load<f64>(y, R);
  const rye = load<i32>(y, R_EXPONENT);
  const reach = sqrt(bxr * bxr + bxi * bxi) * largest * pow2(bxe + largestExponent - rye);
  const size = sqrt(axr * axr + axi * axi);
  if (!(rx > 0) || !(ry > reach) || size == 0) {
    setRadius(to, 0, 0);
    return;
  }
  const r = (ry - reach) / size;
  const re = rye - axe;
  if (r * pow2(max(-1000, min(1000, re - rxe))) < rx) setRadius(to, r, re);
  else setRadius(to, rx, rxe);
}

/** What {@link search} compares with: |z|^2 with an exponent below this is inside the radius. */
function limitOf(entry: usize): i32 {
  const r = load<f64>(entry, R);
  return r > 0 ? 2 * load<i32>(entry, R_EXPONENT) + (r * r >= 2 ? 1 : 0) : i32.MIN_VALUE;
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
export function aExponent(entry: usize): i32 {
  return load<i32>(entry, A_EXPONENT);
}
// @ts-ignore: decorator
@inline
export function bExponent(entry: usize): i32 {
  return load<i32>(entry, B_EXPONENT);
}
