// One point's orbit as a perturbation of the reference: z <- 2 Z z + z^2 + dc with rebasing, and its derivative by c in units
// of the pixel spacing. Where z is an ordinary double it is one; where it is smaller, it is a wide number.
import { log, log2 } from '../simd/logarithm';
import * as orbit from './orbit';
import * as table from './table';
import * as wide from './wide';
import { exponentOf, pow2, WIDE } from './wide';

/** Square of the escape radius, 2^40: that of src/math/exterior.ts. */
const ESCAPE_RADIUS_SQUARED: f64 = 1099511627776.0;
/** z below 2^-480 is wide: its square is then still a normal number. */
const PLAIN_FROM: i32 = -480;

/** Pixel spacing, units of the plane. */
export const SPACING: usize = memory.data(WIDE, 16);
/** The point minus the reference. */
export const DC: usize = memory.data(WIDE, 16);
/** The perturbed orbit where it is. */
const Z: usize = memory.data(WIDE, 16);
/** dz/dc in units of the spacing. */
const D: usize = memory.data(WIDE, 16);
/** The smallest |z| at a rebasing. */
export const SMALLEST: usize = memory.data(WIDE, 16);
/** Iteration of the smallest, 0 for none yet. */
export let smallestAt: i32 = 0;

/** The point at the first rebasing of this window. */
const WINDOW_START: usize = memory.data(WIDE, 16);
/** Iteration of the window's first rebasing, 0 for none yet. */
let windowAt: i32 = 0;
/** The point that came nearest to the window's first one. */
export const RETURN: usize = memory.data(WIDE, 16);
/** How near that was. */
const NEAREST: usize = memory.data(WIDE, 16);
/** Iterations from the window's first point to the one nearest to it, 0 for none yet: a multiple of the period, in the end. */
export let returnAfter: i32 = 0;

/** Iterations done. */
export let n: i32 = 0;
/** Index in the reference. */
let m: i32 = 0;
/** log2 of the distance in spacings, when it has escaped. */
export let log2Distance: f64 = 0;

const POINT: usize = memory.data(WIDE, 16);
const FULL: usize = memory.data(WIDE, 16);
const T: usize = memory.data(WIDE, 16);
const COEFFICIENT: usize = memory.data(WIDE, 16);

/** Begins with the point whose offset from the reference is (x, y) spacings. */
export function begin(x: f64, y: f64): void {
  wide.set(DC, x * wide.re(SPACING), y * wide.re(SPACING), wide.exponent(SPACING));
  wide.set(Z, 0, 0, 0);
  wide.set(D, 0, 0, 0);
  n = 0;
  m = 0;
  smallestAt = 0;
}

/** The whole orbit's point, Z_m + z. */
export function current(to: usize): void {
  orbit.pointAt(to, m);
  wide.add(to, to, Z);
}

/** Goes on to iteration `end`, or until it has escaped, which it tells. The way there is a window of closest returns. */
export function run(end: i32): bool {
  windowAt = 0;
  returnAfter = 0;
  while (n < end) {
    if (wide.exponent(Z) < PLAIN_FROM) stepWide(end);
    else if (runPlain(end)) return true;
  }
  return false;
}

/** One step, or one entry of the table, of a z that may be of any size. */
function stepWide(end: i32): void {
  const entry = m > 0 ? table.search(m, wide.squareExponent(Z), end - n) : 0;
  if (entry != 0) {
    table.takeQ(COEFFICIENT, entry);
    wide.multiply(T, COEFFICIENT, Z);
    table.takeA(COEFFICIENT, entry);
    wide.add(COEFFICIENT, COEFFICIENT, T);
    wide.multiply(Z, Z, COEFFICIENT);
    wide.add(COEFFICIENT, COEFFICIENT, T);
    wide.multiply(D, D, COEFFICIENT);
    table.takeB(COEFFICIENT, entry);
    wide.multiply(T, COEFFICIENT, DC);
    wide.add(Z, Z, T);
    wide.multiply(T, COEFFICIENT, SPACING);
    wide.add(D, D, T);
    m += 1 << table.found;
    n += 1 << table.found;
  } else {
    orbit.pointAt(POINT, m);
    wide.add(FULL, POINT, Z);
    wide.multiply(D, D, FULL);
    wide.double(D);
    wide.add(D, D, SPACING);
    wide.add(T, FULL, POINT);
    wide.multiply(Z, Z, T);
    wide.add(Z, Z, DC);
    m++;
    n++;
  }
  if (orbit.rebase(Z, m)) {
    m = 0;
    noteRebasing();
  }
}

/** Called where the reference is 0: Z is the whole orbit's point. */
function noteRebasing(): void {
  if (smallestAt == 0 || wide.isSmaller(Z, SMALLEST)) {
    wide.copy(SMALLEST, Z);
    smallestAt = n;
  }
  if (windowAt == 0) {
    wide.copy(WINDOW_START, Z);
    windowAt = n;
    return;
  }
  wide.subtract(T, Z, WINDOW_START);
  if (returnAfter > 0 && !wide.isSmaller(T, NEAREST)) return;
  wide.copy(NEAREST, T);
  wide.copy(RETURN, Z);
  returnAfter = n - windowAt;
}

/** |to|^2 as an ordinary double. */
function sizeOf(number: usize): f64 {
  return wide.square(number) * pow2(2 * wide.exponent(number));
}

