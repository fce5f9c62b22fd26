import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deepOracle, log2ComponentSize, type DeepAnswer, type DeepPoint } from '../support/deep-oracle.js';
import {
  deepAnswers,
  deepBits,
  deepSample,
  deepViews,
  fixedPoint,
  log2Decimal,
  log2HalfHeight,
} from '../support/deep-view.js';
import { BITS, fromDouble } from '../support/fixed-point.js';
import { oracle } from '../support/oracle.js';
import { seededRandom } from '../support/random.js';

const LOW_POINTS = 50;
/** |difference| of two log2 distances; stopping at R = 2^20 and at 2^30 differ by 1e-12. */
const TOLERANCE = 1e-10;
/** Stored answers that are calculated again, a second or two of each view. e1086 takes ten seconds for one. */
const FRESH = [
  { name: 'e14', count: 30 },
  { name: 'e50', count: 3 },
  { name: 'e227', count: 1 },
];
/** Answers are stored to 1e-9. */
const STORED = 1.5e-9;

const views = deepViews();

function view(name: string): (typeof views)[number] {
  const found = views.find((other) => other.name === name);
  if (!found) throw new RangeError(`expected one of the stored views, got ${name}`);
  return found;
}

/** log2 |re + im i| for numbers of any length. */
function log2Modulus(re: bigint, im: bigint, bits: number): number {
  const square = re * re + im * im;
  const excess = Math.max(0, square.toString(2).length - 128);
  return 0.5 * (Math.log2(Number(square >> BigInt(excess))) + excess) - bits;
}

/** The oracle once more by the textbook, with dz/dc in fixed point too. */
function plainOracle({ re, im, bits }: DeepPoint): DeepAnswer {
  const places = BigInt(bits);
  const one = 1n << places;
  let [x, y, dx, dy] = [0n, 0n, 0n, 0n];
  for (let n = 1; ; n++) {
    [dx, dy] = [((x * dx - y * dy) >> (places - 1n)) + one, (x * dy + y * dx) >> (places - 1n)];
    [x, y] = [((x * x - y * y) >> places) + re, ((2n * x * y) >> places) + im];
    if (x * x + y * y <= one << (places + 40n)) continue;
    const log2 = log2Modulus(x, y, bits);
    const log2Distance = 1 + log2 + Math.log2(log2 * Math.LN2) - log2Modulus(dx, dy, bits);
    return { kind: 'exterior', n, log2Distance };
  }
}

function expectSame(got: DeepAnswer, expected: DeepAnswer, place: string): void {
  expect(got.kind, place).toBe('exterior');
  expect(expected.kind, place).toBe('exterior');
  if (got.kind === 'unresolved' || expected.kind === 'unresolved') return;
  expect(got.n, place).toBe(expected.n);
  expect(Math.abs(got.log2Distance - expected.log2Distance), place).toBeLessThan(TOLERANCE);
}

/** The leftmost nucleus of a period: Newton's method from -2, where F^p(0) has no turning point before it. */
function leftmostNucleus(period: number, bits: number): bigint {
  const places = BigInt(bits);
  const one = 1n << places;
  let c = -2n * one;
  for (let step = 0; step < 60; step++) {
    let [x, d] = [0n, 0n];
    for (let i = 0; i < period; i++) {
      d = ((x * d) >> (places - 1n)) + one;
      x = ((x * x) >> places) + c;
    }
    c -= (x << places) / d;
  }
  return c;
}

