import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PointBatch, VerdictBatch } from '../../src/math/batch.js';
import { scalarKernel } from '../../src/math/scalar-kernel.js';
import { createSimdKernel } from '../../src/math/simd-kernel.js';
import { seededRandom } from '../support/random.js';

const simdKernel = createSimdKernel(
  readFileSync(new URL('../../dist/math/simd-kernel.wasm', import.meta.url)),
);

function verdictsOf(kernel: typeof scalarKernel, points: PointBatch, budget: number): VerdictBatch {
  const count = points.re.length;
  const verdicts = { period: new Int32Array(count), log2Distance: new Float64Array(count) };
  kernel.decide(points, count, budget, verdicts);
  return verdicts;
}

/** Fails with the first point on which the two kernels differ in any bit. */
function expectSameBits(points: PointBatch, budget: number): VerdictBatch {
  const scalar = verdictsOf(scalarKernel, points, budget);
  const simd = verdictsOf(simdKernel, points, budget);
  for (let i = 0; i < points.re.length; i++) {
    const same =
      scalar.period[i] === simd.period[i] && Object.is(scalar.log2Distance[i], simd.log2Distance[i]);
    if (same) continue;
    const told = ({ period, log2Distance }: VerdictBatch): string =>
      `period ${period[i]}, log2 ${log2Distance[i]}`;
    expect.fail(`c = ${points.re[i]} + ${points.im[i]}i: scalar ${told(scalar)}, simd ${told(simd)}`);
  }
  return simd;
}

/** A square of 257 x 257 samples. */
function view(west: number, south: number, side: number): PointBatch {
  const re = new Float64Array(257 * 257);
  const im = new Float64Array(257 * 257);
  for (let i = 0; i < re.length; i++) {
    re[i] = west + (side * (i % 257)) / 256;
    im[i] = south + (side * Math.floor(i / 257)) / 256;
  }
  return { re, im };
}

describe('the SIMD kernel returns the bits of the scalar one', () => {
  test.each([
    ['the root, with the axis', -4, 0, 8],
    ['an exterior tile', 0.5, 0.5, 0.5],
    ['an interior tile of period 1', -0.25, 0.125, 0.125],
    ['an interior tile of period 2', -1.0625, 0.0625, 0.0625],
    ['an interior tile of period 3', -1.76171875, 0.0009765625, 0.0009765625],
    ['seahorses', -0.7578125, 0.0625, 0.0078125],
    ['beside the seahorses', -0.75, 0.0625, 0.0625],
    ['elephants', 0.25, 0, 0.03125],
    ['the cusp', 0.2421875, 0, 0.015625],
    ['the root of the period 2 disc', -0.7578125, 0, 0.015625],
    ['the parabolic point -1 + i/4', -1.015625, 0.234375, 0.03125],
    ['the parabolic point 1/4 + i/2', 0.234375, 0.484375, 0.03125],
    ['the needle', -1.8125, 0, 0.03125],
    ['the tip of the needle', -2.00390625, 0, 0.0078125],
    ['around i', -0.0078125, 0.9921875, 0.015625],
    ['the period 3 bulb', -0.1875, 0.625, 0.125],
    ['the Feigenbaum point', -1.40625, 0, 0.0078125],
    ['a minibrot of period 4', -0.16796875, 1.03125, 0.015625],
    ['deep in the seahorses', -0.746429443359375, 0.1005859375, 2 ** -14],
    ['the last level of doubles', -0.746429443359375, 0.1005859375, 2 ** -37],
    ['spirals', -0.0884399414, 0.6545410156, 2 ** -10],
  ])('%s', (_name, west, south, side) => {
    expectSameBits(view(west, south, side), 2 ** 17);
  });

  test('a million random points, of all kinds', () => {
    const random = seededRandom(3);
    const count = 1_000_000;
    const re = new Float64Array(count);
    const im = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      re[i] = -2.1 + 2.7 * random.next();
      im[i] = 1.3 * random.next();
    }
    const { period } = expectSameBits({ re, im }, 20_000);
    const kinds = new Set(Array.from(period, (p) => Math.min(p, 40)));
    expect(kinds.size).toBeGreaterThan(30);
  });

  test.each([1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 64, 100, 1000, 1023, 1024, 1025, 5000])(
    'with a budget of %i',
    (budget) => {
      const points = view(-0.7578125, 0.0625, 0.0625);
      expectSameBits({ re: points.re.slice(0, 20_003), im: points.im.slice(0, 20_003) }, budget);
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 7, 8191, 8192, 8193, 66_559, 66_561])('for %i points', (count) => {
    const points = view(-0.75, 0.0625, 0.0625);
    const at = (plane: Float64Array): Float64Array =>
      Float64Array.from({ length: count }, (_, i) => plane[(i * 7) % plane.length]);
    expectSameBits({ re: at(points.re), im: at(points.im) }, 3000);
  });

  test('points without a neighbour in the plane, and the edge of what is allowed', () => {
    const re = Float64Array.of(16, -16, 0, -2, 0.25, -0.75, 1e-300, 5e-324, -1.9, 0, 2);
    const im = Float64Array.of(16, -16, 0, 0, 0, 0, 1e-300, 5e-324, 5e-324, 1, 0);
    expectSameBits({ re, im }, 5000);
  });
});

test('a call leaves nothing behind for the next', () => {
  const points = view(-0.1875, 0.625, 0.125);
  const first = verdictsOf(simdKernel, points, 5000);
  verdictsOf(simdKernel, view(-4, 0, 8), 777);
  expect(verdictsOf(simdKernel, points, 5000)).toEqual(first);
});

test('arguments are checked', () => {
  const points = view(0, 0, 1);
  const verdicts = { period: new Int32Array(9), log2Distance: new Float64Array(9) };
  expect(() => simdKernel.decide(points, 10, 100, verdicts)).toThrow(
    'expected a count of points from 0 to 9, got 10',
  );
  expect(() => simdKernel.decide(points, 9, 0, verdicts)).toThrow('expected a budget');
  expect(() => simdKernel.decide(points, 9, 2 ** 30, verdicts)).toThrow('at most 2^29');
});