/** Goes on as long as z is an ordinary double. */
function runPlain(end: i32): bool {
  let zr = wide.plainRe(Z);
  let zi = wide.plainIm(Z);
  let dr = wide.re(D);
  let di = wide.im(D);
  let de = max(wide.exponent(D), wide.exponent(SPACING));
  {
    const down = pow2(wide.exponent(D) - de);
    dr *= down;
    di *= down;
  }
  const cr = wide.plainRe(DC);
  const ci = wide.plainIm(DC);
  const h = wide.re(SPACING);
  const he = wide.exponent(SPACING);
  let hd = h * pow2(he - de);
  const Z_RE = orbit.Z_RE;
  const Z_IM = orbit.Z_IM;
  const length = orbit.length;
  let index = m;
  let done = n;
  let at = (<usize>index) << 3;
  let fr = load<f64>(Z_RE + at) + zr;
  let fi = load<f64>(Z_IM + at) + zi;
  let z2 = zr * zr + zi * zi;
  let smallest = smallestAt == 0 ? Infinity : sizeOf(SMALLEST);
  let nearest = returnAfter == 0 ? Infinity : sizeOf(NEAREST);
  let startRe = wide.plainRe(WINDOW_START);
  let startIm = wide.plainIm(WINDOW_START);
  let escaped = false;
  while (done < end) {
    let entry: usize = 0;
    if (index > 0 && ((index - 1) & ((1 << table.FIRST_LEVEL) - 1)) == 0) {
      entry = table.search(index, exponentOf(z2, 0), end - done);
    }
    if (entry != 0) {
      const a = table.aRe(entry);
      const b = table.aIm(entry);
      const as = pow2(table.aExponent(entry));
      const u = table.bRe(entry);
      const v = table.bIm(entry);
      const bs = pow2(table.bExponent(entry) + wide.exponent(DC));
      const x = wide.re(DC);
      const y = wide.im(DC);
      const p = table.qRe(entry);
      const q = table.qIm(entry);
      const qs = pow2(table.qExponent(entry));
      // Q z, then A + Q z, then its derivative A + 2 Q z
      const wr = (p * zr - q * zi) * qs;
      const wi = (p * zi + q * zr) * qs;
      const gr = a * as + wr;
      const gi = b * as + wi;
      const t = gr * zr - gi * zi + (u * x - v * y) * bs;
      zi = gr * zi + gi * zr + (u * y + v * x) * bs;
      zr = t;
      const hs = h * pow2(table.bExponent(entry) + he - de);
      const er = gr + wr;
      const ei = gi + wi;
      const s = er * dr - ei * di + u * hs;
      di = er * di + ei * dr + v * hs;
      dr = s;
      index += 1 << table.found;
      done += 1 << table.found;
    } else {
      const xr = fr + fr;
      const xi = fi + fi;
      const s = xr * dr - xi * di + hd;
      di = xr * di + xi * dr;
      dr = s;
      // 2 Z z + z^2 = (2 Z + z) z, where 2 Z need not wait for z.
      const gr = 2.0 * load<f64>(Z_RE + at) + zr;
      const gi = 2.0 * load<f64>(Z_IM + at) + zi;
      const t = gr * zr - gi * zi + cr;
      zi = gr * zi + gi * zr + ci;
      zr = t;
      index++;
      done++;
    }
    at = (<usize>index) << 3;
    fr = load<f64>(Z_RE + at) + zr;
    fi = load<f64>(Z_IM + at) + zi;
    const f2 = fr * fr + fi * fi;
    z2 = zr * zr + zi * zi;
    if (f2 < z2 || index == length || f2 > ESCAPE_RADIUS_SQUARED) {
      if (f2 > ESCAPE_RADIUS_SQUARED) {
        const ln = log(f2);
        log2Distance = 0.5 * log2((f2 * ln * ln) / (dr * dr + di * di)) - <f64>de;
        escaped = true;
        break;
      }
      zr = fr;
      zi = fi;
      z2 = f2;
      index = 0;
      at = 0;
      if (f2 < smallest) {
        smallest = f2;
        wide.set(SMALLEST, zr, zi, 0);
        smallestAt = done;
      }
      if (windowAt == 0) {
        startRe = zr;
        startIm = zi;
        wide.set(WINDOW_START, zr, zi, 0);
        windowAt = done;
      } else {
        const x = zr - startRe;
        const y = zi - startIm;
        const distance = x * x + y * y;
        if (distance < nearest) {
          nearest = distance;
          wide.set(NEAREST, x, y, 0);
          wide.set(RETURN, zr, zi, 0);
          returnAfter = done - windowAt;
        }
      }
    } else if (entry == 0 && (done & 15) != 0) {
      continue;
    }
    // The derivative's size, now and then: 16 steps inside the escape radius multiply it by less than 2^400.
    const size = exponentOf(dr, di);
    if (size > 400 || (size < -400 && de > he)) {
      const next = max(de + size, he);
      const by = pow2(de - next);
      dr *= by;
      di *= by;
      de = next;
      hd = h * pow2(he - de);
    }
    if (exponentOf(zr, zi) < PLAIN_FROM) break;
  }
  m = index;
  n = done;
  wide.set(Z, zr, zi, 0);
  wide.set(D, dr, di, de);
  return escaped;
}
