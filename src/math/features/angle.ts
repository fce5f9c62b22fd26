/**
 * External angles of hyperbolic components: rational numbers of turns whose denominator is odd, so that doubling modulo 1
 * is periodic on them. Exact at any period, since numerator and denominator are BigInts.
 *
 * The angles 0 and 1 are the same ray. Both are written, because the wake of the main cardioid lies between them as every
 * other wake lies between its two angles; doubling keeps each of them.
 *
 * @see Schleicher, "Rational parameter rays of the Mandelbrot set", section 2; Mu-Ency, "External Angle"
 */

/** An angle in lowest terms, from 0 to 1 turn, both included. */
export interface Angle {
  readonly numerator: bigint;
  /** Odd and positive. */
  readonly denominator: bigint;
}

/** Two rays that land together at the root of a component, and enclose its wake. */
export interface AnglePair {
  readonly lower: Angle;
  readonly upper: Angle;
}

/** Digits of a numerator, a denominator or a binary period that are read at the most. */
const MAX_DIGITS = 20_000;
/** The longest period that {@link periodOf} looks for: a denominator's period may be nearly as large as itself. */
const MAX_PERIOD = 65_536;

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/**
 * The angle numerator/denominator.
 *
 * @throws RangeError for an angle outside 0 to 1, and for one whose denominator in lowest terms is even: such a ray lands at
 * a Misiurewicz point, at no component
 */
export function makeAngle(numerator: bigint, denominator: bigint): Angle {
  if (denominator <= 0n) throw new RangeError(`expected a positive denominator, got ${denominator}`);
  if (numerator < 0n || numerator > denominator) {
    throw new RangeError(`expected an angle from 0 to 1, got ${numerator}/${denominator}`);
  }
  const divisor = greatestCommonDivisor(denominator, numerator);
  const reduced = { numerator: numerator / divisor, denominator: denominator / divisor };
  if (reduced.denominator % 2n === 0n) {
    throw new RangeError(`expected an angle with an odd denominator, got ${numerator}/${denominator}`);
  }
  return reduced;
}

/** The angle with a repeating binary period: the number that `word` is in binary, over 2^period - 1. */
export function angleOfWord(word: bigint, period: number): Angle {
  return makeAngle(word, (1n << BigInt(period)) - 1n);
}

/**
 * The digits of an angle's repeating binary period, as a number of `period` bits.
 *
 * @param period a multiple of the angle's period; this is not checked
 */
export function wordOf({ numerator, denominator }: Angle, period: number): bigint {
  return (((1n << BigInt(period)) - 1n) / denominator) * numerator;
}

/** Twice the angle, modulo a turn; 1 stays 1. */
export function doubleAngle({ numerator, denominator }: Angle): Angle {
  const doubled = 2n * numerator;
  return { numerator: doubled > denominator ? doubled - denominator : doubled, denominator };
}

/**
 * How many doublings lead back to the angle: the order of 2 modulo the denominator. It is the period of the component at
 * whose root the ray lands.
 *
 * @throws RangeError for a period above 65,536
 */
export function periodOf({ denominator }: Angle): number {
  let power = 2n % denominator;
  for (let period = 1; period <= MAX_PERIOD; period++) {
    if (power === 1n % denominator) return period;
    power = 2n * power;
    if (power >= denominator) power -= denominator;
  }
  throw new RangeError(`expected an angle with a period up to ${MAX_PERIOD}, got a longer one`);
}

/** Negative, 0 or positive, as the first angle is smaller than, equal to or larger than the second. */
export function compareAngles(a: Angle, b: Angle): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : Number(difference > 0n);
}

export function equalAngles(a: Angle, b: Angle): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

/** The angle as a number of turns, rounded to a double with 52 binary digits behind the point. */
export function turnsOf({ numerator, denominator }: Angle): number {
  return Number((numerator << 52n) / denominator) * 2 ** -52;
}

/** Such as "3/7"; "0/1" and "1/1" at the ends. */
export function formatAngle({ numerator, denominator }: Angle): string {
  return `${numerator}/${denominator}`;
}

/**
 * The repeating period in binary, such as ".(011)" for 3/7.
 *
 * @throws RangeError as {@link periodOf}
 */
export function formatBinary(angle: Angle): string {
  const period = periodOf(angle);
  return `.(${wordOf(angle, period).toString(2).padStart(period, '0')})`;
}

/**
 * Reads "3/7", "0", "1" or ".(011)"; fractions need not be in lowest terms.
 *
 * @throws RangeError for any other text, and as {@link makeAngle}
 */
export function parseAngle(text: string): Angle {
  if (text.length <= MAX_DIGITS) {
    const fraction = /^\s*(\d+)(?:\s*\/\s*(\d+))?\s*$/.exec(text);
    if (fraction) return makeAngle(BigInt(fraction[1]), BigInt(fraction[2] ?? '1'));
    const binary = /^\s*0?\.\(([01]+)\)\s*$/.exec(text);
    if (binary) return angleOfWord(BigInt(`0b${binary[1]}`), binary[1].length);
  }
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  throw new RangeError(`expected an angle such as 3/7 or .(011), got "${shown}"`);
}
