import { describe, expect, test } from 'vitest';
import { UNRESOLVED, type PointBatch, type VerdictBatch } from '../../src/math/batch.js';
import { scalarKernel } from '../../src/math/scalar-kernel.js';
import { decide } from '../support/decide.js';
import { seededRandom } from '../support/random.js';

const points = (length: number): PointBatch => ({
  re: new Float64Array(length),
  im: new Float64Array(length),
});
const verdicts = (length: number): VerdictBatch => ({
  period: new Int32Array(length),
  log2Distance: new Float64Array(length),
});

describe('arguments', () => {
  test.each([-1, 1.5, 5, NaN, Infinity])('a count of %d for room of 4 is refused', (count) => {
    const message = `expected a count of points from 0 to 4, got ${count}`;
    const call = (): void => scalarKernel.decide(points(4), count, 100, verdicts(4));
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });

  test.each([0, -5, 2.5, NaN, Infinity])('a budget of %d is refused', (budget) => {
    const message = `expected a budget of at least 1 iteration, got ${budget}`;
    const call = (): void => scalarKernel.decide(points(4), 4, budget, verdicts(4));
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });

  test('the shortest array is the room', () => {
    const cases: [PointBatch, VerdictBatch][] = [
      [{ re: new Float64Array(3), im: new Float64Array(4) }, verdicts(4)],
      [{ re: new Float64Array(4), im: new Float64Array(3) }, verdicts(4)],
      [points(4), { period: new Int32Array(3), log2Distance: new Float64Array(4) }],
      [points(4), { period: new Int32Array(4), log2Distance: new Float64Array(3) }],
    ];
    for (const [batch, into] of cases) {
      expect(() => scalarKernel.decide(batch, 4, 100, into)).toThrow('from 0 to 3, got 4');
      expect(() => scalarKernel.decide(batch, 3, 100, into)).not.toThrow();
    }
  });

  test('no points are a batch, too', () => {
    expect(() => scalarKernel.decide(points(0), 0, 1, verdicts(0))).not.toThrow();
  });
});

test('a batch gives the bits of single points, in whatever order, and writes no further', () => {
  const random = seededRandom(11);
  const count = 2000;
  const batch = {
    re: Float64Array.from({ length: count + 5 }, () => random.between(-2.1, 0.6)),
    im: Float64Array.from({ length: count + 5 }, () => random.between(-1.3, 1.3)),
  };
  const into = verdicts(count + 5);
  into.period.fill(77);
  into.log2Distance.fill(77);
  scalarKernel.decide(batch, count, 5000, into);
  let resolved = 0;
  for (let i = count - 1; i >= 0; i--) {
    const single = decide(batch.re[i], batch.im[i], 5000);
    expect([into.period[i], into.log2Distance[i]]).toEqual([single.period, single.log2Distance]);
    if (single.period !== UNRESOLVED) resolved++;
  }
  expect(resolved).toBeGreaterThan(1900);
  expect([...into.period.subarray(count)]).toEqual([77, 77, 77, 77, 77]);
  expect([...into.log2Distance.subarray(count)]).toEqual([77, 77, 77, 77, 77]);
});

test('it has a name for logs', () => {
  expect(scalarKernel.name).toBe('scalar');
});
