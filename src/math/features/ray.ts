import { doubleAngle, turnsOf, type Angle } from './angle.js';
import type { FixedComplex } from './fixed-complex.js';
import { RayPoint } from './ray-point.js';

/**
 * External parameter rays. On the ray of angle t the n-th iterate of 0 is, far out, at the angle 2^(n-1) t: so the ray is followed
 * inwards by giving the n-th iterate moduli that fall from R^2 to R at that angle, and then the same to the next one; and outwards
 * the other way round, where each step back from n to n-1 tells one binary digit of the angle.
 *
 * @see Kawahira, "An algorithm to draw external rays of the Mandelbrot set" (2009); Heiland-Allen, mathr.co.uk,
 * "Tracing external rays"; Douady, "Algorithms for computing angles in the Mandelbrot set"
 */

/** R: the angle of an iterate beyond it is that of the ray up to 1/R^2, and what is wrong is halved at each n. */
const LOG2_RADIUS = 16;
/** Points for each n: log |z| is lowered by 2^(1/SHARPNESS) from one to the next. 4 suffices for Newton's method to follow. */
const SHARPNESS = 4;
/** What log2 |z| grows by from one point to the next outwards, at the most a quarter of the way. */
const OUTWARD_STRIDE = 4;
/** Digits of an angle that are taken from the iterate that an outward ray begins with: it is beyond R, so they are right. */
const LAST_DIGITS = 30;

/** A ray on its way inwards. */
export interface InwardRay {
  /** Iterates up to the point: its potential is 2^-dwell times a constant. */
  readonly dwell: number;
  readonly position: FixedComplex;
  /** log2 of the length of the last step. */
  readonly log2Step: number;
}

/**
 * Follows a ray inwards, without end; yields once for each n. The time for a point is proportional to n, and its digits grow
 * with it as the ray needs them.
 *
 * @throws Error where Newton's method loses the ray, which has not been seen
 */
export function* traceInwards(angle: Angle): Generator<InwardRay, never> {
  let rotated = angle;
  const start = fromPolar(2 * LOG2_RADIUS, turnsOf(angle));
  const point = new RayPoint(start.re, start.im);
  for (let n = 1; ; n++) {
    const turns = turnsOf(rotated);
    let log2Step = 0;
    for (let j = 1; j <= SHARPNESS; j++) {
      const { re, im } = fromPolar(LOG2_RADIUS * 2 ** (1 - j / SHARPNESS), turns);
      log2Step = point.moveTo(n, re, im);
      if (Number.isNaN(log2Step)) throw new Error(`expected to follow the ray, lost it at dwell ${n}`);
    }
    yield { dwell: n, position: point.position, log2Step };
    rotated = doubleAngle(rotated);
  }
}

/** An external angle that was read off a ray: `numerator` 2^-`bits` turns. */
export interface TracedAngle {
  readonly numerator: bigint;
  readonly bits: number;
}

/**
 * Follows the ray of a point outside the set outwards, and reads its angle.
 *
 * @param c a point outside; its digits must tell it from the set
 * @param log2Scale log2 of the length over which the set changes there, for the number of digits
 * @param maxDwell iterations to wait for its escape; the time for a ray is proportional to the square of its dwell
 * @returns null where the point does not escape so soon, or its ray is lost
 */
export function traceOutwards(c: FixedComplex, log2Scale: number, maxDwell: number): TracedAngle | null {
  const point = RayPoint.at(c, log2Scale - 20);
  const dwell = dwellOf(c, maxDwell);
  if (dwell === null) return null;
  let { re, im } = point.iterate(dwell);
  let turns = turn(re, im);
  let log2 = 0.5 * Math.log2(re * re + im * im);
  const last = BigInt(Math.floor(turns * 2 ** LAST_DIGITS));
  const digits: string[] = [];
  for (let n = dwell; n > 1; n--) {
    while (log2 < 2 * LOG2_RADIUS) {
      log2 += OUTWARD_STRIDE;
      const target = fromPolar(log2, turns);
      if (Number.isNaN(point.moveTo(n, target.re, target.im))) return null;
    }
    ({ re, im } = point.iterate(n - 1));
    // Of the two halves of the angle, the one that the iterate before is at.
    const half = turns / 2;
    const away = Math.abs(turn(re, im) - half);
    const digit = away > 0.25 && away < 0.75 ? 1 : 0;
    digits.push(String(digit));
    turns = half + digit / 2;
    log2 /= 2;
  }
  const head = BigInt(`0b0${digits.toReversed().join('')}`);
  return { numerator: (head << BigInt(LAST_DIGITS)) + last, bits: dwell - 1 + LAST_DIGITS };
}

/** The first n at which the orbit is beyond R; null where it is not. */
function dwellOf({ re, im, bits }: FixedComplex, maxDwell: number): number | null {
  const shift = BigInt(bits);
  const bound = 1n << BigInt(2 * (bits + LOG2_RADIUS));
  let x = 0n;
  let y = 0n;
  for (let n = 1; n <= maxDwell; n++) {
    const a = (((x + y) * (x - y)) >> shift) + re;
    y = ((x * y) >> (shift - 1n)) + im;
    x = a;
    if (x * x + y * y > bound) return n;
  }
  return null;
}

function turn(re: number, im: number): number {
  const turns = Math.atan2(im, re) / (2 * Math.PI);
  return turns < 0 ? turns + 1 : turns;
}

function fromPolar(log2: number, turns: number): { re: number; im: number } {
  const modulus = 2 ** log2;
  return { re: modulus * Math.cos(2 * Math.PI * turns), im: modulus * Math.sin(2 * Math.PI * turns) };
}
