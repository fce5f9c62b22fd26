import {
  add,
  BITS,
  divide,
  fromDouble,
  log2Fixed,
  multiply,
  norm,
  ONE,
  subtract,
  twice,
  type Complex,
} from './fixed-point.js';

/**
 * A slow second opinion on one point, in fixed point of 192 binary places and sharing nothing with src/math: follow
 * the orbit until it escapes; where it does not, look for the cycle among the closest of all later returns, polish
 * it to the last bits, take its smallest period, and apply the interior formula.
 */
export interface Answer {
  /** 0 exterior, otherwise the minimal period of the attracting cycle. */
  readonly period: number;
  /** log2 of the distance estimate, units of the plane. */
  readonly log2Distance: number;
}

/** Lengths of the orbit at which a cycle is looked for. */
const CHECKPOINTS = [512, 2048, 8192, 32768];
/** R^2 = 2^60: the estimate's error from stopping there is below 1e-18. */
const ESCAPE: bigint = ONE << 60n;
/** Returns tried at a checkpoint: the closest ones, shortest first. */
const CANDIDATES = 24;
/** Two points of a cycle closer than 2^-70 are one: Newton's method left far less. */
const SAME_POINT: bigint = ONE >> 140n;
const NEWTON_STEPS = 40;
const ZERO: Complex = { re: 0n, im: 0n };
const UNIT: Complex = { re: ONE, im: 0n };

/** Decides a point, or gives null when even 32768 iterations show neither escape nor a cycle. */
export function oracle(re: number, im: number): Answer | null {
  const c = { re: fromDouble(re), im: fromDouble(im) };
  let z = ZERO;
  let d = ZERO;
  let n = 0;
  for (const checkpoint of CHECKPOINTS) {
    for (; n < checkpoint; n++) {
      d = add(twice(multiply(z, d)), UNIT);
      z = add(multiply(z, z), c);
      const z2 = norm(z);
      if (z2 > ESCAPE) {
        // 2 |z| ln|z| / |d|
        const ln = log2Fixed(z2) * Math.LN2;
        return { period: 0, log2Distance: 0.5 * log2Fixed(z2) + Math.log2(ln) - 0.5 * log2Fixed(norm(d)) };
      }
    }
    for (const period of closestReturns(c, z, Math.min(checkpoint / 2, 2048))) {
      const root = newton(c, period, z);
      const answer = root && interior(c, root, smallestPeriod(c, root, period));
      if (answer) return answer;
    }
  }
  return null;
}

/** The times at which the orbit comes closest to where it is now, in ascending order. */
function closestReturns(c: Complex, start: Complex, limit: number): number[] {
  const seen: { time: number; away: bigint }[] = [];
  let z = start;
  for (let time = 1; time <= limit; time++) {
    z = add(multiply(z, z), c);
    if (norm(z) > 16n * ONE) break;
    seen.push({ time, away: norm(subtract(z, start)) });
  }
  seen.sort((a, b) => (a.away < b.away ? -1 : a.away > b.away ? 1 : a.time - b.time));
  return seen
    .slice(0, CANDIDATES)
    .map(({ time }) => time)
    .toSorted((a, b) => a - b);
}

/** Newton's method for F^p(z) = z, to steps below 2^-150. */
function newton(c: Complex, period: number, start: Complex): Complex | null {
  let root = start;
  let previous = ONE;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let z = root;
    let dz = UNIT;
    for (let i = 0; i < period; i++) {
      dz = twice(multiply(z, dz));
      z = add(multiply(z, z), c);
      if (norm(z) > 64n * ONE) return null;
    }
    const slope = subtract(dz, UNIT);
    if (slope.re === 0n && slope.im === 0n) return null;
    const change = divide(subtract(z, root), slope);
    root = subtract(root, change);
    const size = change.re * change.re + change.im * change.im;
    if (size >> (2n * BITS - 300n) === 0n) return root;
    if (step > 6 && size >> BITS > previous) return null;
    previous = size >> BITS;
  }
  return null;
}

/** The smallest divisor of a period after which the cycle's point is back. */
function smallestPeriod(c: Complex, root: Complex, period: number): number {
  let z = root;
  for (let i = 1; i < period; i++) {
    z = add(multiply(z, z), c);
    if (period % i === 0 && norm(subtract(z, root)) < SAME_POINT) return i;
  }
  return period;
}

/** (1 - |dz|^2) / |dcdz + dzdz dc / (1 - dz)|, or null when the cycle does not attract. */
function interior(c: Complex, root: Complex, period: number): Answer | null {
  let z = root;
  let dz: Complex = UNIT;
  let dzdz = ZERO;
  let dc = ZERO;
  let dcdz = ZERO;
  for (let i = 0; i < period; i++) {
    dcdz = twice(add(multiply(z, dcdz), multiply(dz, dc)));
    dc = add(twice(multiply(z, dc)), UNIT);
    dzdz = twice(add(multiply(dz, dz), multiply(z, dzdz)));
    dz = twice(multiply(z, dz));
    z = add(multiply(z, z), c);
  }
  const contraction = ONE - norm(dz);
  if (contraction <= 0n) return null;
  const slope = add(dcdz, divide(multiply(dzdz, dc), subtract(UNIT, dz)));
  return { period, log2Distance: log2Fixed(contraction) - 0.5 * log2Fixed(norm(slope)) };
}
