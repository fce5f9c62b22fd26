import { angleOfWord, equalAngles, formatAngle, periodOf, type Angle, type AnglePair } from './angle.js';
import { pairOfAngle } from './angle-pair.js';
import { digitsFor, rootOf } from './boundary.js';
import {
  fixedOf,
  log2Distance,
  minus,
  plus,
  scaledToFixed,
  withBits,
  type FixedComplex,
} from './fixed-complex.js';
import { nucleusNear } from './nucleus.js';
import { traceInwards, traceOutwards, type InwardRay } from './ray.js';
import { inverse, multiply, scaledOf, type ScaledComplex } from './scaled-complex.js';
import { shapeOf, type Shape } from './shape.js';

/**
 * From an external angle to the component at whose root the ray lands, and back.
 *
 * A ray of period p that has been followed through some p iterates is near its root, and Newton's method for the
 * nucleus starts from there. That is a guess; the answer is accepted when the ray has come to within half of the component's
 * size of the root of that component, which was computed without the ray, on the side where it belongs. In units of the
 * size, counted from the root, rays approach their roots alike: after 7 p iterates at about 0.3 + 0.1 i for cardioids
 * (0.24 to 0.6 and 0.06 to 0.11 were seen) and -0.1 + 0.5 i for discs, and its conjugate for the upper ray.
 *
 * @see Douady and Hubbard, Orsay notes, exposé VIII (rays with odd denominators land at roots); Schleicher, "Rational parameter
 * rays of the Mandelbrot set", theorem 1.1
 */

/** Where a component is. */
export interface Location {
  readonly period: number;
  /** With as many digits as `digitsFor` of its size says, correct to about the last. */
  readonly nucleus: FixedComplex;
  /** The cusp, or the point where a disc touches its parent; as many digits. */
  readonly root: FixedComplex;
  readonly shape: Shape;
}

/** Turns of p iterates after which a guess is made: at 2 p all guesses were right up to period 12. */
const FIRST_GUESS = 4;
/** A guess that is not confirmed in so many turns is dropped, and another made: rays are confirmed after 6 to 8. */
const PATIENCE = 12;
const MAX_TURNS = 48;
/** How near a ray must come to the root, in sizes. */
const LOG2_NEAR = -1;

/** Beside a root, in units of the size: where rays are at 6, 7 and 8 p iterates. */
const BESIDE: Readonly<Record<Shape['kind'], readonly (readonly [number, number])[]>> = {
  cardioid: [
    [0.34, 0.1],
    [0.5, 0.2],
    [0.24, 0.06],
    [0.8, 0.48],
  ],
  disc: [
    [-0.09, 0.49],
    [-0.13, 0.6],
    [-0.06, 0.42],
    [-0.2, 0.75],
  ],
};

/**
 * The component at whose root a ray lands.
 *
 * @param angle with an odd denominator; its period is the component's
 * @throws RangeError for a period above 65,536
 * @throws Error where no component is confirmed, which has not been seen
 */
export function locate(angle: Angle): Location {
  const period = periodOf(angle);
  if (period === 1) return locationAt(fixedOf(0, 0, digitsFor(0)), 1);
  const side = sideOf(angle);
  let guess: Location | null = null;
  for (const ray of checkpoints(angle, period)) {
    if (ray.dwell % (PATIENCE * period) === 0) guess = null;
    guess ??= guessFrom(ray, period);
    if (guess && isLanding(ray, side, guess)) return guess;
  }
  throw new Error(`expected a component at the ray ${formatAngle(angle)}, got none`);
}

/**
 * Whether a ray lands at the root of a component.
 *
 * @param angle with an odd denominator
 * @throws RangeError for a period above 65,536
 */
export function landsAt(angle: Angle, location: Location): boolean {
  const period = periodOf(angle);
  if (period !== location.period) return false;
  if (period === 1) return true;
  const side = sideOf(angle);
  for (const ray of checkpoints(angle, period)) if (isLanding(ray, side, location)) return true;
  return false;
}

