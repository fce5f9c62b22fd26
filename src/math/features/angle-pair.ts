import {
  angleOfWord,
  compareAngles,
  equalAngles,
  formatAngle,
  makeAngle,
  wordOf,
  type Angle,
  type AnglePair,
} from './angle.js';
import { addressOfAngle, formatAddress, type AngledAddress } from './angled-address.js';
import { kneadingOfAddress } from './kneading.js';

/**
 * Which two rays land together: the pair of angles of a component, found by following its angled internal address.
 *
 * A step of the address from period S to T leads into the p/q-sub-wake of S, whose two angles are those of the p/q-limb of the
 * main cardioid tuned by the pair of S. Either T is the satellite there, T = q S; or T is found by its
 * kneading sequence, which the address determines: the k-th entry changes at each multiple of 1/(2^k - 1), so the sub-wake is cut there
 * and the pieces with the wrong entry are dropped. Few pieces remain, since only components that are visible from the root of
 * the sub-wake divide them: up to period 13 there were never more than S of those.
 *
 * @see Schleicher, "Internal addresses in the Mandelbrot set and Galois groups of polynomials", sections 2 and 4; Douady,
 * "Algorithms for computing angles in the Mandelbrot set" (tuning); Devaney, "The Mandelbrot set, the Farey tree and the
 * Fibonacci sequence" (angles of limbs)
 */

/**
 * The two angles of the p/q-limb of the main cardioid: the itinerary of p/q under the rotation by p/q, as binary digits.
 *
 * @param numerator from 1 to denominator - 1, coprime to it; this is not checked
 */
export function limbAngles(numerator: number, denominator: number): AnglePair {
  let lower = 0n;
  let upper = 0n;
  let turned = 0; // in (0, q] for the lower angle, in [0, q) for the upper one
  for (let i = 0; i < denominator; i++) {
    turned = (turned + numerator) % denominator;
    const isLast = turned === 0;
    lower = (lower << 1n) | (isLast || turned > denominator - numerator ? 1n : 0n);
    upper = (upper << 1n) | (turned >= denominator - numerator ? 1n : 0n);
  }
  return { lower: angleOfWord(lower, denominator), upper: angleOfWord(upper, denominator) };
}

/**
 * An angle tuned by the pair of a component: each binary digit 0 is replaced by the period of the lower angle, 1 by that of the
 * upper one. The landing point moves to the small copy of the set that the component is the main cardioid of.
 *
 * @param angle an angle of the period `anglePeriod`
 * @param pair the pair of a component of the period `pairPeriod`
 */
export function tune(angle: Angle, anglePeriod: number, pair: AnglePair, pairPeriod: number): Angle {
  const digits = wordOf(angle, anglePeriod).toString(2).padStart(anglePeriod, '0');
  const lower = wordOf(pair.lower, pairPeriod);
  const upper = wordOf(pair.upper, pairPeriod);
  let word = 0n;
  for (const digit of digits) word = (word << BigInt(pairPeriod)) | (digit === '0' ? lower : upper);
  return angleOfWord(word, anglePeriod * pairPeriod);
}

/**
 * The two rays that land at the root of the component with an angled internal address; 0/1 and 1/1 for the main cardioid.
 *
 * The answer is verified: both angles have this address, which names one component.
 *
 * @throws RangeError where no component has the address
 */
export function pairOfAddress(address: AngledAddress): AnglePair {
  let pair: AnglePair = { lower: makeAngle(0n, 1n), upper: makeAngle(1n, 1n) };
  const passed: number[] = [];
  for (const [i, step] of address.steps.entries()) {
    const { period, numerator, denominator } = step;
    const next = address.steps[i + 1]?.period ?? address.period;
    passed.push(period);
    if (next > period * denominator) throw missing(address);
    const limb = limbAngles(numerator, denominator);
    const wake = {
      lower: tune(limb.lower, denominator, pair, period),
      upper: tune(limb.upper, denominator, pair, period),
    };
    if (next === period * denominator) {
      pair = wake;
      continue;
    }
    const prefix = formatAddress({ steps: address.steps.slice(0, i + 1), period: next });
    const found = anglesInside(wake, kneadingOfAddress([...passed, next])).filter(
      (angle) => formatAddress(addressOfAngle(angle)) === prefix,
    );
    if (found.length !== 2) throw missing(address);
    pair = { lower: found[0], upper: found[1] };
  }
  const text = formatAddress(address);
  for (const angle of [pair.lower, pair.upper]) {
    if (formatAddress(addressOfAngle(angle)) !== text) throw missing(address);
  }
  return pair;
}

function missing(address: AngledAddress): RangeError {
  return new RangeError(`expected the angled address of a component, got ${formatAddress(address)}`);
}

/** The angles between two others with a kneading sequence, ascending. */
function anglesInside({ lower, upper }: AnglePair, kneading: string): Angle[] {
  let pieces: Angle[][] = [[lower, upper]];
  for (let k = 1; k < kneading.length; k++) {
    const isEven = kneading[k - 1] === '1';
    const denominator = (1n << BigInt(k)) - 1n;
    const kept: Angle[][] = [];
    for (const [from, to] of pieces) {
      let floor = (from.numerator * denominator) / from.denominator;
      for (let left = from; compareAngles(left, to) < 0; floor++) {
        const cut = { numerator: floor + 1n, denominator };
        const right = compareAngles(cut, to) < 0 ? cut : to;
        if ((floor % 2n === 0n) === isEven) kept.push([left, right]);
        left = right;
      }
    }
    pieces = kept;
  }
  const denominator = (1n << BigInt(kneading.length)) - 1n;
  const found: Angle[] = [];
  for (const [from, to] of pieces) {
    let numerator = (from.numerator * denominator) / from.denominator + 1n;
    for (; numerator * to.denominator < to.numerator * denominator; numerator++) {
      found.push(makeAngle(numerator, denominator));
    }
  }
  return found;
}

/** Both angles of the root at which a ray lands, the given one being one of them; verified as {@link pairOfAddress}. */
export function pairOfAngle(angle: Angle): AnglePair {
  const pair = pairOfAddress(addressOfAngle(angle));
  if (!equalAngles(pair.lower, angle) && !equalAngles(pair.upper, angle)) {
    throw new Error(`expected ${formatAngle(angle)} among the angles of its own address`);
  }
  return pair;
}

/** The other angle whose ray lands at the same root: 1/3 for 2/3, 1 for 0. */
export function conjugateOf(angle: Angle): Angle {
  const { lower, upper } = pairOfAngle(angle);
  return equalAngles(lower, angle) ? upper : lower;
}
