/** Decimal strings: the only form in which coordinates enter and leave the program. */

/** Longest coordinate that is taken, in characters. */
const MAX_LENGTH = 10_000;

/**
 * Checks that a text is a decimal number such as -0.75, 1.5e-3 or 2.
 *
 * @param name what the number is, for the message
 * @throws RangeError for anything else: an empty text, `1e`, `NaN`, `0x10`, spaces, more than 10,000 characters
 */
export function checkDecimal(text: string, name: string): string {
  if (isDecimal(text)) return text;
  throw new RangeError(
    `expected ${name} as a decimal number such as -0.75 or 1.5e-3, got "${shorten(text)}"`,
  );
}

/** Whether a text is a decimal number, of 10,000 characters at the most. */
export function isDecimal(text: string): boolean {
  return text.length <= MAX_LENGTH && /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,9})?$/.test(text);
}

/** A text that somebody has given, for a message: 40 characters of it at the most. */
export function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}… (${text.length} characters)` : text;
}

/** Whether a decimal number is exactly 0, which the nearest double does not tell. */
export function isZero(text: string): boolean {
  return !/[1-9]/.test(text.replace(/e.*/i, ''));
}

/** Whether a decimal number has more digits than a double is sure to tell apart. */
export function exceedsDouble(text: string): boolean {
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/[^0-9]/g, '')
    .replace(/^0+|0+$/g, '');
  return digits.length > 15;
}

/**
 * numerator / 2^bits, written out exactly.
 *
 * @param bits at least 0
 */
export function formatDyadic(numerator: bigint, bits: number): string {
  const sign = numerator < 0n ? '-' : '';
  const magnitude = numerator < 0n ? -numerator : numerator;
  // 1/2^bits = 5^bits/10^bits, so the fraction has at most `bits` digits.
  const scaled = (magnitude * 5n ** BigInt(bits)).toString().padStart(bits + 1, '0');
  const whole = scaled.slice(0, scaled.length - bits);
  const fraction = scaled.slice(scaled.length - bits).replace(/0+$/, '');
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}

/**
 * numerator / 2^bits, rounded to as many digits behind the point as so many binary ones are worth: the others would be of no meaning.
 *
 * @param bits at least 0
 */
export function formatRounded(numerator: bigint, bits: number): string {
  const digits = Math.floor(bits * Math.LOG10E * Math.LN2);
  const magnitude = numerator < 0n ? -numerator : numerator;
  const half = bits > 0 ? 1n << BigInt(bits - 1) : 0n;
  const rounded = (magnitude * 10n ** BigInt(digits) + half) >> BigInt(bits);
  const text = rounded.toString().padStart(digits + 1, '0');
  const fraction = text.slice(text.length - digits).replace(/0+$/, '');
  const sign = numerator < 0n && rounded > 0n ? '-' : '';
  return `${sign}${text.slice(0, text.length - digits)}${digits === 0 || fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * 2^log2 as a decimal number, also where no double holds it.
 *
 * @returns up to 17 digits in the doubles' range; beyond it 10 digits and a power of ten
 */
export function formatPowerOfTwo(log2: number): string {
  if (log2 > -1000 && log2 < 1000) return String(2 ** log2);
  const log10 = log2 * Math.LOG10E * Math.LN2;
  const exponent = Math.floor(log10);
  return `${(10 ** (log10 - exponent)).toPrecision(10)}e${exponent}`;
}
