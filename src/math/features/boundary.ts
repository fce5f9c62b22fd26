import {
  fixedOf,
  isWithin,
  log2Distance,
  minus,
  plus,
  product,
  quotient,
  scaledToFixed,
  toDoubles,
  withBits,
  type FixedComplex,
} from './fixed-complex.js';
import { inverse, multiply } from './scaled-complex.js';
import { shapeOf, type Shape } from './shape.js';

/**
 * Points of a component by their multiplier, above all on its boundary: the root, where it is 1, and the points where the satellites
 * are bound. Newton's method in two unknowns, F^p_c(z) = z and (F^p_c)'(z) = m, followed from the nucleus (z = 0, m = 0) along
 * a radius.
 *
 * At the root of a satellite the cycle collapses to that of its parent, where the two equations are no longer independent; there
 * the parent's cycle is taken, whose multiplier is a root of unity.
 *
 * @see Heiland-Allen, mathr.co.uk, "Interior coordinates in the Mandelbrot set"; Douady and Hubbard, Orsay notes, exposé XIV
 */

/** A parameter, and a point of the cycle there. */
interface CyclePoint {
  readonly c: FixedComplex;
  readonly z: FixedComplex;
}

const MAX_STEPS = 24;
/** A Newton step of at most 2^(NOISE - digits behind the leading one of the size) is rounding. */
const NOISE = 16;
/** log2 of the modulus at which an orbit is left. */
const ESCAPED = 8;
/** The first stride along the radius; it is halved where Newton's method does not follow. */
const STRIDE = 0.25;
const MIN_STRIDE = 2 ** -12;
/** Where on the radius of a satellite its parent's cycle is looked for: near the root, and before the equations degenerate. */
const NEAR_ROOT = 0.875;
const GUARD = 32;

/** Digits with which points of a component of this size are computed well: the points of its cycles lose as many again. */
export function digitsFor(log2Size: number): number {
  return 64 * Math.ceil((80 + 2 * Math.max(0, -log2Size)) / 64);
}

/**
 * The root of a component: where its multiplier is 1, its cusp or the point where it is bound to its parent.
 *
 * @param nucleus with {@link digitsFor} its size; the answer has as many
 * @param period the exact period
 * @param shape of this nucleus
 * @throws Error where Newton's method loses the way, which has not been seen
 */
export function rootOf(nucleus: FixedComplex, period: number, shape: Shape): FixedComplex {
  const bits = nucleus.bits + GUARD;
  const near = withBits(nucleus, bits);
  const root =
    shape.kind === 'cardioid'
      ? follow(near, period, shape, fixedOf(1, 0, bits), 1).c
      : satelliteRoot(near, period, shape);
  return withBits(root, nucleus.bits);
}

/**
 * The point on a component's boundary with an internal angle: there the satellite of this angle is bound.
 *
 * @param nucleus with {@link digitsFor} its size; the answer has as many
 * @param numerator of the internal angle in turns, coprime to the denominator, 0 for the root
 * @param denominator at least 1
 * @throws RangeError for a fraction that is not in lowest terms or not in [0, 1)
 * @throws Error where Newton's method loses the way, which has not been seen
 */
export function boundaryPoint(
  nucleus: FixedComplex,
  period: number,
  numerator: number,
  denominator: number,
): FixedComplex {
  if (numerator < 0 || numerator >= denominator || divisor(numerator, denominator) !== 1) {
    throw new RangeError(
      `expected an internal angle from 0 to 1 in lowest terms, got ${numerator}/${denominator}`,
    );
  }
  const shape = shapeOf(nucleus, period);
  if (numerator === 0) return rootOf(nucleus, period, shape);
  const bits = nucleus.bits + GUARD;
  const target = rootOfUnity(numerator, denominator, bits);
  return withBits(follow(withBits(nucleus, bits), period, shape, target, 1).c, nucleus.bits);
}

/** Follows a radius of the component from the nucleus to the multiplier `radius` * `direction`. */
function follow(
  nucleus: FixedComplex,
  period: number,
  shape: Shape,
  direction: FixedComplex,
  radius: number,
): CyclePoint {
  const { bits } = nucleus;
  let at: CyclePoint = { c: nucleus, z: fixedOf(0, 0, bits) };
  let reached = 0;
  let stride = STRIDE;
  while (reached < radius) {
    const next = Math.min(radius, reached + stride);
    const multiplier = product(direction, fixedOf(next, 0, bits));
    const start = reached === 0 ? firstGuess(nucleus, shape, multiplier) : at;
    const found = solve(start, period, multiplier, shape.log2Size);
    if (found && log2Distance(found.c, at.c) < shape.log2Size + Math.log2(1.5 * (next - reached))) {
      at = found;
      reached = next;
    } else {
      stride /= 2;
      if (stride < MIN_STRIDE)
        throw new Error(`expected a way to the boundary, got none for period ${period}`);
    }
  }
  return at;
}

/** The copy u^2 + x of the set has multiplier m at x = m/2 - m^2/4 and u = m/2; bent to a disc, at x = m/2. */
function firstGuess(nucleus: FixedComplex, shape: Shape, multiplier: FixedComplex): CyclePoint {
  const { re, im } = toDoubles(multiplier);
  const square = shape.kind === 'cardioid' ? 0.25 : 0;
  const x = { re: re / 2 - square * (re * re - im * im), im: im / 2 - square * 2 * re * im, exponent: 0 };
  const u = { re: re / 2, im: im / 2, exponent: 0 };
  const { bits } = nucleus;
  return {
    c: plus(nucleus, scaledToFixed(multiply(x, shape.size), bits)),
    z: scaledToFixed(multiply(u, inverse(shape.linear)), bits),
  };
}

