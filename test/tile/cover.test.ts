import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelOf, positionOf } from '../../src/tile/address.js';
import { coverSquare } from '../../src/tile/cover.js';

/** Fixed point with 40 bits, which hold every number here exactly. */
const BITS = 40;
const fixed = (x: number): bigint => BigInt(x * 2 ** BITS);
const cover = (re: number, im: number, radius: number): string[] =>
  coverSquare({ re: fixed(re), im: fixed(im), radius: fixed(radius), bits: BITS });

describe('the tiles that show a square', () => {
  it('are the root for everything, and all that the square touches', () => {
    expect(cover(0, 0, 8)).toEqual(['M']);
    expect(cover(0.5, 0.5, 0.5).toSorted()).toEqual(['M100', 'M101', 'M102', 'M103']);
    expect(cover(0.75, -0.75, 0.25)).toEqual(cover(0.75, 0.75, 0.25));
  });

  it('are none where the root is not', () => {
    expect(cover(20, 0, 1)).toEqual([]);
    expect(cover(0, 20, 1)).toEqual([]);
    expect(cover(-9, -9, 1)).toEqual([]);
  });

  it('meet the square or its mirror image, contain all of it that lies in the root, and are about as large', () => {
    const number = (min: number, max: number): fc.Arbitrary<number> =>
      fc.integer({ min: min * 4096, max: max * 4096 }).map((x) => x / 4096);
    fc.assert(
      fc.property(number(-5, 5), number(-9, 9), fc.integer({ min: 1, max: 32768 }), (re, im, size) => {
        const radius = size / 4096;
        const tiles = coverSquare({ re: fixed(re), im: fixed(im), radius: fixed(radius), bits: BITS });
        const places = tiles.map((address) => {
          const { level, x, y } = positionOf(address);
          const side = 8 / 2 ** level;
          return { side, west: -4 + Number(x) * side, south: Number(y) * side };
        });
        expect(new Set(tiles).size).toBe(tiles.length);
        expect(tiles.length).toBeLessThanOrEqual(9);
        for (const { side, west, south } of places) {
          expect(side).toBeLessThanOrEqual(2 * radius);
          if (side < 8) expect(2 * side).toBeGreaterThan(2 * radius);
          expect(west <= re + radius && west + side >= re - radius).toBe(true);
          expect(south <= Math.abs(im) + radius && south + side >= Math.abs(im) - radius).toBe(true);
        }
        for (let i = 0; i <= 8; i++) {
          for (let j = 0; j <= 8; j++) {
            const [x, y] = [re + (radius * (i - 4)) / 4, Math.abs(im + (radius * (j - 4)) / 4)];
            if (x < -4 || x >= 4 || y >= 8) continue;
            const isIn = places.some(
              ({ side, west, south }) => x >= west && x <= west + side && y >= south && y <= south + side,
            );
            expect(isIn, `${x} ${y}`).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are found at any depth, where the numbers have fewer bits than the tiles too', () => {
    const deep = coverSquare({ re: -(3n << 9_998n), im: 1n << 9_000n, radius: 1n, bits: 10_000 });
    expect(levelOf(deep[0])).toBe(10_002);
    expect(deep.length).toBeLessThanOrEqual(9);
    expect(coverSquare({ re: -1n, im: 1n, radius: 1n, bits: 2 }).map(levelOf)).toContain(4);
    expect(() => coverSquare({ re: 0n, im: 0n, radius: 1n, bits: 100_100 })).toThrow(RangeError);
  });
});
