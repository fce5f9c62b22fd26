import { describe, expect, test } from 'vitest';
import { EXTERIOR } from '../../src/math/batch.js';
import { decide, relativeError } from '../support/decide.js';
import { seededRandom } from '../support/random.js';

const BUDGET = 1 << 20;

describe('published and hand-calculated values', () => {
  test.each([
    { re: 0, im: 0, period: 1, distance: 0.5 },
    { re: 0.2, im: 0, period: 1, distance: 0.155278640450004 },
    { re: -0.1, im: 0.2, period: 1, distance: 0.534669475652808 },
    { re: -1, im: 0, period: 2, distance: 0.25 },
    { re: -1.1, im: 0.1, period: 2, distance: 0.17 },
    { re: -0.12, im: 0.74, period: 3, distance: 0.0941034399919991 },
    { re: 0, im: 1.1, period: EXTERIOR, distance: 0.182758350958088 },
    { re: -0.75, im: 0.1, period: EXTERIOR, distance: 0.0011263781428225 },
  ])('$re + $im i has period $period and DE $distance', ({ re, im, period, distance }) => {
    const verdict = decide(re, im, BUDGET);
    expect(verdict.period).toBe(period);
    expect(relativeError(verdict.log2Distance, Math.log2(distance))).toBeLessThan(1e-9);
  });
});

/** c with a fixed point of multiplier m: m/2 - m^2/4. */
function cardioidPoint(re: number, im: number): [number, number] {
  return [re / 2 - (re * re - im * im) / 4, im / 2 - (re * im) / 2];
}

/** Distance of a point of the cardioid to its edge: sampled, then refined by ternary search. */
function distanceToCardioid(re: number, im: number): number {
  const away = (t: number): number => {
    const [x, y] = cardioidPoint(Math.cos(t), Math.sin(t));
    return Math.hypot(x - re, y - im);
  };
  const samples = 720;
  let best = 0;
  for (let k = 1; k < samples; k++) {
    if (away((2 * Math.PI * k) / samples) < away((2 * Math.PI * best) / samples)) best = k;
  }
  let low = (2 * Math.PI * (best - 1)) / samples;
  let high = (2 * Math.PI * (best + 1)) / samples;
  for (let i = 0; i < 80; i++) {
    const third = (high - low) / 3;
    if (away(low + third) < away(high - third)) high -= third;
    else low += third;
  }
  return away((low + high) / 2);
}

describe('the cardioid', () => {
  test('DE = (1 - |m|^2) |1 - m| / 2 for multipliers all over the disc', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 5000; i++) {
      const modulus = i % 2 === 0 ? Math.sqrt(random.next()) : 1 - 2 ** random.between(-14, 0);
      const angle = random.between(0, 2 * Math.PI);
      const mRe = modulus * Math.cos(angle);
      const mIm = modulus * Math.sin(angle);
      const fromOne = Math.hypot(1 - mRe, mIm);
      // c itself is rounded: beside the cusp that moves m by more than 1e-9 of its distance to the circle.
      if (fromOne * (1 - modulus) < 1e-6) continue;
      const verdict = decide(...cardioidPoint(mRe, mIm), BUDGET);
      const distance = ((1 - modulus * modulus) * fromOne) / 2;
      expect(verdict.period).toBe(1);
      expect(relativeError(verdict.log2Distance, Math.log2(distance))).toBeLessThan(1e-9);
    }
  });

  test('DE/4 <= distance to its edge <= DE', () => {
    const random = seededRandom(2);
    for (let i = 0; i < 500; i++) {
      const modulus = i % 2 === 0 ? Math.sqrt(random.next()) : 1 - 2 ** random.between(-14, 0);
      const angle = random.between(0, 2 * Math.PI);
      const [re, im] = cardioidPoint(modulus * Math.cos(angle), modulus * Math.sin(angle));
      const estimate = 2 ** decide(re, im, BUDGET).log2Distance;
      const distance = distanceToCardioid(re, im);
      expect(distance).toBeGreaterThanOrEqual((estimate / 4) * (1 - 1e-9));
      expect(distance).toBeLessThanOrEqual(estimate * (1 + 1e-9));
    }
  });
});

