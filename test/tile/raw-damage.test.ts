import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../src/tile/format-error.js';
import { SIDE } from '../../src/tile/grid.js';
import { decodeRaw, encodeRaw } from '../../src/tile/raw.js';
import { createSamples, type Samples } from '../../src/tile/samples.js';
import { seededRandom } from '../support/random.js';
import { fingerprint, patchyTile } from '../support/tiles.js';

/** A tile with few edges in it, whose file is short, so that every byte of it can be damaged in turn. */
function plainTile(): Samples {
  const samples = createSamples();
  for (let i = 0; i < samples.period.length; i++) {
    const row = Math.floor(i / SIDE);
    samples.period[i] = row < 100 ? 0 : 3;
    samples.log2Distance[i] = 700 - Math.abs(row - 100);
  }
  return samples;
}

const plain = { file: encodeRaw(plainTile()), print: fingerprint(plainTile()) };
const busy = { file: encodeRaw(patchyTile(8)), print: fingerprint(patchyTile(8)) };

/** How a damaged file is taken: refused, or read as the very same samples. Anything else fails the test. */
function take(file: Uint8Array, print: string): 'refused' | 'same' {
  let read: Samples;
  try {
    read = decodeRaw(file);
  } catch (error) {
    if (error instanceof FormatError) return 'refused';
    throw error;
  }
  if (fingerprint(read) !== print) throw new Error('a damaged file was read as other samples');
  return 'same';
}

function flipped(file: Uint8Array, at: number, mask: number): Uint8Array {
  const damaged = file.slice();
  damaged[at] ^= mask;
  return damaged;
}

/** The bytes of a file outside its two runs of compressed data. */
function structure(file: Uint8Array): number[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const places: number[] = [];
  const directory = view.getUint32(file.length - 6, true);
  let at = 0;
  while (at < directory) {
    const header = 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    for (let i = 0; i < header; i++) places.push(at + i);
    at += header + view.getUint32(at + 18, true);
  }
  for (; at < file.length; at++) places.push(at);
  return places;
}

describe('one byte damaged', () => {
  test('anywhere in a short file', () => {
    const random = seededRandom(71);
    const seen = { refused: 0, same: 0 };
    for (let at = 0; at < plain.file.length; at++) {
      seen[take(flipped(plain.file, at, 1 + random.below(255)), plain.print)]++;
    }
    expect(seen.refused).toBeGreaterThan(0.9 * plain.file.length);
  });

  test('in every bit of the headers: what is not read may change, nothing else', () => {
    const harmless = new Set<number>();
    const places = structure(plain.file);
    expect(places).toHaveLength(30 + 10 + 30 + 17 + 46 + 10 + 46 + 17 + 22);
    for (const at of places) {
      for (let bit = 0; bit < 8; bit++) {
        if (take(flipped(plain.file, at, 1 << bit), plain.print) === 'same') harmless.add(at);
      }
    }
    // Versions, other flags, time and date, attributes, the total count.
    expect(harmless.size).toBeLessThan(60);
  });

  test('at 500 places of a long file', () => {
    const random = seededRandom(72);
    for (let i = 0; i < 500; i++) {
      const at = random.below(busy.file.length);
      take(flipped(busy.file, at, 1 + random.below(255)), busy.print);
    }
  });
});

describe('torn', () => {
  test('at every 97th length: refused', () => {
    for (const { file, print } of [plain, busy]) {
      for (let length = 0; length < file.length; length += 97) {
        expect(take(file.subarray(0, length), print)).toBe('refused');
      }
      expect(take(file.subarray(0, file.length - 1), print)).toBe('refused');
    }
  });

  test('with zeros in place of the rest, as a crash may leave a file: refused', () => {
    for (let length = 0; length < busy.file.length; length += 997) {
      const torn = busy.file.slice().fill(0, length);
      expect(take(torn, busy.print)).toBe('refused');
    }
  });

  test('at its beginning: refused', () => {
    for (const cut of [1, 2, 30, 31, 100, 1000]) {
      expect(take(busy.file.subarray(cut), busy.print)).toBe('refused');
    }
  });

  test('with bytes appended: refused', () => {
    for (const length of [1, 2, 21, 22, 23, 97, 1000]) {
      for (const value of [0, 0x50, 0xff]) {
        const longer = new Uint8Array(busy.file.length + length).fill(value);
        longer.set(busy.file);
        expect(take(longer, busy.print)).toBe('refused');
      }
    }
  });
});

/** A number of changes to a file: single bytes, runs of one value, pieces moved, removed, or put in. */
function mutations(file: Uint8Array): fc.Arbitrary<Uint8Array> {
  const headers = structure(file);
  const place = fc.oneof(fc.nat({ max: file.length - 1 }), fc.constantFrom(...headers));
  const change = fc.oneof(
    fc.tuple(fc.constant('set'), place, fc.nat({ max: 255 }), fc.constant(1)),
    fc.tuple(fc.constant('fill'), place, fc.constantFrom(0, 1, 127, 255), fc.integer({ min: 1, max: 8 })),
    fc.tuple(fc.constant('remove'), place, fc.constant(0), fc.integer({ min: 1, max: 40 })),
    fc.tuple(fc.constant('insert'), place, fc.nat({ max: 255 }), fc.integer({ min: 1, max: 40 })),
    fc.tuple(fc.constant('copy'), place, fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 40 })),
  );
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
    let bytes = Buffer.from(file);
    for (const [kind, at, value, length] of changes) {
      if (kind === 'set' || kind === 'fill') bytes.fill(value, at, Math.min(bytes.length, at + length));
      else if (kind === 'remove') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
      else if (kind === 'insert') {
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(length, value), bytes.subarray(at)]);
      } else bytes.copyWithin(at, value, value + length);
    }
    return bytes;
  });
}

describe('20,000 mutations are refused or read as the same, quickly, and nothing else', () => {
  test.each([
    { name: 'a short file', of: plain, numRuns: 18_000 },
    { name: 'a long file', of: busy, numRuns: 2000 },
  ])('of $name', ({ of, numRuns }) => {
    const seen = { refused: 0, same: 0 };
    let slowest = 0;
    fc.assert(
      fc.property(mutations(of.file), (file) => {
        const start = performance.now();
        seen[take(file, of.print)]++;
        slowest = Math.max(slowest, performance.now() - start);
      }),
      { numRuns, seed: 73, endOnFailure: true },
    );
    expect(seen.refused).toBeGreaterThan(numRuns / 2);
    expect(slowest).toBeLessThan(1000);
    // Reading takes 0.4 MB and lets go of it: 20,000 files leave nothing behind.
    expect(process.resourceUsage().maxRSS).toBeLessThan(1024 * 1024);
  });
});
