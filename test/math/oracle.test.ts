import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXTERIOR } from '../../src/math/batch.js';
import { scalarKernel } from '../../src/math/scalar-kernel.js';
import { relativeError } from '../support/decide.js';
import { oracle } from '../support/oracle.js';
import { seededRandom } from '../support/random.js';

/** Rows of points.json: the coordinates in units of 2^-44, the period, log2 of the distance. See make-points.ts. */
type Row = readonly [re: number, im: number, period: number, log2Distance: number];

const text = readFileSync(new URL('../vectors/points.json', import.meta.url), 'utf8');
const points = (JSON.parse(text) as { points: Row[] }).points;
const UNIT = 2 ** -44;
const BUDGET = 1 << 22;
const FRESH = 300;
const TOLERANCE = 1e-6;

describe('ten thousand points against the oracle in fixed point', () => {
  test('the points are what the comparison needs: both kinds, many periods, every scale from 1e-9 to 1', () => {
    expect(points).toHaveLength(10_000);
    const interior = points.filter(([, , period]) => period > 0);
    expect(interior.length).toBeGreaterThan(3000);
    expect(points.length - interior.length).toBeGreaterThan(3000);
    expect(new Set(interior.map(([, , period]) => period)).size).toBeGreaterThan(30);
    for (let decade = 0; decade < 9; decade++) {
      const within = points.filter(([, , , log2]) => Math.floor(-log2 / Math.log2(10)) === decade);
      expect(within.length).toBeGreaterThan(300);
    }
  });

  test('the same kind and period everywhere, and the distance within 1e-6', () => {
    const count = points.length;
    const re = Float64Array.from(points, (row) => row[0] * UNIT);
    const im = Float64Array.from(points, (row) => row[1] * UNIT);
    const verdicts = { period: new Int32Array(count), log2Distance: new Float64Array(count) };
    scalarKernel.decide({ re, im }, count, BUDGET, verdicts);
    const wrong = points.flatMap(([, , period, log2Distance], i) => {
      const error = relativeError(verdicts.log2Distance[i], log2Distance);
      if (verdicts.period[i] === period && error < TOLERANCE) return [];
      return [{ re: re[i], im: im[i], period, log2Distance, got: verdicts.period[i], error }];
    });
    expect(wrong).toEqual([]);
  });

  test(`the oracle still says the same of ${FRESH} of them, drawn anew at every run`, () => {
    const seed = Date.now() % 2 ** 31;
    const random = seededRandom(seed);
    for (let i = 0; i < FRESH; i++) {
      const [re, im, period, log2Distance] = points[random.below(points.length)];
      const answer = oracle(re * UNIT, im * UNIT);
      const place = `${re * UNIT} + ${im * UNIT} i, seed ${seed}`;
      expect(answer?.period, place).toBe(period);
      expect(relativeError(answer?.log2Distance ?? EXTERIOR, log2Distance), place).toBeLessThan(1e-10);
    }
  });
});