test('the disc of period 2: DE = 4 (1/16 - |c + 1|^2), and DE/4 <= 1/4 - |c + 1| <= DE', () => {
  const random = seededRandom(3);
  for (let i = 0; i < 5000; i++) {
    const radius = i % 2 === 0 ? Math.sqrt(random.next()) / 4 : 0.25 - 2 ** random.between(-20, -2);
    const angle = random.between(0, 2 * Math.PI);
    const re = radius * Math.cos(angle) - 1;
    const im = radius * Math.sin(angle);
    const modulus = Math.hypot(re + 1, im);
    if (0.25 - modulus < 1e-6) continue;
    const verdict = decide(re, im, BUDGET);
    expect(verdict.period).toBe(2);
    const estimate = 4 * (0.25 - modulus) * (0.25 + modulus);
    expect(relativeError(verdict.log2Distance, Math.log2(estimate))).toBeLessThan(1e-9);
    expect(0.25 - modulus).toBeGreaterThanOrEqual((2 ** verdict.log2Distance / 4) * (1 - 1e-9));
    expect(0.25 - modulus).toBeLessThanOrEqual(2 ** verdict.log2Distance * (1 + 1e-9));
  }
});

describe('the exterior', () => {
  // Left of -2 the tip is the nearest point of the set, since the set lies in the disc |c| <= 2.
  const tips = Array.from({ length: 44 }, (_, k) => 2 ** -k).concat([3, 5, 8, 14]);

  test('DE/e -> 4 at c = -2 - e', () => {
    for (const e of tips.filter((x) => x <= 2 ** -10)) {
      const { period, log2Distance } = decide(-2 - e, 0, BUDGET);
      expect(period).toBe(EXTERIOR);
      // Seen: 4 - DE/e = e ln(1/e) / 2. And c takes e only to 2^-51: an error of c is one of e.
      expect(Math.abs(2 ** log2Distance / e - 4)).toBeLessThan(e * Math.log(1 / e) + 2 ** -48 / e);
    }
  });

  /** Green's function of the set at c: ln|z_n| / 2^(n-1), whose limit the escape to 1e100 reaches. */
  function potential(re: number, im: number): number {
    let [x, y] = [re, im];
    let n = 0;
    while (x * x + y * y < 1e200) {
      [x, y] = [x * x - y * y + re, 2 * x * y + im];
      n++;
    }
    return Math.log(Math.hypot(x, y)) / 2 ** n;
  }

  test('DE/4 tanh(G/2)/(G/2) <= distance <= DE at c = -2 - e, near and far', () => {
    for (const e of tips) {
      const estimate = 2 ** decide(-2 - e, 0, BUDGET).log2Distance;
      const half = potential(-2 - e, 0) / 2;
      expect(e).toBeGreaterThanOrEqual((estimate / 4) * (Math.tanh(half) / half) * (1 - 2 ** -46 / e - 1e-9));
      expect(e).toBeLessThanOrEqual(estimate);
    }
  });

  test('the lower bound never reaches beyond the cardioid, DE never falls short of the disc |c| <= 2', () => {
    const random = seededRandom(4);
    let outside = 0;
    for (let i = 0; i < 3000; i++) {
      const reach = i % 2 === 0 ? 1.5 : 15;
      const re = random.between(-reach, reach) / 1.2;
      const im = random.between(-reach, reach) / 1.2;
      const verdict = decide(re, im, BUDGET);
      if (verdict.period !== EXTERIOR) continue;
      outside++;
      const estimate = 2 ** verdict.log2Distance;
      const half = potential(re, im) / 2;
      expect((estimate / 4) * (Math.tanh(half) / half)).toBeLessThan(distanceToCardioid(re, im));
      expect(estimate).toBeGreaterThan(Math.hypot(re, im) - 2);
    }
    expect(outside).toBeGreaterThan(1500);
  });
});
