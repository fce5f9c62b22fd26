import { describe, expect, test } from 'vitest';
import { decide, relativeError } from '../support/decide.js';
import { componentSize, rootsOfPeriod } from '../support/nuclei.js';

/** Hyperbolic components by period (OEIS A000740). */
const A000740 = [1, 1, 3, 6, 15, 27, 63, 120];
const BUDGET = 4096;

describe.each(A000740.map((count, i) => ({ period: i + 1, count })))(
  'period $period',
  ({ period, count }) => {
    const roots = rootsOfPeriod(period);

    test('every root of F^p(0) = 0 is found, each once', () => {
      expect(roots).toHaveLength(2 ** (period - 1));
    });

    test(`the race verifies ${count} components of it, and divisors at the other roots`, () => {
      const periods = roots.map(({ re, im }) => decide(re, im, BUDGET).period);
      expect(periods.filter((p) => p === period)).toHaveLength(count);
      expect(periods.filter((p) => p < 1 || period % p !== 0)).toEqual([]);
    });

    test('at a nucleus DE is half the size of the component', () => {
      let checked = 0;
      for (const nucleus of roots) {
        const verdict = decide(nucleus.re, nucleus.im, BUDGET);
        if (verdict.period !== period) continue;
        const size = componentSize(nucleus, period);
        // The nucleus itself is rounded to 2^-53, which the smallest components of period 8 feel (size 3e-8).
        const tolerance = Math.max(1e-9, 2 ** -52 / size);
        expect(relativeError(verdict.log2Distance, Math.log2(size / 2))).toBeLessThan(tolerance);
        checked++;
      }
      expect(checked).toBe(count);
    });
  },
);
