import { describe, expect, test } from 'vitest';
import { EXTERIOR, UNRESOLVED } from '../../src/math/batch.js';
import { decide, relativeError } from '../support/decide.js';
import { componentSize, rootsOfPeriod, type Nucleus } from '../support/nuclei.js';
import { oracle } from '../support/oracle.js';
import { seededRandom } from '../support/random.js';

const BUDGET = 1 << 23;

/** Compares a verdict with the oracle's, both resolved. */
function agree(re: number, im: number): number {
  const verdict = decide(re, im, BUDGET);
  const answer = oracle(re, im);
  const place = `${re} + ${im} i`;
  if (answer === null) return 0;
  expect(verdict.period, place).toBe(answer.period);
  expect(relativeError(verdict.log2Distance, answer.log2Distance), place).toBeLessThan(1e-6);
  return 1;
}

describe('parabolic points', () => {
  const PARABOLIC = [
    { re: 0.25, im: 0, name: 'the cusp' },
    { re: -0.75, im: 0, name: 'the root of period 2' },
    { re: 0.25, im: 0.5, name: 'the root of the period 4 bulb, multiplier i' },
    { re: -1, im: 0.25, name: 'the root of a period 8 bulb on the disc of period 2' },
    { re: -1.25, im: 0, name: 'the root of period 4 on the axis' },
    { re: -1.75, im: 0, name: 'the cusp of the period 3 minibrot' },
  ];

  test.each(PARABOLIC)('$re + $im i, $name, is never decided', ({ re, im }) => {
    for (const budget of [100, 10_000, 1 << 20, BUDGET]) {
      expect(decide(re, im, budget)).toEqual({ period: UNRESOLVED, log2Distance: -Infinity });
    }
  });

  const step = 2 ** -20;
  test.each([
    { re: 0.25 - step, im: 0, period: 1 },
    { re: 0.25 + step, im: 0, period: EXTERIOR },
    { re: 0.25, im: step, period: 1 },
    { re: -0.75 + step, im: 0, period: 1 },
    { re: -0.75 - step, im: 0, period: 2 },
    { re: -0.75, im: step, period: EXTERIOR },
    { re: -0.75, im: -step, period: EXTERIOR },
    { re: 0.25, im: 0.5 - step, period: 1 },
    { re: 0.25, im: 0.5 + step, period: 4 },
    { re: 0.25 + step, im: 0.5, period: 4 },
    { re: 0.25 - step, im: 0.5, period: 1 },
    { re: -1, im: 0.25 - step, period: 2 },
    { re: -1, im: 0.25 + step, period: 8 },
    { re: -1.25 + step, im: 0, period: 2 },
    { re: -1.25 - step, im: 0, period: 4 },
    { re: -1.75 - step, im: 0, period: 3 },
  ])('2^-20 beside one: $re + $im i has period $period', ({ re, im, period }) => {
    const verdict = decide(re, im, BUDGET);
    expect(verdict.period).toBe(period);
    const answer = period === EXTERIOR ? null : oracle(re, im);
    if (answer) expect(relativeError(verdict.log2Distance, answer.log2Distance)).toBeLessThan(1e-6);
  });
});

/** c with a fixed point of multiplier r e^(2 pi i p/q). */
function cardioidPoint(r: number, turn: number): [number, number] {
  const t = 2 * Math.PI * turn;
  return [
    (r * Math.cos(t)) / 2 - (r * r * Math.cos(2 * t)) / 4,
    (r * Math.sin(t)) / 2 - (r * r * Math.sin(2 * t)) / 4,
  ];
}

test('on both sides of the roots of satellites: period 1 within, period q without', () => {
  for (const [p, q] of [
    [1, 2],
    [1, 3],
    [2, 5],
    [1, 7],
    [3, 8],
    [5, 13],
    [8, 21],
  ]) {
    for (const depth of [6, 10, 14, 18]) {
      const [re, im] = cardioidPoint(1 - 2 ** -depth, p / q);
      expect(decide(re, im, BUDGET).period, `${p}/${q} within, 2^-${depth}`).toBe(1);
      // A satellite's radius is about sin(pi p/q) / q^2: stay well in it.
      const outside = Math.min(2 ** -depth, 0.3 / (q * q));
      const [outRe, outIm] = cardioidPoint(1 + outside, p / q);
      expect(decide(outRe, outIm, BUDGET).period, `${p}/${q} without, 2^-${depth}`).toBe(q);
      agree(outRe, outIm);
    }
  }
});

test('around the minibrots of period 3 to 7: nucleus, cusp, root of the period doubling, outside', () => {
  let compared = 0;
  for (const period of [3, 4, 5, 6, 7]) {
    const nuclei = rootsOfPeriod(period).filter(({ im }) => im > 1e-9);
    for (const nucleus of nuclei.slice(0, 6)) {
      if (componentSize(nucleus, period) < 1e-5) continue;
      for (const offset of [0.2, 0.24, 0.2499, 0.2501, 0.26, -0.7, -0.749, -0.751, -1, -1.3]) {
        const [re, im] = inMinibrot(nucleus, period, offset);
        compared += agree(re, im);
      }
    }
  }
  expect(compared).toBeGreaterThan(200);
});

/** The place where `offset` of the whole set lies in the small copy around a nucleus, to first order. */
function inMinibrot(nucleus: Nucleus, period: number, offset: number): [number, number] {
  const size = componentSize(nucleus, period);
  return [nucleus.re + offset * size, nucleus.im];
}

describe('the cascade of period doublings on the axis', () => {
  // Nuclei of the superstable cycles of period 2^k, found by Newton from Feigenbaum's ratio.
  const nuclei: number[] = [0, -1];
  for (let k = 2; k <= 6; k++) {
    let c = nuclei[k - 1] + (nuclei[k - 1] - nuclei[k - 2]) / 4.669201609;
    for (let step = 0; step < 30; step++) {
      let z = 0;
      let d = 0;
      for (let i = 0; i < 2 ** k; i++) [z, d] = [z * z + c, 2 * z * d + 1];
      c -= z / d;
    }
    nuclei.push(c);
  }

  test.each(nuclei.map((re, k) => ({ re, period: 2 ** k })))('period $period at $re', ({ re, period }) => {
    expect(decide(re, 0, BUDGET).period).toBe(period);
    agree(re, 2 ** -34);
  });

  test('between two nuclei the period is one of the two', () => {
    const random = seededRandom(41);
    for (let k = 0; k < 6; k++) {
      for (let i = 0; i < 40; i++) {
        const { period } = decide(random.between(nuclei[k + 1], nuclei[k]), 0, BUDGET);
        expect([2 ** k, 2 ** (k + 1), UNRESOLVED]).toContain(period);
      }
    }
  });
});

test('embedded Julia sets: around minibrots in the seahorse valley and beside them', () => {
  const random = seededRandom(51);
  const views = [
    { re: -0.743643887037151, im: 0.13182590420533, radius: 2 ** -30 },
    { re: -0.7436499, im: 0.13188204, radius: 2 ** -18 },
    { re: -1.7687788, im: 0.00173889, radius: 2 ** -20 },
    { re: -0.15652016683755, im: 1.03224710892283, radius: 2 ** -26 },
  ];
  let compared = 0;
  for (const { re, im, radius } of views) {
    for (let i = 0; i < 40; i++) {
      const x = re + random.between(-radius, radius);
      const y = im + random.between(-radius, radius);
      const { log2Distance } = decide(x, y, BUDGET);
      if (log2Distance > Math.log2(4e-9)) compared += agree(x, y);
    }
  }
  expect(compared).toBeGreaterThan(80);
});
