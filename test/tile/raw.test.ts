import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../src/tile/format-error.js';
import { SAMPLES } from '../../src/tile/grid.js';
import { decodeRaw, encodeRaw, MAX_RAW_BYTES } from '../../src/tile/raw.js';
import {
  createSamples,
  DUMMY,
  EXTERIOR,
  INFINITE_DISTANCE,
  UNRESOLVED,
  ZERO_DISTANCE,
  type Samples,
} from '../../src/tile/samples.js';
import { readZip } from '../../src/tile/zip.js';
import { writeZip } from '../../src/tile/zip-writer.js';
import { checksum } from '../support/archive.js';
import { seededRandom } from '../support/random.js';
import { fingerprint, patchyTile } from '../support/tiles.js';

/** A tile that deflates badly: every sample drawn on its own. */
function noisyTile(seed: number): Samples {
  const random = seededRandom(seed);
  const samples = createSamples();
  for (let i = 0; i < SAMPLES; i++) {
    samples.period[i] = random.below(2 ** 31);
    samples.log2Distance[i] = random.below(65_534) - 32_767;
  }
  return samples;
}

describe('round trip', () => {
  test.each([
    ['zeros', createSamples()],
    ['patches', patchyTile(1)],
    ['other patches', patchyTile(2)],
    ['noise', noisyTile(3)],
  ])('of %s', (_, samples) => {
    const bytes = encodeRaw(samples);
    expect(bytes.length).toBeLessThanOrEqual(MAX_RAW_BYTES);
    const read = decodeRaw(bytes);
    expect(read.period).toBeInstanceOf(Int32Array);
    expect(read.log2Distance).toBeInstanceOf(Int16Array);
    expect(fingerprint(read)).toBe(fingerprint(samples));
  });

  test('from the middle of a larger buffer, which stays as it was', () => {
    const bytes = encodeRaw(patchyTile(1));
    const large = new Uint8Array(bytes.length + 100).fill(0xa5);
    large.set(bytes, 33);
    const before = checksum(large);
    expect(fingerprint(decodeRaw(large.subarray(33, 33 + bytes.length)))).toBe(fingerprint(patchyTile(1)));
    expect(checksum(large)).toBe(before);
  });

  test('the samples read share no memory with the file', () => {
    const bytes = encodeRaw(patchyTile(1));
    const read = decodeRaw(bytes);
    bytes.fill(0);
    expect(fingerprint(read)).toBe(fingerprint(patchyTile(1)));
  });
});

describe('the same samples always give the same bytes', () => {
  test('the bytes of a fixed tile; they change with the algorithm version only', () => {
    const hash = createHash('sha256')
      .update(encodeRaw(patchyTile(1)))
      .digest('hex');
    expect(hash).toBe('a70ab92f8e9dd54784346154639149db1a32d07b20079f6529f0fca6fe94ea38');
  });

  test('twice', () => {
    expect(Buffer.compare(encodeRaw(noisyTile(4)), encodeRaw(noisyTile(4)))).toBe(0);
  });

  test('in every time zone', () => {
    const entries = [{ name: 'a', bytes: Uint8Array.of(1, 2, 3) }];
    const home = process.env['TZ'];
    const archives = new Map<string, string>();
    const offsets = new Set<number>();
    try {
      for (const zone of Intl.supportedValuesOf('timeZone')) {
        process.env['TZ'] = zone;
        offsets.add(new Date(1980, 0, 1).getTimezoneOffset());
        archives.set(Buffer.from(writeZip(entries)).toString('hex'), zone);
      }
    } finally {
      if (home === undefined) delete process.env['TZ'];
      else process.env['TZ'] = home;
    }
    expect(offsets.size).toBeGreaterThan(20);
    expect([...archives.values()]).toHaveLength(1);
    // Time 00:00:00, date 1980-01-01.
    expect([...archives.keys()][0].slice(20, 28)).toBe('00002100');
  });
});

const FILES = [
  { name: 'period.npy', size: 128 + SAMPLES * 4 },
  { name: 'log2_distance.npy', size: 128 + SAMPLES * 2 },
];

describe('only samples that a tile can hold are read or written', () => {
  const place = 5 * 257 + 9;
  const withSample = (period: number, code: number): Uint8Array => {
    const samples = patchyTile(1);
    const [periods, distances] = readZip(encodeRaw(samples), FILES);
    // Written past the encoder, which refuses what the decoder refuses.
    new DataView(periods.buffer).setInt32(128 + 4 * place, period, true);
    new DataView(distances.buffer).setInt16(128 + 2 * place, code, true);
    return writeZip(FILES.map(({ name }, i) => ({ name, bytes: [periods, distances][i] })));
  };

  test.each([
    [EXTERIOR, 0],
    [EXTERIOR, 32_766],
    [EXTERIOR, -32_767],
    [1, -32_767],
    [2147483647, 32_766],
    [DUMMY, INFINITE_DISTANCE],
    [UNRESOLVED, ZERO_DISTANCE],
  ])('period %i with code %i is one', (period, code) => {
    const { period: periods, log2Distance } = decodeRaw(withSample(period, code));
    expect([periods[place], log2Distance[place]]).toEqual([period, code]);
  });

  test.each([
    [EXTERIOR, INFINITE_DISTANCE],
    [EXTERIOR, ZERO_DISTANCE],
    [1, INFINITE_DISTANCE],
    [1, ZERO_DISTANCE],
    [DUMMY, 0],
    [DUMMY, ZERO_DISTANCE],
    [UNRESOLVED, 0],
    [UNRESOLVED, INFINITE_DISTANCE],
    [-3, 0],
    [-3, ZERO_DISTANCE],
    [-3, INFINITE_DISTANCE],
    [-2147483648, 0],
  ])('period %i with code %i is none', (period, code) => {
    const call = (): Samples => decodeRaw(withSample(period, code));
    expect(call).toThrow(FormatError);
    const found = `got period ${period} with log2 distance code ${code} at row 5, column 9`;
    expect(call).toThrow(found);

    const samples = patchyTile(1);
    samples.period[place] = period;
    samples.log2Distance[place] = code;
    expect(() => encodeRaw(samples)).toThrow(RangeError);
    expect(() => encodeRaw(samples)).toThrow(found);
  });

  test('arrays of another length are not written', () => {
    const { period } = createSamples();
    expect(() => encodeRaw({ period, log2Distance: new Int16Array(9) })).toThrow(/66049.* and 9/);
  });
});
