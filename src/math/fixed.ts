import { checkDecimal } from './decimal.js';
import { log2 } from './logarithm.js';

/** Fixed-point numbers of any precision: a BigInt that counts units of 2^-bits. */

/** A number as mantissa * 2^exponent; a mantissa of any size, 0 for zero. */
export interface Scaled {
  readonly mantissa: number;
  readonly exponent: number;
}

/** Exponents of ten beyond this are absurd: no coordinate, and no precision that is computed, needs them. */
const MAX_EXPONENT = 40_000;

/**
 * Reads a decimal number, rounded to the nearest multiple of 2^-bits.
 *
 * @param name what the number is, for the message
 * @throws RangeError for what is no decimal number, and for exponents beyond 40,000
 */
export function parseFixed(text: string, bits: number, name: string): bigint {
  const [mantissa, exponentText = '0'] = checkDecimal(text, name).toLowerCase().split('e');
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > MAX_EXPONENT) {
    throw new RangeError(
      `expected ${name} with an exponent from -${MAX_EXPONENT} to ${MAX_EXPONENT}, got ${exponent}`,
    );
  }
  const [whole, fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const scale = exponent - fraction.length;
  let numerator = BigInt(whole + fraction) << BigInt(bits);
  let denominator = 1n;
  if (scale >= 0) numerator *= 10n ** BigInt(scale);
  else denominator = 10n ** BigInt(-scale);
  const rounded = (2n * numerator + denominator) / (2n * denominator);
  return text.startsWith('-') ? -rounded : rounded;
}

/** Reads a number with binary digits for all that it is given with, and 64 more; throws as {@link parseFixed}. */
export function parseWhole(text: string, name: string): { value: bigint; bits: number } {
  const bits = Math.ceil(fractionDigits(text) * Math.log2(10)) + 64;
  return { value: parseFixed(text, bits, name), bits };
}

/** log2 of a decimal number of any size: -Infinity for 0, NaN below it; throws as {@link parseFixed}. */
export function parseLog2(text: string, name: string): number {
  const { value, bits } = parseWhole(text, name);
  return value < 0n ? NaN : log2Of(toScaled(value, bits));
}

/** Digits behind the point that a decimal number has, 0 for a whole one. */
export function fractionDigits(text: string): number {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e');
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent));
}

/** The number of bits of |x|, up to 3 too many. */
function bitLength(x: bigint): number {
  return (x < 0n ? -x : x).toString(16).length * 4;
}

/** x 2^-bits with 61 to 64 leading bits, rounded towards minus infinity, as a double that is then rounded to nearest. */
export function toScaled(x: bigint, bits: number): Scaled {
  if (x === 0n) return { mantissa: 0, exponent: 0 };
  const dropped = Math.max(0, bitLength(x) - 64);
  return { mantissa: Number(x >> BigInt(dropped)), exponent: dropped - bits };
}

/** mantissa 2^exponent as a double: 0 below their range, infinite above. */
export function fromScaled({ mantissa, exponent }: Scaled): number {
  if (exponent > 2000) return mantissa * Infinity;
  if (exponent < -2200) return 0;
  const half = Math.trunc(exponent / 2);
  return mantissa * 2 ** half * 2 ** (exponent - half);
}

/** mantissa 2^exponent as fixed point, rounded towards minus infinity. */
export function toFixed({ mantissa, exponent }: Scaled, bits: number): bigint {
  if (mantissa === 0) return 0n;
  // 2^62 mantissa is a whole number when |mantissa| >= 2^-9, which normal use has.
  const whole = BigInt(Math.round(mantissa * 2 ** 52));
  const shift = exponent - 52 + bits;
  return shift >= 0 ? whole << BigInt(shift) : whole >> BigInt(-shift);
}

/** log2 of the modulus of a scaled number, -Infinity for zero. */
export function log2Of({ mantissa, exponent }: Scaled): number {
  return log2(Math.abs(mantissa)) + exponent;
}
