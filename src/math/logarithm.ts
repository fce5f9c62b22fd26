/**
 * Logarithms from one implementation that we ship, because the platform's may differ in the last bit between
 * engines and machines, and a tile must not.
 *
 * Only additions, multiplications and divisions of doubles are used: IEEE 754 rounds each of them the same way
 * everywhere, so every machine (and a WebAssembly kernel with the same order of operations) gets the same bits.
 */

const bits = new DataView(new ArrayBuffer(8));

/** ln 2, split so that an integer of up to 11 bits times LN2_HIGH is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LOG2_E = 1.4426950408889634;
const SQRT_2 = 1.4142135623730951;

/** Binary exponent that {@link splitExponent} took off last. */
let exponent = 0;

/** Splits a positive finite double into `exponent` (left in the module) and a factor in [sqrt(1/2), sqrt(2)). */
function splitExponent(x: number): number {
  let scaled = x;
  exponent = 0;
  if (x < 2.2250738585072014e-308) {
    scaled = x * 18014398509481984; // 2^54 makes a subnormal normal
    exponent = -54;
  }
  bits.setFloat64(0, scaled);
  const high = bits.getUint32(0);
  exponent += (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  const mantissa = bits.getFloat64(0);
  if (mantissa < SQRT_2) return mantissa;
  exponent += 1;
  return mantissa * 0.5;
}

/**
 * ln m for m in [sqrt(1/2), sqrt(2)): the series 2 artanh(s), s = (m-1)/(m+1), so |s| <= 0.1716.
 * The first term left out is s^22/23 relative to 1, below 6e-19, less than 1/100 of a unit in the last place.
 */
function logOfMantissa(m: number): number {
  const f = m - 1;
  const s = f / (m + 1);
  const q = s * s;
  const tail =
    q *
    (1 / 3 +
      q *
        (1 / 5 +
          q *
            (1 / 7 +
              q *
                (1 / 9 +
                  q * (1 / 11 + q * (1 / 13 + q * (1 / 15 + q * (1 / 17 + q * (1 / 19 + q / 21)))))))));
  // 2s = f - s f, which keeps the exactly known f as the leading term.
  return f - s * (f - 2 * tail);
}

/** `true` where the logarithm is an ordinary number; otherwise the limits of {@link specialLogarithm} apply. */
function isOrdinary(x: number): boolean {
  return x > 0 && x < Infinity;
}

function specialLogarithm(x: number): number {
  if (x === 0) return -Infinity;
  return x === Infinity ? Infinity : NaN;
}

/**
 * Natural logarithm.
 *
 * @param x any double; 0 gives -Infinity, negative numbers and NaN give NaN
 * @returns ln x, within 2 units in the last place
 */
export function log(x: number): number {
  if (!isOrdinary(x)) return specialLogarithm(x);
  const mantissa = splitExponent(x);
  return exponent * LN2_HIGH + (logOfMantissa(mantissa) + exponent * LN2_LOW);
}

/**
 * Logarithm to base 2, exact for powers of two.
 *
 * @param x any double; 0 gives -Infinity, negative numbers and NaN give NaN
 * @returns log2 x, within 2 units in the last place of the larger of the result and its integer part
 */
export function log2(x: number): number {
  if (!isOrdinary(x)) return specialLogarithm(x);
  const mantissa = splitExponent(x);
  return exponent + logOfMantissa(mantissa) * LOG2_E;
}
