import fc from 'fast-check';
import { INTERVALS, SAMPLES, SIDE } from '../../../src/tile/grid.js';
import {
  createSamples,
  DUMMY,
  INFINITE_DISTANCE,
  UNRESOLVED,
  ZERO_DISTANCE,
  type Samples,
} from '../../../src/tile/samples.js';
import { seededRandom } from '../../support/random.js';

/** Every sample of one kind. */
export function uniformTile(period: number, log2Distance: number): Samples {
  const samples = createSamples();
  samples.period.fill(period);
  samples.log2Distance.fill(log2Distance);
  return samples;
}

/** Samples of every kind in no order: the worst case for a compressor, the best for a test. */
export function randomTile(seed: number): Samples {
  const random = seededRandom(seed);
  const samples = createSamples();
  for (let i = 0; i < SAMPLES; i++) {
    const kind = random.below(20);
    samples.period[i] = kind === 0 ? UNRESOLVED : kind === 1 ? DUMMY : kind < 10 ? 0 : 1 + random.below(40);
    samples.log2Distance[i] =
      kind === 0 ? ZERO_DISTANCE : kind === 1 ? INFINITE_DISTANCE : random.below(5000) - 2000;
  }
  return samples;
}

/**
 * The western and the eastern half of one field of 513 columns, as two neighbouring tiles, which share a column.
 * The field is smooth, so that a picture of it has gradients.
 */
export function neighbouringTiles(): [Samples, Samples] {
  return [tileOfField(0, 0), tileOfField(INTERVALS, 0)];
}

/** A tile of the field, its north-west sample at a column and a row. */
export function tileOfField(column: number, row: number): Samples {
  const samples = createSamples();
  for (let i = 0; i < SAMPLES; i++) {
    const [period, distance] = fieldAt(column + (i % SIDE), row + Math.floor(i / SIDE));
    samples.period[i] = period;
    samples.log2Distance[i] = distance;
  }
  return samples;
}

/** The field: rings around a centre on the shared column, of another period each. */
export function fieldAt(column: number, row: number): [period: number, log2Distance: number] {
  const [x, y] = [column - INTERVALS, row - 100];
  // Math.sqrt is exact to the last bit on every machine, Math.hypot is not.
  const radius = Math.round(Math.sqrt(x * x + y * y) * 4);
  const ring = Math.floor(radius / 200);
  return [ring % 3 === 0 ? 0 : ring, 700 - 12 * Math.abs((radius % 200) - 100)];
}

/** Any period that has a picture. */
export const anyPeriod: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 2147483647 }),
);
