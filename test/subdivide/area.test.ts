import { describe, expect, it } from 'vitest';
import { certainArea } from '../../src/subdivide/area.js';
import { SAMPLES, SIDE } from '../../src/tile/grid.js';
import { createSamples, type Samples } from '../../src/tile/samples.js';
import { seededRandom } from '../support/random.js';

/** The same by looking at every quarter of a pixel: it belongs to the sample at its corner. */
function bruteForce({ period, log2Distance }: Samples): { interior: number; exterior: number } {
  let interior = 0;
  let exterior = 0;
  for (let y = 0; y < 512; y++) {
    for (let x = 0; x < 512; x++) {
      const i = ((y + 1) >> 1) * SIDE + ((x + 1) >> 1);
      if (period[i] < 0 || log2Distance[i] <= 512) continue;
      if (period[i] > 0) interior++;
      else exterior++;
    }
  }
  return { interior: interior / 512 ** 2, exterior: exterior / 512 ** 2 };
}

/** Samples of every kind in no order. */
function mixedTile(seed: number): Samples {
  const random = seededRandom(seed);
  const samples = createSamples();
  for (let i = 0; i < SAMPLES; i++) {
    samples.period[i] = random.below(6) - 2;
    samples.log2Distance[i] = 256 + random.below(512);
  }
  return samples;
}

function uniform(period: number, code: number): Samples {
  const samples = createSamples();
  samples.period.fill(period);
  samples.log2Distance.fill(code);
  return samples;
}

describe('the certain area of a tile', () => {
  it.each([
    [0, 513, { interior: 0, exterior: 1 }],
    [4, 513, { interior: 1, exterior: 0 }],
    [4, 512, { interior: 0, exterior: 0 }],
    [-1, 32767, { interior: 0, exterior: 0 }],
    [-2, -32768, { interior: 0, exterior: 0 }],
  ])('of period %s and code %s everywhere', (period, code, expected) => {
    expect(certainArea(uniform(period, code))).toEqual(expected);
  });

  it('gives a sample inside one pixel, on an edge half of one, in a corner a quarter', () => {
    for (const [i, pixels] of [
      [SIDE * 7 + 9, 1],
      [5, 0.5],
      [SIDE * 9, 0.5],
      [SAMPLES - 3, 0.5],
      [0, 0.25],
      [SAMPLES - 1, 0.25],
    ]) {
      const samples = uniform(0, 0);
      samples.log2Distance[i] = 600;
      expect(certainArea(samples).exterior).toBe(pixels / 256 ** 2);
    }
  });

  it.each([1, 2, 3, 4])('of a mixed tile is what a brute force finds, seed %s', (seed) => {
    const samples = mixedTile(seed);
    const certain = certainArea(samples);
    expect(certain).toEqual(bruteForce(samples));
    expect(certain.interior * certain.exterior).toBeGreaterThan(0);
  });
});
