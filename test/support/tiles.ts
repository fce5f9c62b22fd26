import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { parseAddress, type Address } from '../../src/tile/address.js';
import { SAMPLES, SIDE } from '../../src/tile/grid.js';
import {
  createSamples,
  DUMMY,
  INFINITE_DISTANCE,
  UNRESOLVED,
  ZERO_DISTANCE,
  type Samples,
} from '../../src/tile/samples.js';
import { seededRandom } from './random.js';

/** Addresses up to a level. */
export function addresses(maxLevel: number): fc.Arbitrary<Address> {
  return fc
    .array(fc.integer({ min: 0, max: 3 }), { maxLength: maxLevel, size: 'max' })
    .map((digits) => parseAddress(`M${digits.join('')}`));
}

/** A tile with every kind of sample in it: patches of several periods, a south edge of dummies, unresolved specks. */
export function patchyTile(seed: number): Samples {
  const random = seededRandom(seed);
  const samples = createSamples();
  const slope = random.between(0.2, 2);
  const periods = [0, 1, 2, 3, 7, 1000, 2147483647];
  for (let i = 0; i < SAMPLES; i++) {
    const row = Math.floor(i / SIDE);
    const column = i % SIDE;
    samples.period[i] = periods[Math.floor((row * slope + column) / 40) % periods.length];
    samples.log2Distance[i] = Math.floor(600 - 5 * (column + row) + random.between(-20, 20));
    if (random.below(500) === 0) {
      samples.period[i] = UNRESOLVED;
      samples.log2Distance[i] = ZERO_DISTANCE;
    }
    if (row === SIDE - 1) {
      samples.period[i] = DUMMY;
      samples.log2Distance[i] = INFINITE_DISTANCE;
    }
  }
  return samples;
}

/** SHA-256 of the samples' bytes (little-endian hosts), for comparing whole tiles at once. */
export function fingerprint({ period, log2Distance }: Samples): string {
  return createHash('sha256')
    .update(new Uint8Array(period.buffer, period.byteOffset, period.byteLength))
    .update(new Uint8Array(log2Distance.buffer, log2Distance.byteOffset, log2Distance.byteLength))
    .digest('hex');
}
