import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, windowOf, type Window } from '../../src/web/cells.js';
import { DEEPEST_LEVEL, FRACTION_BITS, type View } from '../../src/web/view.js';
import { pointOf } from './support/exact.js';
import { views } from './support/views.js';

const sizes = fc.integer({ min: 1, max: 4000 });

describe('the cells in view', () => {
  it('are those that the screen meets, and at most one more on each side', () => {
    fc.assert(
      fc.property(views, sizes, sizes, fc.integer({ min: -2, max: 1 }), (view, width, height, dl) => {
        const level = Math.min(DEEPEST_LEVEL, Math.max(0, view.level + dl));
        const window = windowOf(view, level, width, height, 0);
        const bits = Math.max(level, view.level) + 160;
        const tileOf = (units: bigint): bigint => units >> BigInt(bits - level);
        const northWest = pointOf(view, -width / 2, -height / 2, bits);
        const southEast = pointOf(view, width / 2, height / 2, bits);
        const expected = {
          west: tileOf(northWest.x),
          north: tileOf(northWest.y),
          east: tileOf(southEast.x),
          south: tileOf(southEast.y),
        };
        const east = window.west + BigInt(window.columns) - 1n;
        const south = window.north - BigInt(window.rows) + 1n;
        // Rounded outwards by a unit of 2^-32 tiles, which is another tile at an edge only.
        expect(expected.west - window.west === 0n || expected.west - window.west === 1n).toBe(true);
        expect(east - expected.east === 0n || east - expected.east === 1n).toBe(true);
        expect(window.north - expected.north === 0n || window.north - expected.north === 1n).toBe(true);
        expect(expected.south - south === 0n || expected.south - south === 1n).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('are so many more with a margin', () => {
    fc.assert(
      fc.property(views, sizes, sizes, fc.integer({ min: 1, max: 3 }), (view, width, height, margin) => {
        const bare = windowOf(view, view.level, width, height, 0);
        const wide = windowOf(view, view.level, width, height, margin);
        expect(wide).toEqual({
          level: view.level,
          west: bare.west - BigInt(margin),
          north: bare.north + BigInt(margin),
          columns: bare.columns + 2 * margin,
          rows: bare.rows + 2 * margin,
        });
        expect(isWithin(bare, wide)).toBe(true);
        expect(isWithin(wide, bare)).toBe(false);
      }),
    );
  });

  it('are within another window when each of them is', () => {
    const windows = fc.record({
      level: fc.constantFrom(5, 6),
      west: fc.bigInt(-3n, 3n),
      north: fc.bigInt(-3n, 3n),
      columns: fc.integer({ min: 1, max: 5 }),
      rows: fc.integer({ min: 1, max: 5 }),
    });
    const cells = ({ level, west, north, columns, rows }: Window): string[] =>
      Array.from({ length: columns * rows }, (_, at) => {
        const x = west + BigInt(at % columns);
        return `${level} ${x} ${north - BigInt(Math.floor(at / columns))}`;
      });
    fc.assert(
      fc.property(windows, windows, (a, b) => {
        const all = new Set(cells(b));
        expect(isWithin(a, b)).toBe(cells(a).every((cell) => all.has(cell)));
      }),
      { numRuns: 500 },
    );
  });

  it('are few, whatever the screen', () => {
    expect(FRACTION_BITS).toBe(32);
    const view: View = { level: 20_000, x: 1n << 20_031n, y: 5n, scale: 0.7072 };
    const { columns, rows } = windowOf(view, view.level, 3840, 2160, 1);
    expect(columns * rows).toBeLessThan(26 * 18);
  });
});
