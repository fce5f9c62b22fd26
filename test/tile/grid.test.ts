import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressAt, childOf, parseAddress, positionOf, QUADRANTS } from '../../src/tile/address.js';
import {
  coordinates,
  gridOf,
  indexOf,
  INTERVALS,
  log2Spacing,
  MAX_DOUBLE_LEVEL,
  ROOT_SPACING_BITS,
  SAMPLES,
  SIDE,
  SOUTH_EDGE,
  WEST_EDGE,
} from '../../src/tile/grid.js';
import { fromDouble, ONE } from '../support/fixed-point.js';
import { addresses } from '../support/tiles.js';

const RUNS = { numRuns: 300, seed: 6 };
const shallow = addresses(MAX_DOUBLE_LEVEL);

test('the root: side 8 from -4 + 0i, 256 intervals of 2^-5, 257 samples a side', () => {
  expect([INTERVALS, SIDE, SAMPLES, ROOT_SPACING_BITS]).toEqual([256, 257, 66_049, 5]);
  expect([WEST_EDGE, SOUTH_EDGE]).toEqual([-4, 0]);
  const root = gridOf(parseAddress('M'));
  expect(root).toEqual({ level: 0, west: 0n, south: 0n });
  const columns = coordinates(0, root.west, SIDE, WEST_EDGE);
  const rows = coordinates(0, root.south, SIDE, SOUTH_EDGE);
  expect([columns[0], columns[1], columns[256]]).toEqual([-4, -3.96875, 4]);
  expect([rows[0], rows[1], rows[256]]).toEqual([0, 0.03125, 8]);
});

test('the spacing of level L is 2^-(5+L)', () => {
  expect([0, 1, 7, 40, 1000].map(log2Spacing)).toEqual([-5, -6, -12, -45, -1005]);
});

/** -4 + index * 2^-(5+level), or without -4, in units of 2^-192. */
function exact(origin: number, index: bigint, level: number): bigint {
  return BigInt(origin) * ONE + index * (ONE >> BigInt(5 + level));
}

describe('coordinates', () => {
  test('are the rational numbers that they stand for, to the last bit, at levels 0 to 32', () => {
    fc.assert(
      fc.property(shallow, (address) => {
        const { level, x, y } = positionOf(address);
        const { west, south } = gridOf(address);
        const columns = coordinates(level, west, SIDE, WEST_EDGE);
        const rows = coordinates(level, south, SIDE, SOUTH_EDGE);
        for (let i = 0; i < SIDE; i++) {
          const step = BigInt(i);
          if (fromDouble(columns[i]) !== exact(-4, 256n * x + step, level)) expect.fail(`column ${i}`);
          if (fromDouble(rows[i]) !== exact(0, 256n * y + step, level)) expect.fail(`row ${i}`);
        }
      }),
      RUNS,
    );
  });

  test('of every level, at its corners', () => {
    for (let level = 0; level <= MAX_DOUBLE_LEVEL; level++) {
      const last = (1n << BigInt(level)) - 1n;
      for (const [x, y] of [
        [0n, 0n],
        [last, 0n],
        [0n, last],
        [last, last],
      ]) {
        const { west, south } = gridOf(addressAt({ level, x, y }));
        const columns = coordinates(level, west, SIDE, WEST_EDGE);
        const rows = coordinates(level, south, SIDE, SOUTH_EDGE);
        expect(fromDouble(columns[256])).toBe(exact(-4, 256n * (x + 1n), level));
        expect(fromDouble(rows[256])).toBe(exact(0, 256n * (y + 1n), level));
        expect(new Set(columns).size).toBe(SIDE);
        expect(new Set(rows).size).toBe(SIDE);
      }
    }
  });

  test('beyond level 32 are refused', () => {
    const message = 'expected a level of at most 32, got 33';
    expect(() => coordinates(33, 0n, SIDE, WEST_EDGE)).toThrow(new RangeError(message));
  });
});

describe('neighbours and family', () => {
  test('neighbours share the samples of their edge', () => {
    fc.assert(
      fc.property(shallow, (address) => {
        const { level, x, y } = positionOf(address);
        const end = 1n << BigInt(level);
        const { west, south } = gridOf(address);
        const columns = coordinates(level, west, SIDE, WEST_EDGE);
        const rows = coordinates(level, south, SIDE, SOUTH_EDGE);
        if (x + 1n < end) {
          const east = coordinates(level, gridOf(addressAt({ level, x: x + 1n, y })).west, SIDE, WEST_EDGE);
          expect(east[0]).toBe(columns[256]);
        }
        if (y + 1n < end) {
          const north = coordinates(
            level,
            gridOf(addressAt({ level, x, y: y + 1n })).south,
            SIDE,
            SOUTH_EDGE,
          );
          expect(north[0]).toBe(rows[256]);
        }
      }),
      RUNS,
    );
  });

  test("every other sample of a child is one of its parent's", () => {
    fc.assert(
      fc.property(addresses(MAX_DOUBLE_LEVEL - 1), fc.constantFrom(...QUADRANTS), (address, quadrant) => {
        const parent = gridOf(address);
        const child = gridOf(childOf(address, quadrant));
        const above = coordinates(parent.level, parent.west, SIDE, WEST_EDGE);
        const below = coordinates(child.level, child.west, SIDE, WEST_EDGE);
        const offset = (quadrant & 1) * 128;
        for (let i = 0; i <= 128; i++) expect(below[2 * i]).toBe(above[offset + i]);
      }),
      { ...RUNS, numRuns: 60 },
    );
  });

  test('far below the levels of doubles the grid still counts exactly', () => {
    fc.assert(
      fc.property(addresses(400), (address) => {
        const { level, x, y } = positionOf(address);
        expect(gridOf(address)).toEqual({ level, west: x * 256n, south: y * 256n });
      }),
      RUNS,
    );
  });
});

describe('points on the grid of every level', () => {
  test.each([
    { re: 0, im: 1 },
    { re: 0.25, im: 0 },
    { re: -2, im: 0 },
    { re: 0.25, im: 0.5 },
    { re: -1, im: 0.25 },
    { re: -0.75, im: 0 },
    { re: -4, im: 0 },
  ])('$re + $im i stands where its index says', ({ re, im }) => {
    for (let level = 0; level <= MAX_DOUBLE_LEVEL; level++) {
      const { column, row } = indexOf(level, { re, im });
      expect(coordinates(level, column, 1, WEST_EDGE)[0]).toBe(re);
      expect(coordinates(level, row, 1, SOUTH_EDGE)[0]).toBe(im);
    }
  });

  test('0+1i and the axis have the same index in exact arithmetic, also where doubles end', () => {
    for (const level of [0, 7, 41, 300, 2000]) {
      const unit = 1n << BigInt(5 + level);
      expect(indexOf(level, { re: 0, im: 1 })).toEqual({ column: 4n * unit, row: unit });
      expect(indexOf(level, { re: 0.25, im: 0 })).toEqual({ column: 4n * unit + unit / 4n, row: 0n });
    }
  });

  test('a point that lies on no such grid is refused', () => {
    expect(() => indexOf(3, { re: 0.1, im: 0 })).toThrow(RangeError);
    expect(() => indexOf(3, { re: 0, im: 2 ** -6 })).toThrow(RangeError);
  });
});
