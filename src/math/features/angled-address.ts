import { periodOf, wordOf, type Angle } from './angle.js';
import { internalAddressOf, kneadingOf, rho } from './kneading.js';

/**
 * Angled internal addresses: the way from the main cardioid to a component, by the periods of the components that are passed,
 * each with the internal angle of the sub-wake in which the way goes on. They name hyperbolic components uniquely.
 *
 * @see Schleicher, "Internal addresses in the Mandelbrot set and Galois groups of polynomials", theorem 2.3 (uniqueness),
 * and section 4 (denominators and numerators)
 */

/** One component on the way, and where the way leaves it. */
export interface AddressStep {
  readonly period: number;
  /** Internal angle of the sub-wake, in lowest terms, between 0 and 1. */
  readonly numerator: number;
  readonly denominator: number;
}

/** The components that are passed, in order, the first being the main cardioid; then the period of the one that is meant. */
export interface AngledAddress {
  readonly steps: readonly AddressStep[];
  readonly period: number;
}

const MAX_STEPS = 10_000;
const MAX_TEXT = 200_000;

/**
 * The angled internal address of the component at whose root a ray lands.
 *
 * From a component of period S to one of period T: with r = T mod S (S where that is 0), the denominator is
 * q = (T - r)/S + 1 when S is on the rho-orbit of r, and (T - r)/S + 2 otherwise; the numerator is how many of the
 * angles 2^(jS) t, j = 0 ... q-2, do not exceed t.
 *
 * @throws RangeError for a period above 65,536
 */
export function addressOfAngle(angle: Angle): AngledAddress {
  const period = periodOf(angle);
  const kneading = kneadingOf(angle);
  const word = wordOf(angle, period);
  const passed = internalAddressOf(kneading);
  const steps: AddressStep[] = [];
  for (let i = 0; i + 1 < passed.length; i++) {
    const s = passed[i];
    const t = passed[i + 1];
    const denominator = denominatorOf(kneading, s, t);
    let numerator = 0;
    for (let j = 0; j <= denominator - 2; j++)
      if (rotate(word, (j * s) % period, period) <= word) numerator++;
    steps.push({ period: s, numerator, denominator });
  }
  return { steps, period };
}

function denominatorOf(kneading: string, s: number, t: number): number {
  const remainder = t % s === 0 ? s : t % s;
  let orbit = remainder;
  while (orbit < s) orbit = rho(kneading, orbit);
  return (t - remainder) / s + (orbit === s ? 1 : 2);
}

/** A word of `period` binary digits after `count` doublings of its angle. */
function rotate(word: bigint, count: number, period: number): bigint {
  const rest = BigInt(period - count);
  const head = word >> rest;
  return ((word - (head << rest)) << BigInt(count)) | head;
}

/** Such as "1_1/2->2_1/2->3". */
export function formatAddress({ steps, period }: AngledAddress): string {
  return steps.map((s) => `${s.period}_${s.numerator}/${s.denominator}->`).join('') + String(period);
}

/**
 * Reads what {@link formatAddress} writes; blanks around the parts are allowed. That a component of this address exists is
 * found out by `pairOfAddress` only.
 *
 * @throws RangeError for other texts, and where the form forbids a component: the first period is not 1, periods do not
 * ascend, or an angle is not in lowest terms between 0 and 1
 */
export function parseAddress(text: string): AngledAddress {
  if (text.length > MAX_TEXT) {
    throw new RangeError(`expected an address of up to ${MAX_TEXT} characters, got ${text.length}`);
  }
  const parts = text.split('->');
  if (parts.length > MAX_STEPS) {
    throw new RangeError(`expected an address of up to ${MAX_STEPS} components, got ${parts.length}`);
  }
  const steps: AddressStep[] = [];
  let previous = 0;
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    const match = isLast
      ? /^\s*([1-9]\d{0,6})\s*$/.exec(part)
      : /^\s*([1-9]\d{0,6})\s*_\s*(\d{1,7})\s*\/\s*(\d{1,7})\s*$/.exec(part);
    if (!match) {
      const expected = isLast ? 'a period such as 3 at the end of' : 'parts such as 2_1/2 in';
      throw new RangeError(`expected ${expected} an angled address, got "${part.slice(0, 40)}"`);
    }
    const period = Number(match[1]);
    if (i === 0 && period !== 1) {
      throw new RangeError(`expected an angled address that begins with 1, got ${period}`);
    }
    if (period <= previous) {
      throw new RangeError(
        `expected ascending periods in an angled address, got ${period} after ${previous}`,
      );
    }
    previous = period;
    if (isLast) return { steps, period };
    const numerator = Number(match[2]);
    const denominator = Number(match[3]);
    if (numerator < 1 || numerator >= denominator || divisor(denominator, numerator) !== 1) {
      throw new RangeError(
        `expected internal angles between 0 and 1 in lowest terms, got ${numerator}/${denominator}`,
      );
    }
    steps.push({ period, numerator, denominator });
  }
  throw new RangeError('expected an angled address, got nothing');
}

function divisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
