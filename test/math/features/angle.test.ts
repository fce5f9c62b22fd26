import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  angleOfWord,
  compareAngles,
  doubleAngle,
  equalAngles,
  formatAngle,
  formatBinary,
  makeAngle,
  parseAngle,
  periodOf,
  turnsOf,
  wordOf,
} from '../../../src/math/features/angle.js';

const SEED = 740;

/** Angles of periods up to 200, most of them of just this period. */
const anyAngle = fc
  .integer({ min: 1, max: 200 })
  .chain((period) =>
    fc.bigInt({ min: 0n, max: (1n << BigInt(period)) - 1n }).map((word) => angleOfWord(word, period)),
  );

describe('angles', () => {
  it.each([
    ['3/7', '3/7', '.(011)', 3],
    ['3/15', '1/5', '.(0011)', 4],
    ['.(011)', '3/7', '.(011)', 3],
    ['0.(011011)', '3/7', '.(011)', 3],
    [' 2 / 6 ', '1/3', '.(01)', 2],
    ['0', '0/1', '.(0)', 1],
    ['.(0)', '0/1', '.(0)', 1],
    ['1', '1/1', '.(1)', 1],
    ['.(11)', '1/1', '.(1)', 1],
    ['2/4095', '2/4095', '.(000000000010)', 12],
  ])('reads %s', (text, fraction, binary, period) => {
    const angle = parseAngle(text);
    expect(formatAngle(angle)).toBe(fraction);
    expect(formatBinary(angle)).toBe(binary);
    expect(periodOf(angle)).toBe(period);
  });

  it.each([
    ['', /expected an angle such as 3\/7/],
    ['x', /got "x"/],
    ['1/2', /odd denominator, got 1\/2/],
    ['3/14', /odd denominator/],
    ['-1/3', /expected an angle such as/],
    ['4/3', /from 0 to 1, got 4\/3/],
    ['1/0', /positive denominator, got 0/],
    ['.1(01)', /expected an angle such as/],
    ['.()', /expected an angle such as/],
    ['1'.repeat(30_000), /got "1{40}\.\.\."/],
  ])('refuses %s', (text, message) => {
    expect(() => parseAngle(text)).toThrow(message);
    expect(() => parseAngle(text)).toThrow(RangeError);
  });

  it('refuses a period without end', () => {
    // The order of 2 modulo 3^12 is 2 3^11 = 354,294.
    expect(() => periodOf(makeAngle(1n, 3n ** 12n))).toThrow(/period up to 65536/);
  });

  it('doubles', () => {
    const orbit = ['1/5', '2/5', '4/5', '3/5', '1/5'];
    let angle = parseAngle('1/5');
    for (const expected of orbit) {
      expect(formatAngle(angle)).toBe(expected);
      angle = doubleAngle(angle);
    }
    expect(formatAngle(doubleAngle(parseAngle('1')))).toBe('1/1');
    expect(formatAngle(doubleAngle(parseAngle('0')))).toBe('0/1');
    expect(formatAngle(doubleAngle(makeAngle(2n, 3n)))).toBe('1/3');
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(anyAngle, (angle) => {
        expect(parseAngle(formatAngle(angle))).toEqual(angle);
        expect(parseAngle(formatBinary(angle))).toEqual(angle);
      }),
      { seed: SEED },
    );
  });

  it('returns after its period, and not before', () => {
    fc.assert(
      fc.property(anyAngle, (angle) => {
        const period = periodOf(angle);
        expect(angleOfWord(wordOf(angle, period), period)).toEqual(angle);
        let moved = angle;
        for (let i = 1; i <= period; i++) {
          moved = doubleAngle(moved);
          expect(equalAngles(moved, angle)).toBe(i === period);
        }
      }),
      { seed: SEED },
    );
  });

  it('compares as numbers do', () => {
    fc.assert(
      fc.property(anyAngle, anyAngle, (a, b) => {
        const difference = turnsOf(a) - turnsOf(b);
        if (Math.abs(difference) > 2 ** -50) expect(compareAngles(a, b)).toBe(Math.sign(difference));
        expect(compareAngles(a, b)).toBe(0 - compareAngles(b, a));
        expect(compareAngles(a, a)).toBe(0);
      }),
      { seed: SEED },
    );
  });
});