/**
 * The two rays that land at the root of the component of a nucleus.
 *
 * They are read off rays traced outwards from points beside the root, then found again inwards.
 *
 * @param nucleus near it suffices, as for {@link nucleusNear}
 * @param period the exact period
 * @throws RangeError where there is no nucleus of this period near the point
 * @throws Error where no angle is confirmed, which has not been seen
 */
export function anglesOf(nucleus: FixedComplex, period: number): AnglePair {
  const exact = nucleusNear(nucleus, period);
  if (!exact) throw new RangeError(`expected a point near a nucleus of period ${period}, got another one`);
  const location = locationAt(exact, period);
  if (period === 1) return pairOfAngle(angleOfWord(0n, 1));
  const refused = new Set<bigint>();
  for (const [re, im] of BESIDE[location.shape.kind]) {
    for (const side of [1, -1]) {
      const word = wordBeside(location, { re, im: side * im, exponent: 0 });
      if (word === null || refused.has(word)) continue;
      const angle = angleOfWord(word, period);
      if (periodOf(angle) === period) {
        const pair = pairOfAngle(angle);
        if (landsAt(pair.lower, location) && landsAt(pair.upper, location)) return pair;
      }
      refused.add(word);
    }
  }
  throw new Error(`expected the angles of a component of period ${period}, got none`);
}

/** 1 for the lower angle of a pair, whose ray comes from the left as seen along the size; -1 for the upper one. */
function sideOf(angle: Angle): number {
  return equalAngles(pairOfAngle(angle).lower, angle) ? 1 : -1;
}

/** A ray on its way inwards, each time that its angle has returned. */
function* checkpoints(angle: Angle, period: number): Generator<InwardRay> {
  for (const ray of traceInwards(angle)) {
    if (ray.dwell > MAX_TURNS * period) return;
    if (ray.dwell >= FIRST_GUESS * period && ray.dwell % period === 0) yield ray;
  }
}

function guessFrom({ position, log2Step }: InwardRay, period: number): Location | null {
  // A step is a fraction of the way to the root, which is about the size.
  const nucleus = nucleusNear(withBits(position, digitsFor(log2Step)), period);
  return nucleus && locationAt(nucleus, period);
}

/** With the number of digits that the size, and nothing else, asks for. */
function locationAt(near: FixedComplex, period: number): Location {
  let nucleus = near;
  for (;;) {
    const shape = shapeOf(nucleus, period);
    const bits = digitsFor(shape.log2Size);
    if (bits === nucleus.bits) return { period, nucleus, shape, root: rootOf(nucleus, period, shape) };
    const better = nucleusNear(withBits(nucleus, bits), period);
    if (!better) throw new Error(`expected a nucleus of period ${period} with ${bits} digits, got none`);
    nucleus = better;
  }
}

function isLanding({ position }: InwardRay, side: number, { root, shape }: Location): boolean {
  if (log2Distance(position, root) > shape.log2Size + LOG2_NEAR) return false;
  const bits = Math.max(position.bits, root.bits);
  const way = scaledOf(minus(withBits(position, bits), withBits(root, bits)));
  return Math.sign(multiply(way, inverse(shape.size)).im) === side;
}

/** The period of an angle read off from a point beside the root: the p-periodic one next to that of the point's ray. */
function wordBeside({ period, root, shape }: Location, beside: ScaledComplex): bigint | null {
  const bits = root.bits + 64;
  const point = plus(withBits(root, bits), scaledToFixed(multiply(beside, shape.size), bits));
  const traced = traceOutwards(point, shape.log2Size);
  if (!traced) return null;
  const all = (1n << BigInt(period)) - 1n;
  const word = (2n * traced.numerator * all + (1n << BigInt(traced.bits))) >> BigInt(traced.bits + 1);
  return word % all;
}