describe('the deep oracle', () => {
  test(`says of ${LOW_POINTS} points outside what the oracle of 192 places says`, () => {
    const text = readFileSync(new URL('../vectors/points.json', import.meta.url), 'utf8');
    const { points } = JSON.parse(text) as { points: [re: number, im: number, period: number][] };
    const random = seededRandom(227);
    let compared = 0;
    while (compared < LOW_POINTS) {
      const [re, im, period] = points[random.below(points.length)].map((x, k) => (k < 2 ? x * 2 ** -44 : x));
      if (period !== 0) continue;
      const got = deepOracle({ re: fromDouble(re), im: fromDouble(im), bits: Number(BITS) }, 1e6);
      const difference =
        got.kind === 'exterior' ? got.log2Distance - (oracle(re, im)?.log2Distance ?? 0) : NaN;
      expect(Math.abs(difference), `${re} + ${im} i`).toBeLessThan(TOLERANCE);
      compared++;
    }
  });

  test.each([
    { re: '0', im: '1.1', distance: 0.182758350958088 },
    { re: '-0.75', im: '0.1', distance: 0.0011263781428225 },
  ])('knows the distance of $re + $im i', ({ re, im, distance }) => {
    const got = deepOracle({ re: fixedPoint(re, 200), im: fixedPoint(im, 200), bits: 200 }, 1000);
    expect(got.kind === 'exterior' ? 2 ** got.log2Distance / distance : NaN).toBeCloseTo(1, 10);
  });

  test('leaves a point inside unresolved', () => {
    expect(deepOracle({ re: -1n << 200n, im: 0n, bits: 200 }, 1000)).toEqual({ kind: 'unresolved' });
  });

  test.each([
    { name: 'e14', count: 10 },
    { name: 'e50', count: 1 },
  ])('loses nothing by a derivative in doubles: $count samples of $name', ({ name, count }) => {
    const random = seededRandom(50);
    for (let k = 0; k < count; k++) {
      const [i, j] = [random.below(257), random.below(257)];
      const c = deepSample(view(name), deepBits(view(name)), i, j);
      expectSame(deepOracle(c, 1e7), plainOracle(c), `column ${i}, row ${j}`);
    }
  });

  test('reads z and dz/dc right where z is 2^-994, beside a miniature of period 500', () => {
    const bits = 2300;
    const period = 500;
    const re = leftmostNucleus(period, bits);
    const size = log2ComponentSize({ re, im: 0n, bits }, period);
    // With c = -2 + e and 3e = t^2, z_i = 2 cos(2^(i-2) t) in the limit: L = 2^(2p-1) / pi, beta = 2/3.
    expect(size).toBeCloseTo(Math.log2(6 * Math.PI ** 2) - 4 * period, 9);
    const c = { re, im: 1n << BigInt(Math.round(bits + size + 3)), bits };
    expectSame(deepOracle(c, 1e6), plainOracle(c), 'beside the miniature');
  });

  test.each(views)('finds the published size of the nucleus of $name', (aimed) => {
    const expected = log2Decimal(aimed.size);
    const bits = Math.ceil(96 - expected);
    const c = { re: fixedPoint(aimed.nucleusRe, bits), im: fixedPoint(aimed.nucleusIm, bits), bits };
    expect(Math.abs(log2ComponentSize(c, aimed.period) - expected)).toBeLessThan(1e-9);
  });
});

describe('the stored answers of the deep oracle', () => {
  test.each(views)('are on different points of $name', ({ name, re, im, zoom }) => {
    const stored = deepAnswers(name);
    expect(stored).toMatchObject({ name, re, im, zoom });
    const count = stored.i.length;
    expect(count).toBeGreaterThanOrEqual(150);
    for (const { length } of [stored.j, stored.period, stored.log2Distance, stored.n])
      expect(length).toBe(count);
    for (const index of [...stored.i, ...stored.j]) expect(index >= 0 && index <= 256).toBe(true);
    expect(new Set(stored.i.map((i, k) => 257 * i + stored.j[k])).size).toBe(count);
    expect(stored.bits).toBeGreaterThanOrEqual(Math.ceil(log2Decimal(zoom)) + 128);
  });

  test.each(FRESH)('are what it still says: $count of $name, drawn anew at every run', ({ name, count }) => {
    const stored = deepAnswers(name);
    const seed = Date.now() % 2 ** 31;
    const random = seededRandom(seed);
    for (let drawn = 0; drawn < count; drawn++) {
      const k = random.below(stored.i.length);
      const place = `column ${stored.i[k]}, row ${stored.j[k]}, seed ${seed}`;
      const got = deepOracle(deepSample(stored, stored.bits, stored.i[k], stored.j[k]), stored.budget);
      if (got.kind === 'unresolved') expect(stored.period[k], place).toBe(-2);
      else {
        expect([0, got.n], place).toEqual([stored.period[k], stored.n[k]]);
        const log2 = got.log2Distance - log2HalfHeight(stored);
        expect(Math.abs(log2 - stored.log2Distance[k]), place).toBeLessThan(STORED);
      }
    }
  });
});
