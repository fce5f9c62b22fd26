import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXTERIOR, UNRESOLVED } from '../../src/math/batch.js';
import { decide } from '../support/decide.js';
import { oracle } from '../support/oracle.js';
import { seededRandom } from '../support/random.js';

const point = fc.record({
  re: fc.double({ min: -2.1, max: 0.6, noNaN: true }),
  im: fc.double({ min: -1.3, max: 1.3, noNaN: true }),
});
/** Points that keep a race busy: beside the edge of the cardioid, a random octave away from it. */
const busyPoint = fc
  .record({
    angle: fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
    octave: fc.integer({ min: 2, max: 24 }),
    side: fc.constantFrom(-1, 1),
  })
  .map(({ angle, octave, side }) => {
    const r = 1 + side * 2 ** -octave;
    return {
      re: (r * Math.cos(angle)) / 2 - (r * r * Math.cos(2 * angle)) / 4,
      im: (r * Math.sin(angle)) / 2 - (r * r * Math.sin(2 * angle)) / 4,
    };
  });
const anyPoint = fc.oneof(point, busyPoint);
const RUNS = { numRuns: 1500, seed: 5 };

test('c and its conjugate get the same bits', () => {
  fc.assert(
    fc.property(anyPoint, ({ re, im }) => {
      expect(decide(re, -im, 20_000)).toEqual(decide(re, im, 20_000));
    }),
    RUNS,
  );
});

test('a larger budget never changes what a smaller one resolved', () => {
  const budgets = [1, 3, 15, 16, 17, 31, 32, 100, 1000, 1024, 10_000, 65_536];
  let late = 0;
  fc.assert(
    fc.property(anyPoint, ({ re, im }) => {
      let settled: ReturnType<typeof decide> | null = null;
      for (const budget of budgets) {
        const verdict = decide(re, im, budget);
        if (settled) expect(verdict).toEqual(settled);
        else if (verdict.period !== UNRESOLVED) settled = verdict;
        else expect(verdict.log2Distance).toBe(-Infinity);
        if (!settled && budget >= 100) late++;
      }
    }),
    RUNS,
  );
  expect(late).toBeGreaterThan(100);
});

test('a tiny budget leaves points unresolved and decides none wrongly', () => {
  const random = seededRandom(21);
  const seen = { unresolved: 0, resolved: 0 };
  for (let i = 0; i < 3000; i++) {
    const re = random.between(-2.1, 0.6);
    const im = random.between(-1.3, 1.3);
    const verdict = decide(re, im, 1 + random.below(40));
    if (verdict.period === UNRESOLVED) {
      seen.unresolved++;
      continue;
    }
    seen.resolved++;
    if (i % 10 === 0) expect(verdict.period).toBe(oracle(re, im)?.period);
  }
  expect(seen.unresolved).toBeGreaterThan(500);
  expect(seen.resolved).toBeGreaterThan(500);
});

test('one iteration decides nothing near the set', () => {
  fc.assert(
    fc.property(point, ({ re, im }) => decide(re, im, 1).period === UNRESOLVED),
    RUNS,
  );
});

/** The period by plain iteration: a million steps, then the first return to within 1e-9; null if the orbit escapes. */
function slowPeriod(re: number, im: number): number | null {
  let x = 0;
  let y = 0;
  const advance = (): void => {
    const t = x * x - y * y + re;
    y = 2 * x * y + im;
    x = t;
  };
  for (let n = 0; n < 200_000; n++) {
    advance();
    if (x * x + y * y > 4) return null;
  }
  const [x0, y0] = [x, y];
  for (let period = 1; period < 10_000; period++) {
    advance();
    if (Math.hypot(x - x0, y - y0) < 1e-9) return period;
  }
  return null;
}

test('interior verdicts agree with plain long iteration', () => {
  const random = seededRandom(31);
  const periods = new Set<number>();
  let interior = 0;
  while (interior < 250) {
    const re = random.between(-1.9, 0.5);
    const im = random.between(0, 1.1);
    const { period, log2Distance } = decide(re, im, 100_000);
    // Half of them from the small components: most of the set's area has period 1 or 2.
    if (period < 1 || (period < 3 && interior % 8 !== 0)) continue;
    // A cycle that attracts too weakly does not come within 1e-9 in time.
    if (log2Distance < -14) continue;
    expect(slowPeriod(re, im)).toBe(period);
    periods.add(period);
    interior++;
  }
  expect(periods.size).toBeGreaterThan(8);
});

describe('far from the set', () => {
  test.each([
    [16, 0],
    [-16, 16],
    [0, -16],
    [2.0000001, 0],
    [0.2500001, 0],
    [-2.0000001, 0],
  ])('%d %d i is exterior', (re, im) => {
    const verdict = decide(re, im, 1 << 20);
    expect(verdict.period).toBe(EXTERIOR);
    expect(Number.isFinite(verdict.log2Distance)).toBe(true);
  });
});

test('a verdict is finite and its distance no larger than the place allows', () => {
  fc.assert(
    fc.property(anyPoint, ({ re, im }) => {
      const { period, log2Distance } = decide(re, im, 20_000);
      if (period === UNRESOLVED) return log2Distance === -Infinity;
      // Inside, nothing is further from the boundary than the cardioid's middle, whose conformal radius is below 0.6.
      return log2Distance > -60 && log2Distance < (period === EXTERIOR ? 4 : Math.log2(0.6));
    }),
    RUNS,
  );
});