function satelliteRoot(nucleus: FixedComplex, period: number, shape: Shape): FixedComplex {
  const { bits } = nucleus;
  const near = follow(nucleus, period, shape, fixedOf(1, 0, bits), NEAR_ROOT);
  for (let parent = Math.floor(period / 2); parent >= 1; parent--) {
    if (period % parent !== 0) continue;
    const ratio = period / parent;
    const cycle = parentCycle(near, parent, ratio);
    if (!cycle) continue;
    const { re, im } = toDoubles(cycle.multiplier);
    const turn = Math.round((Math.atan2(im, re) / (2 * Math.PI)) * ratio);
    if (divisor(Math.abs(turn), ratio) !== 1) continue;
    const target = rootOfUnity(turn, ratio, bits);
    const found = solve({ c: near.c, z: cycle.z }, parent, target, shape.log2Size);
    // From the multiplier 7/8 it is a 16th of the size to the root of an exact disc.
    if (found && log2Distance(found.c, near.c) < shape.log2Size - 3) return found.c;
  }
  throw new Error(`expected the root of a satellite, got none for period ${period}`);
}

/** The parent's cycle amid the clusters of its satellite's, with its multiplier. */
function parentCycle(
  { c, z: start }: CyclePoint,
  parent: number,
  ratio: number,
): { z: FixedComplex; multiplier: FixedComplex } | null {
  let sum = fixedOf(0, 0, c.bits);
  let point = start;
  for (let i = 0; i < ratio; i++) {
    sum = plus(sum, point);
    for (let j = 0; j < parent; j++) point = plus(product(point, point), c);
  }
  let z: FixedComplex = { re: sum.re / BigInt(ratio), im: sum.im / BigInt(ratio), bits: c.bits };
  const one = fixedOf(1, 0, c.bits);
  for (let step = 0; step < MAX_STEPS; step++) {
    let image = z;
    let dz = one;
    for (let i = 0; i < parent; i++) {
      const twice = plus(image, image);
      dz = product(twice, dz);
      image = plus(product(image, image), c);
      if (!isWithin(image, ESCAPED)) return null;
    }
    const delta = quotient(minus(image, z), minus(dz, one));
    if (!delta) return null;
    // 20 digits suffice to tell roots of unity, and the solution in two unknowns goes on from there.
    if (isWithin(delta, -Math.floor(c.bits / 2))) return { z, multiplier: dz };
    z = minus(z, delta);
  }
  return null;
}

/** Newton's method for F^p_c(z) = z and (F^p_c)'(z) = `multiplier`; null where it does not converge. */
function solve(
  start: CyclePoint,
  period: number,
  multiplier: FixedComplex,
  log2Size: number,
): CyclePoint | null {
  let { c, z } = start;
  const { bits } = c;
  const one = fixedOf(1, 0, bits);
  const zero = fixedOf(0, 0, bits);
  // c is determined to the digits that the multiplier has, which is a size times as precise.
  const precise = Math.ceil(NOISE - bits - Math.min(0, log2Size) / 2);
  for (let step = 0; step < MAX_STEPS; step++) {
    let image = z;
    let dz = one;
    let dc = zero;
    let dzdz = zero;
    let dcdz = zero;
    for (let i = 0; i < period; i++) {
      const twice = plus(image, image);
      const twiceDz = plus(dz, dz);
      dcdz = plus(product(twice, dcdz), product(twiceDz, dc));
      dc = plus(product(twice, dc), one);
      dzdz = plus(product(twice, dzdz), product(twiceDz, dz));
      dz = product(twice, dz);
      image = plus(product(image, image), c);
      if (!isWithin(image, ESCAPED)) return null;
    }
    const f = minus(image, z);
    const g = minus(dz, multiplier);
    const fz = minus(dz, one);
    const determinant = minus(product(fz, dcdz), product(dc, dzdz));
    const deltaZ = quotient(minus(product(f, dcdz), product(g, dc)), determinant);
    const deltaC = quotient(minus(product(g, fz), product(f, dzdz)), determinant);
    if (!deltaZ || !deltaC) return null;
    z = minus(z, deltaZ);
    c = minus(c, deltaC);
    if (!isWithin(deltaC, Math.floor(log2Size) + 4)) return null;
    if (isWithin(deltaC, precise) && isWithin(deltaZ, precise)) return { c, z };
  }
  return null;
}

/** exp(2 pi i numerator/denominator) by Newton's method for w^q = 1, from doubles. */
function rootOfUnity(numerator: number, denominator: number, bits: number): FixedComplex {
  const angle = (2 * Math.PI * numerator) / denominator;
  let w = fixedOf(Math.cos(angle), Math.sin(angle), bits);
  const q = BigInt(denominator);
  for (let digits = 40; digits < 2 * bits; digits *= 2) {
    let power = fixedOf(1, 0, bits);
    for (const bit of (denominator - 1).toString(2)) {
      power = product(power, power);
      if (bit === '1') power = product(power, w);
    }
    const value = minus(product(power, w), fixedOf(1, 0, bits));
    const delta = quotient(value, { re: power.re * q, im: power.im * q, bits });
    if (delta) w = minus(w, delta);
  }
  return w;
}

function divisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
