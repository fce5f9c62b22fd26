import { angleOfWord, formatAngle, periodOf, type AnglePair } from './angle.js';
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
 * nucleus starts from there. That is a guess; the answer is accepted when both rays of the pair have come to within half of the
 * component's size of its root, which was computed without them, the lower one to the left of the upper one as seen along
 * the size. In units of the size, counted from the root, rays approach their roots alike: after 7 p iterates
 * at about 0.3 + 0.1 i for cardioids and -0.1 + 0.5 i for discs, and the conjugate for the upper ray. The axis of a cusp may
 * be turned by some degrees, so one ray alone tells no side.
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

/** Turns of p iterates after which a guess is made. Of the 2,005 of periods 2 to 11, 3 were wrong after 2 turns, none after 3. */
const FIRST_GUESS = 4;
/** A guess that is not confirmed in so many turns is dropped, and another made: those 2,005 were confirmed after 6 to 8. */
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
 * The component at whose root a pair of rays lands.
 *
 * @param pair of angles as `pairOfAngle` makes it; their period is the component's
 * @throws RangeError for a period above 65,536
 * @throws Error where no component is confirmed, which has not been seen for angles that are a pair
 */
export function locate(pair: AnglePair): Location {
  const period = periodOf(pair.lower);
  if (period === 1) return locationAt(fixedOf(0, 0, digitsFor(0)), 1);
  let guess: Location | null = null;
  for (const rays of checkpoints(pair, period, MAX_TURNS)) {
    if (rays.lower.dwell % (PATIENCE * period) === 0) guess = null;
    guess ??= guessFrom(rays.lower, period);
    if (guess && areLanding(rays, guess)) return guess;
  }
  const text = `${formatAngle(pair.lower)} and ${formatAngle(pair.upper)}`;
  throw new Error(`expected a component at the rays ${text}, got none`);
}

/**
 * Whether a pair of rays lands at the root of a component.
 *
 * @param pair of angles as `pairOfAngle` makes it
 * @throws RangeError for a period above 65,536
 */
export function landsAt(pair: AnglePair, location: Location): boolean {
  const { period } = location;
  if (periodOf(pair.lower) !== period) return false;
  if (period === 1) return true;
  for (const rays of checkpoints(pair, period, PATIENCE)) if (areLanding(rays, location)) return true;
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
        if (landsAt(pair, location)) return pair;
      }
      refused.add(word);
    }
  }
  throw new Error(`expected the angles of a component of period ${period}, got none`);
}

/** Two rays followed to the same dwell. */
interface InwardRays {
  readonly lower: InwardRay;
  readonly upper: InwardRay;
}

/** Both rays on their way inwards, each time that their angles have returned, up to a number of turns. */
function* checkpoints(pair: AnglePair, period: number, turns: number): Generator<InwardRays> {
  const uppers = traceInwards(pair.upper);
  for (const lower of traceInwards(pair.lower)) {
    const upper = uppers.next().value;
    if (lower.dwell > turns * period) return;
    if (lower.dwell >= FIRST_GUESS * period && lower.dwell % period === 0) yield { lower, upper };
  }
}

function guessFrom({ position, log2Step }: InwardRay, period: number): Location | null {
  // A step is a fraction of the way to the root, which is about the size.
  const nucleus = nucleusNear(withBits(position, digitsFor(log2Step)), period);
  return nucleus && locationAt(nucleus, period);
}

/** With the number of digits that the size, and nothing else, asks for. */
export function locationAt(near: FixedComplex, period: number): Location {
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

function areLanding({ lower, upper }: InwardRays, { root, shape }: Location): boolean {
  for (const { position } of [lower, upper]) {
    if (log2Distance(position, root) > shape.log2Size + LOG2_NEAR) return false;
  }
  const bits = Math.max(lower.position.bits, upper.position.bits);
  const across = scaledOf(minus(withBits(lower.position, bits), withBits(upper.position, bits)));
  return multiply(across, inverse(shape.size)).im > 0;
}

/** The period of an angle read off from a point beside the root: the p-periodic one next to that of the point's ray. */
function wordBeside({ period, root, shape }: Location, beside: ScaledComplex): bigint | null {
  const bits = root.bits + 64;
  const point = plus(withBits(root, bits), scaledToFixed(multiply(beside, shape.size), bits));
  const traced = traceOutwards(point, shape.log2Size, PATIENCE * period + 32);
  if (!traced) return null;
  const all = (1n << BigInt(period)) - 1n;
  const word = (2n * traced.numerator * all + (1n << BigInt(traced.bits))) >> BigInt(traced.bits + 1);
  return word % all;
}
