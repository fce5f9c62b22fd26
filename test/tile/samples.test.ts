import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as batch from '../../src/math/batch.js';
import {
  BORING_ABOVE,
  createSamples,
  deeperDistanceCode,
  distanceCode,
  DUMMY,
  EXTERIOR,
  INFINITE_DISTANCE,
  STEPS_PER_OCTAVE,
  UNRESOLVED,
  ZERO_DISTANCE,
} from '../../src/tile/samples.js';

test('kernels and tiles use the same codes for the kinds of sample', () => {
  expect([EXTERIOR, DUMMY, UNRESOLVED]).toEqual([batch.EXTERIOR, batch.DUMMY, batch.UNRESOLVED]);
  expect([EXTERIOR, DUMMY, UNRESOLVED]).toEqual([0, -1, -2]);
});

test('new samples are 257 by 257 of each', () => {
  const samples = createSamples();
  expect(samples.period).toHaveLength(66_049);
  expect(samples.log2Distance).toHaveLength(66_049);
});

describe('the distance code', () => {
  test.each([
    [0, 0],
    [1, 256],
    [-1, -256],
    [2, BORING_ABOVE],
    [2 + 1 / 256, BORING_ABOVE + 1],
    [2 - 2 ** -50, BORING_ABOVE - 1],
    [-(2 ** -60), -1],
    [0.999 / 256, 0],
    [127.9, 32742],
    [128, 32766],
    [1000, 32766],
    [Infinity, 32766],
    [-127.99, -32766],
    [-128, -32767],
    [-1000, -32767],
    [-Infinity, -32767],
  ])('of 2^%d is %i', (log2, code) => {
    expect(distanceCode(log2)).toBe(code);
  });

  test('never claims more than was measured, nor less than a step short of it', () => {
    fc.assert(
      fc.property(fc.double({ min: -127.9, max: 127.9, noNaN: true }), (log2) => {
        const code = distanceCode(log2);
        return code <= log2 * STEPS_PER_OCTAVE && code + 1 > log2 * STEPS_PER_OCTAVE;
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  test('is never one of the two special ones', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (log2) => {
        const code = distanceCode(log2);
        return Number.isInteger(code) && code !== INFINITE_DISTANCE && code !== ZERO_DISTANCE;
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  test('above 512 means DE > 4', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.9, max: 2.1, noNaN: true }), (log2) => {
        return !(distanceCode(log2) > BORING_ABOVE) || 2 ** log2 > 4;
      }),
      { numRuns: 2000, seed: 3 },
    );
  });
});

describe('one level deeper', () => {
  test('the code grows by an octave', () => {
    // In units of 2^-30, so that adding 1 does not round.
    fc.assert(
      fc.property(
        fc.integer({ min: -127 * 2 ** 24, max: 126 * 2 ** 24 }),
        fc.nat({ max: 63 }),
        (high, low) => {
          const log2 = high / 2 ** 24 + low / 2 ** 30;
          return deeperDistanceCode(distanceCode(log2)) === distanceCode(log2 + 1);
        },
      ),
      { numRuns: 2000, seed: 3 },
    );
  });

  test.each([
    [INFINITE_DISTANCE, INFINITE_DISTANCE],
    [ZERO_DISTANCE, ZERO_DISTANCE],
    [INFINITE_DISTANCE - 1, INFINITE_DISTANCE - 1],
    [INFINITE_DISTANCE - 2, INFINITE_DISTANCE - 1],
    [INFINITE_DISTANCE - 257, INFINITE_DISTANCE - 1],
    [INFINITE_DISTANCE - 258, INFINITE_DISTANCE - 2],
    [ZERO_DISTANCE + 1, ZERO_DISTANCE + 1],
    [ZERO_DISTANCE + 2, ZERO_DISTANCE + 258],
    [0, 256],
  ])('%i becomes %i', (code, deeper) => {
    expect(deeperDistanceCode(code)).toBe(deeper);
  });
});
