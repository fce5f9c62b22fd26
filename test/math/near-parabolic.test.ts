import { describe, expect, test } from 'vitest';
import { EXTERIOR, UNRESOLVED } from '../../src/math/batch.js';
import { decide } from '../support/decide.js';
import { fromDouble, ONE } from '../support/fixed-point.js';
import { seededRandom } from '../support/random.js';

/*
 * Beside a parabolic point several cycles nearly coincide, Newton's equation has a nearly multiple root, and its
 * numerical solution is off by far more than the last place. The components of period 1 and 2 are known exactly, so
 * here every verdict can be checked by whole numbers.
 */

const BUDGET = 1 << 23;
const QUARTER = ONE >> 2n;

/** Whether c lies in the disc of period 2: |c + 1|^2 < 1/16, exactly. */
function inDisc(re: number, im: number): boolean {
  const x = fromDouble(re) + ONE;
  const y = fromDouble(im);
  return x * x + y * y < QUARTER * QUARTER;
}

/** Whether c lies in the cardioid: q (q + x) < y^2 / 4 with x = re - 1/4, q = x^2 + y^2, exactly. */
function inCardioid(re: number, im: number): boolean {
  const x = fromDouble(re) - QUARTER;
  const y = fromDouble(im);
  const q = x * x + y * y;
  return 4n * q * (q + x * ONE) < y * y * ONE * ONE;
}

function checkPeriods(re: number, im: number, budget: number): number {
  const { period } = decide(re, im, budget);
  if (period === UNRESOLVED) return 0;
  const expected = inCardioid(re, im) ? 1 : inDisc(re, im) ? 2 : null;
  if (expected === null) expect([1, 2], `${re} + ${im} i`).not.toContain(period);
  else expect(period, `${re} + ${im} i`).toBe(expected);
  return 1;
}

describe('in the pinch between the cardioid and the disc of period 2', () => {
  test.each([22, 24, 25, 29, 35, 42, 44])('no cycle is claimed at -3/4 + 2^-%d i', (bits) => {
    // The whole line but -3/4 itself is exterior; its points escape after pi 2^bits iterations.
    for (const budget of [1 << 16, 1 << 20, BUDGET]) {
      expect(decide(-0.75, 2 ** -bits, budget).period).toBeLessThanOrEqual(EXTERIOR);
    }
  });
});

test.each([
  { re: -0.75, im: 0, name: 'the root of period 2' },
  { re: 0.25, im: 0, name: 'the cusp' },
  { re: 0.25, im: 0.5, name: 'the root of period 4 on the cardioid' },
  { re: -1, im: 0.25, name: 'the root of period 8 on the disc' },
  { re: -1.25, im: 0, name: 'the root of period 4 on the axis' },
])('around $name, $re + $im i, from 2^-4 down to 2^-46, no wrong period', ({ re, im }) => {
  const random = seededRandom(61);
  let resolved = 0;
  for (let i = 0; i < 1200; i++) {
    const away = 2 ** random.between(-46, -4);
    const angle = random.below(3) === 0 ? (random.below(8) * Math.PI) / 4 : random.between(0, 2 * Math.PI);
    const unit = 2 ** -50;
    const x = re + Math.round((away * Math.cos(angle)) / unit) * unit;
    const y = im + Math.round((away * Math.sin(angle)) / unit) * unit;
    resolved += checkPeriods(x, y, i % 50 === 0 ? BUDGET : 1 << 16);
  }
  expect(resolved).toBeGreaterThan(300);
});
