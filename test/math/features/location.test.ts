import { describe, expect, it, test } from 'vitest';
import { pairOfAddress, pairOfAngle } from '../../../src/math/features/angle-pair.js';
import { angleOfWord, formatAngle, parseAngle, periodOf, turnsOf } from '../../../src/math/features/angle.js';
import { parseAddress } from '../../../src/math/features/angled-address.js';
import { componentsOfPeriod } from '../../../src/math/features/components.js';
import { fixedOf, log2Distance, toDoubles, withBits } from '../../../src/math/features/fixed-complex.js';
import { anglesOf, landsAt, locate } from '../../../src/math/features/location.js';
import { RayPoint } from '../../../src/math/features/ray-point.js';
import { traceInwards, traceOutwards } from '../../../src/math/features/ray.js';
import { seededRandom } from '../../support/random.js';

describe('angle to nucleus to angle', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('all components of period %i', (period) => {
    for (const { nucleus, angles } of componentsOfPeriod(period)) {
      expect(anglesOf(nucleus, period)).toEqual(angles);
    }
  });

  it('from a start that is only near', () => {
    const { lower, upper } = anglesOf(fixedOf(-0.12, 0.74, 128), 3);
    expect([formatAngle(lower), formatAngle(upper)]).toEqual(['1/7', '2/7']);
    expect(() => anglesOf(fixedOf(-1, 0, 128), 4)).toThrow(/expected a point near a nucleus of period 4/);
  });

  test.each([
    ['1_1/3->3', -0.122561166876654, 0.744861766619744],
    ['1_1/2->2_1/2->3', -1.754877666246693, 0],
    ['1_13/34->34', -0.39295862805849, 0.586546408285511],
  ])('%s', (address, re, im) => {
    const nucleus = toDoubles(locate(pairOfAddress(parseAddress(address))).nucleus);
    expect(nucleus.re).toBeCloseTo(re, 13);
    expect(nucleus.im).toBeCloseTo(im, 13);
  });

  it('at random, to period 40', () => {
    const random = seededRandom(31);
    const periods: number[] = [];
    for (let i = 0; i < 12; i++) {
      const length = 11 + random.below(30);
      const word = BigInt(`0b${Array.from({ length }, () => (random.next() < 0.5 ? '0' : '1')).join('')}`);
      const pair = pairOfAngle(angleOfWord(word, length));
      const location = locate(pair);
      periods.push(location.period);
      expect(location.period).toBe(periodOf(pair.lower));
      expect(anglesOf(location.nucleus, location.period)).toEqual(pair);
    }
    expect(Math.max(...periods)).toBeGreaterThan(30);
  });

  it('beyond doubles', () => {
    // An island within 2^-54 of -2, of size 2^-106.
    const period = 28;
    const pair = pairOfAngle(angleOfWord((1n << 27n) - 1n, period));
    const { nucleus, shape } = locate(pair);
    expect(log2Distance(nucleus, fixedOf(-2, 0, 128))).toBeLessThan(-52);
    expect(shape.log2Size).toBeLessThan(-100);
    expect(anglesOf(nucleus, period)).toEqual(pair);
  });
});

it('knows what lands where', () => {
  const rabbit = locate(pairOfAngle(parseAngle('1/7')));
  expect(landsAt(pairOfAngle(parseAngle('1/7')), rabbit)).toBe(true);
  expect(landsAt(pairOfAngle(parseAngle('3/7')), rabbit)).toBe(false);
  expect(landsAt(pairOfAngle(parseAngle('1/3')), rabbit)).toBe(false);
  const swapped = { lower: parseAngle('2/7'), upper: parseAngle('1/7') };
  expect(landsAt(swapped, rabbit)).toBe(false);
  const cardioid = locate(pairOfAngle(parseAngle('0')));
  expect(cardioid.nucleus).toEqual(fixedOf(0, 0, 128));
  expect(toDoubles(cardioid.root)).toEqual({ re: 0.25, im: 0 });
  expect(landsAt(pairOfAngle(parseAngle('1')), cardioid)).toBe(true);
  // Rays that are no pair confirm nothing.
  expect(() => locate({ lower: parseAngle('1/7'), upper: parseAngle('4/7') })).toThrow(
    /expected a component at the rays 1\/7 and 4\/7, got none/,
  );
});

describe('rays', () => {
  it('of angle 0 runs down the real axis to 1/4', () => {
    for (const { dwell, position } of traceInwards(parseAngle('0'))) {
      const { re, im } = toDoubles(position);
      expect(im).toBeCloseTo(0, 12);
      if (dwell === 200) {
        // The dwell beside the cusp is pi / sqrt(distance).
        expect(re - 0.25).toBeGreaterThan((Math.PI / 210) ** 2);
        expect(re - 0.25).toBeLessThan((Math.PI / 190) ** 2);
        break;
      }
    }
  });

  it('traced inwards and outwards is the same', () => {
    for (const text of ['1/7', '13/31', '5/4095', '341/1023']) {
      const angle = parseAngle(text);
      const turns = turnsOf(angle);
      for (const { dwell, position, log2Step } of traceInwards(angle)) {
        if (dwell < 5) continue;
        // The ray ends at modulus R; the digits of its position tell more than doubles do.
        const traced = traceOutwards(withBits(position, position.bits + 64), log2Step, dwell + 4)!;
        const back =
          Number(traced.numerator >> BigInt(Math.max(0, traced.bits - 60))) * 2 ** -Math.min(60, traced.bits);
        expect(Math.abs(back - turns)).toBeLessThan(2 ** -(dwell + 4));
        if (dwell === 30) break;
      }
    }
  });

  it('gives up where nothing escapes', () => {
    expect(traceOutwards(fixedOf(-1, 0, 128), -1, 1000)).toBeNull();
    expect(traceOutwards(fixedOf(0.26, 0, 128), -1, 10)).toBeNull();
  });

  it('is lost where Newton cannot follow', () => {
    expect(new RayPoint(0, 0).moveTo(3, 0, 0)).toBeNaN();
  });
});
