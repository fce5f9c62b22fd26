import fc from 'fast-check';
import { FRACTION_BITS, type View } from '../../../src/web/view.js';
import { seededRandom } from '../../support/random.js';
import { LEVELS } from './exact.js';

/** Whole number of so many random bits. */
function randomBits(seed: number, bits: number): bigint {
  const random = seededRandom(seed);
  let value = 0n;
  for (let left = bits; left > 0; left -= 32) {
    const word = BigInt(random.below(2 ** 32));
    value = (value << BigInt(Math.min(32, left))) | (word >> BigInt(Math.max(0, 32 - left)));
  }
  return value;
}

/** Views in normal form in the middle of the root and its mirror image, at levels that matter. */
export const views: fc.Arbitrary<View> = fc
  .record({
    level: fc.constantFrom(...LEVELS),
    seed: fc.integer(),
    scale: fc.double({ min: 0.70711, max: 1.41421, noNaN: true }),
  })
  .map(({ level, seed, scale }) => {
    const side = 1n << BigInt(level + FRACTION_BITS);
    // A quarter of the side from every edge at least.
    const x = side / 4n + randomBits(seed, level + FRACTION_BITS - 1);
    const y = randomBits(seed + 1, level + FRACTION_BITS - 1) - side / 4n;
    return { level, x, y, scale };
  });

/** A distance on a screen, CSS pixels. */
export const pixels: fc.Arbitrary<number> = fc
  .integer({ min: -2000 * 16, max: 2000 * 16 })
  .map((count) => count / 16);
