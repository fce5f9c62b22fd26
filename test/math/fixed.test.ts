import { describe, expect, it } from 'vitest';
import {
  fractionDigits,
  fromScaled,
  log2Of,
  parseFixed,
  parseLog2,
  toFixed,
  toScaled,
} from '../../src/math/fixed.js';

describe('fixed point', () => {
  it.each<[string, number, bigint]>([
    ['0', 64, 0n],
    ['-0.5', 4, -8n],
    ['+.75', 2, 3n],
    ['1.', 3, 8n],
    ['1e-1', 3, 1n], // 0.8 of a unit
    ['-1e-1', 3, -1n],
    ['2.5e1', 0, 25n],
    ['1E2', 1, 200n],
    ['0.0625', 3, 1n], // a half is rounded away from 0
    ['-0.0625', 3, -1n],
  ])('reads %s with %i bits', (text, bits, value) => {
    expect(parseFixed(text, bits, 'x')).toBe(value);
  });

  it('reads a thousand digits exactly', () => {
    const digits = '123456789'.repeat(112).slice(0, 1000);
    const value = parseFixed(`0.${digits}`, 4000, 'x');
    // Back in decimal: rounding to 2^-4000 changes nothing in the first thousand digits, but perhaps the next one.
    const back = ((value * 10n ** 1001n) >> 4000n).toString();
    expect([`${digits}0`, (BigInt(`${digits}0`) - 1n).toString()]).toContain(back);
  });

  it.each(['', 'x', '1e', '0x10', 'NaN', 'Infinity', '1e40001', '1e-999999999', '1'.repeat(10_001)])(
    'refuses %s',
    (text) => {
      expect(() => parseFixed(text, 64, '--re')).toThrow(/expected --re/);
    },
  );

  it('converts to scaled numbers and back', () => {
    for (const [value, bits] of [
      [1n, 5000],
      [-(3n ** 500n), 100],
      [(1n << 63n) - 1n, 63],
    ] as const) {
      const scaled = toScaled(value, bits);
      const back = toFixed(scaled, bits);
      const error = back > value ? back - value : value - back;
      expect(error * (1n << 52n) <= (value < 0n ? -value : value)).toBe(true);
    }
    expect(fromScaled(toScaled(-3n << 100n, 102))).toBe(-0.75);
    expect(fromScaled({ mantissa: 1, exponent: -3000 })).toBe(0);
    expect(log2Of(toScaled(1n, 5000))).toBeCloseTo(-5000, 9);
  });

  it('reads the logarithm of a number of any size', () => {
    for (const [text, log2] of [
      ['0.375', Math.log2(0.375)],
      ['+8', 3],
      ['1e-6000', -6000 * Math.log2(10)],
      ['25e5000', Math.log2(25) + 5000 * Math.log2(10)],
    ] as const)
      expect(parseLog2(text, 'r')).toBeCloseTo(log2, 9);
    expect(parseLog2('0.00e7', 'r')).toBe(-Infinity);
    expect(parseLog2('-1e-6000', 'r')).toBeNaN();
    expect(() => parseLog2('1e', 'r')).toThrow(/expected r/);
  });

  it('counts digits behind the point', () => {
    expect(['1', '1.25', '1.25e-3', '12e3', '1.5e4'].map(fractionDigits)).toEqual([0, 2, 5, 0, 0]);
  });
});
