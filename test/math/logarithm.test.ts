import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { log, log2 } from '../../src/math/logarithm.js';
import { seededRandom } from '../support/random.js';

const BITS = 256n;
const ONE = 1n << BITS;

/** The integer m and the exponent of x = m 2^exponent. */
function dismantle(x: number): [bigint, number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const raw = view.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const fraction = raw & ((1n << 52n) - 1n);
  return biased === 0 ? [fraction, -1074] : [fraction | (1n << 52n), biased - 1075];
}

/** 2 artanh(n/d) by its series, in units of 2^-256. */
function twiceArtanh(n: bigint, d: bigint): bigint {
  const s = (n << BITS) / d;
  const square = (s * s) >> BITS;
  let power = s;
  let sum = 0n;
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = (power * square) >> BITS;
  }
  return 2n * sum;
}

const LN2 = twiceArtanh(1n, 3n);

/** ln x in units of 2^-256, exact to about 2^-240. */
function exactLog(x: number): bigint {
  const [m, exponent] = dismantle(x);
  const length = BigInt(m.toString(2).length - 1);
  const unit = 1n << length;
  return twiceArtanh(m - unit, m + unit) + LN2 * (BigInt(exponent) + length);
}

/** Size of a unit in the last place of a number near `value`, in units of 2^-256. */
function lastPlace(value: number): bigint {
  const [, exponent] = dismantle(Math.abs(value));
  return ONE >> BigInt(-exponent);
}

/** |got - exact| in hundredths of a unit in the last place of `scale`. */
function error(got: number, exact: bigint, scale: number): number {
  const [m, exponent] = dismantle(Math.abs(got));
  const value = (got < 0 ? -m : m) * (ONE >> BigInt(-exponent));
  const off = value > exact ? value - exact : exact - value;
  return Number((100n * off) / lastPlace(scale)) / 100;
}

/** Any positive double, all exponents alike. */
const positive = fc
  .tuple(fc.bigInt({ min: 1n, max: 0x7fefffffffffffffn }))
  .map(([raw]) => new DataView(new BigUint64Array([raw]).buffer).getFloat64(0, true));
const nearOne = fc.double({ min: 0.25, max: 4, noNaN: true });
const subnormal = fc.bigInt({ min: 1n, max: (1n << 52n) - 1n }).map((m) => Number(m) * 2 ** -1074);
const ordinary = fc.oneof(positive, nearOne, subnormal).filter((x) => x !== 1);
const RUNS = { numRuns: 4000, seed: 1 };

/** The place where the error of log2 is measured: the larger of the result and its integer part. */
const scaleOfLog2 = (result: number): number => Math.max(Math.abs(result), Math.abs(Math.round(result)));

describe('against the series in 256 binary places', () => {
  test('ln within 2 units in the last place', () => {
    fc.assert(
      fc.property(ordinary, (x) => error(log(x), exactLog(x), log(x)) <= 2),
      RUNS,
    );
  });

  test('log2 within 2 units in the last place of the result or its integer part', () => {
    fc.assert(
      fc.property(ordinary, (x) => error(log2(x), (exactLog(x) << BITS) / LN2, scaleOfLog2(log2(x))) <= 2),
      RUNS,
    );
  });

  test('both at the seams of the reduction: beside sqrt(2) and beside 1', () => {
    for (const seam of [Math.SQRT1_2, 1, Math.SQRT2, 2, 2 * Math.SQRT2]) {
      for (let step = -200; step <= 200; step++) {
        const x = seam * (1 + step * 2 ** -53);
        if (x === 1) continue;
        expect(error(log(x), exactLog(x), log(x))).toBeLessThanOrEqual(2);
        expect(error(log2(x), (exactLog(x) << BITS) / LN2, scaleOfLog2(log2(x)))).toBeLessThanOrEqual(2);
      }
    }
  });

  test('the series itself agrees with the platform', () => {
    for (const x of [1e-300, 0.3, 1.5, 10, 1e300]) {
      expect(error(Math.log(x), exactLog(x), Math.log(x))).toBeLessThanOrEqual(1);
    }
  });
});

test('log2 is exact at every power of two, down to the subnormal ones', () => {
  for (let n = -1074; n <= 1023; n++) expect(log2(2 ** n)).toBe(n);
});

test.each([
  [1, 0],
  [0, -Infinity],
  [-0, -Infinity],
  [Infinity, Infinity],
  [-Infinity, NaN],
  [-1, NaN],
  [-5e-324, NaN],
  [NaN, NaN],
])('at %d both give %d', (x, expected) => {
  expect(log(x)).toBe(expected);
  expect(log2(x)).toBe(expected);
});

describe('order', () => {
  test('a larger number never has a smaller logarithm', () => {
    fc.assert(
      fc.property(ordinary, fc.integer({ min: 1, max: 52 }), (x, shift) => {
        const larger = x * (1 + 2 ** -shift);
        return log(larger) >= log(x) && log2(larger) >= log2(x);
      }),
      RUNS,
    );
  });

  test('not even of two neighbouring doubles, nor at the seams', () => {
    const random = seededRandom(7);
    const seams = [Math.SQRT1_2, 1, Math.SQRT2, 2, 2 * Math.SQRT2];
    for (let i = 0; i < 200_000; i++) {
      const x =
        i % 10 === 0
          ? seams[random.below(5)] * (1 + random.between(-1e-13, 1e-13))
          : 2 ** random.between(-4, 4);
      const next = x * (1 + 2 ** -52);
      if (!(log(x) <= log(next) && log2(x) <= log2(next))) expect.fail(`out of order at ${x}`);
    }
  });
});

test('the bits are fixed: a change of any of them is a new algorithm version', () => {
  const random = seededRandom(9);
  const results = new Float64Array(40_000);
  for (let i = 0; i < results.length; i += 2) {
    const x = (1 + random.next()) * 2 ** (random.below(2098) - 1074);
    results[i] = log(x);
    results[i + 1] = log2(x);
  }
  const bytes = new Uint8Array(results.buffer);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    '8d6d9e79c803aac99ba8f6a68297464670a4765c03e0c4be1a4f18e2b00a8b72',
  );
});
