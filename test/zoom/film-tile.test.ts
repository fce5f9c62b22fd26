import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSamples } from '../../src/tile/samples.js';
import { BLOCK, BLOCKS, filmTile } from '../../src/zoom/film-tile.js';

/** The same by looking at every sample of every square. */
function slowSquare(places: Uint32Array, column: number, row: number): number {
  for (let side = 256; side >= BLOCK; side /= 2) {
    const [x, y] = [column, row].map((at) => Math.floor((at * BLOCK) / side) * side);
    const rows = Array.from({ length: side + 1 }, (_, i) => (y + i) * 257 + x);
    if (rows.every((at) => places.subarray(at, at + side + 1).every((place) => place === places[rows[0]])))
      return side;
  }
  return 0;
}

it('squares are the largest whose samples have one place, edges included', () => {
  const spot = fc.record({ at: fc.nat(257 * 257 - 1), size: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(fc.array(spot, { maxLength: 4 }), (spots) => {
      const samples = createSamples();
      for (const { at, size } of spots) samples.log2Distance.fill(-500, at, at + size);
      const { places, squares } = filmTile(samples, false);
      const expected = Array.from({ length: BLOCKS * BLOCKS }, (_, i) =>
        slowSquare(places, i % BLOCKS, Math.floor(i / BLOCKS)),
      );
      expect([...squares]).toEqual(expected);
    }),
    { numRuns: 12 },
  );
});
