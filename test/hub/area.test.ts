import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxOf, isIn } from '../../src/hub/places/area.js';

describe('an area', () => {
  it.each([
    ['its middle', '0.25', '0.5', true],
    ['its edge', '0.375', '0.375', true],
    ['a point beyond its edge', '0.3751', '0.5', false],
    ['a point below it', '0.25', '0.3', false],
  ])('has %s', (_, re, im, isInside) => {
    expect(isIn({ re: '0.25', im: '0.5', radius: '0.125' })({ re, im })).toBe(isInside);
  });

  it('is exact where doubles are long at their end', () => {
    const re = `-1.${'3'.repeat(60)}`;
    const near = isIn({ re, im: '1e-70', radius: '1e-55' });
    expect(near({ re: `-1.${'3'.repeat(56)}`, im: '0' })).toBe(true);
    expect(near({ re: `-1.${'3'.repeat(53)}`, im: '0' })).toBe(false);
    expect(near({ re, im: '1.1e-55' })).toBe(false);
    const { west, east } = boxOf({ re, im: '0', radius: '1e-55' });
    expect(west).toBeLessThan(Number(re));
    expect(east).toBeGreaterThan(Number(re));
  });

  it('lies in its box', () => {
    const number = fc.double({ min: -8, max: 8, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.integer({ min: -70, max: 2 }), number, number, (x, y, log2, a, b) => {
        const radius = 2 ** log2;
        const area = { re: `${x}`, im: `${y}`, radius: `${radius}` };
        // Points about as far away as the area is large.
        const point = { re: `${x + a * radius}`, im: `${y + b * radius}` };
        const { west, east, south, north } = boxOf(area);
        const [re, im] = [Number(point.re), Number(point.im)];
        const isInBox = re >= west && re <= east && im >= south && im <= north;
        if (isIn(area)(point)) expect(isInBox).toBe(true);
      }),
    );
  });

  it('of no size, or of none that is a number, is none', () => {
    expect(() => isIn({ re: 'x', im: '0', radius: '1' })).toThrow(RangeError);
    expect(() => isIn({ re: '0', im: '0', radius: '1e-99999' })).toThrow(RangeError);
  });
});
