import { createHash } from 'node:crypto';
import { constants, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deflateRaw } from '../../src/tile/deflate.js';
import { seededRandom } from '../support/random.js';
import { patchyTile } from '../support/tiles.js';

const CAPACITY = 512 * 1024;

/** Deflates, expects zlib to inflate the same bytes out of all of it, and returns the deflated length. */
function roundTrip(bytes: Uint8Array): number {
  const deflated = deflateRaw(bytes);
  const inflated = inflateRawSync(deflated);
  // Not toEqual, which takes long for large arrays.
  if (Buffer.compare(inflated, bytes) !== 0) {
    throw new Error(`${bytes.length} bytes are inflated as ${inflated.length} or others`);
  }
  // Without its last byte the stream is not whole.
  if (deflated.length > 1) {
    const partial = inflateRawSync(deflated.subarray(0, -1), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(partial.length).toBeLessThanOrEqual(bytes.length);
    expect(() => inflateRawSync(deflated.subarray(0, -1))).toThrow('unexpected end of file');
  }
  return deflated.length;
}

/** Bytes of an alphabet, each drawn on its own. */
function noise(length: number, alphabet: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random.below(alphabet));
}

/**
 * Noise repeated at distances of 17 symbols, the farther the rarer, as Fibonacci's numbers: so Huffman's tree of the
 * distances is as deep as it can be, and its longest codes exceed 15 bits.
 */
function steepDistances(): Uint8Array {
  const random = seededRandom(5);
  const parts: Uint8Array[] = [];
  let [times, more] = [1, 1];
  for (const distance of [513, 385, 257, 193, 129, 97, 65, 49, 33, 25, 17, 13, 9, 7, 5, 4, 3]) {
    for (let i = 0; i < times; i++) {
      const piece = Uint8Array.from({ length: distance }, () => random.below(256));
      parts.push(Uint8Array.from({ length: distance + 5 }, (_, at) => piece[at % distance]));
    }
    [times, more] = [more, times + more];
  }
  return Buffer.concat(parts);
}

describe('zlib inflates what was deflated', () => {
  test.each<[string, Uint8Array, number]>([
    ['nothing', new Uint8Array(0), 5],
    ['one byte', Uint8Array.of(200), 6],
    ['three bytes', Uint8Array.of(1, 1, 1), 8],
    ['as many zeros as it takes', new Uint8Array(CAPACITY), 700],
    ['as much noise as it takes: stored', noise(CAPACITY, 256, 1), CAPACITY + 5 * 16],
    ['noise of two values', noise(100_000, 2, 2), 20_000],
    ['noise of one value', noise(100_000, 1, 3), 150],
    ['a ramp', Uint8Array.from({ length: 70_000 }, (_, i) => i), 800],
    ['codes of more than 15 bits', steepDistances(), 36_000],
    ['noise, the same again', Buffer.concat([noise(32_768, 256, 4), noise(32_768, 256, 4)]), 33_500],
    [
      'noise, and the same again one byte too far',
      Buffer.concat([noise(32_769, 256, 4), noise(32_769, 256, 4)]),
      65_538 + 5 * 3,
    ],
  ])('%s', (_, bytes, most) => {
    expect(roundTrip(bytes)).toBeLessThanOrEqual(most);
  });

  test('every number of bytes around the shortest and the longest match', () => {
    for (let length = 0; length < 600; length++) {
      roundTrip(new Uint8Array(length).fill(7));
      roundTrip(Uint8Array.from({ length }, (_, i) => (i % 37) * 5));
    }
  });

  test('5000 small inputs: pieces of few values, repeated and cut', () => {
    const random = seededRandom(6);
    for (let i = 0; i < 5000; i++) {
      const piece = noise(1 + random.below(300), 1 + random.below(random.below(2) === 0 ? 4 : 256), i);
      const parts = Array.from({ length: 1 + random.below(8) }, () => piece.subarray(random.below(40)));
      roundTrip(Buffer.concat(parts));
    }
  });

  test('any bytes, whatever was deflated before', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (parts) => {
        roundTrip(Buffer.concat([...parts, ...parts.toReversed(), ...parts]));
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  test('large inputs of many blocks', () => {
    const random = seededRandom(8);
    for (let i = 0; i < 20; i++) {
      const pieces: Uint8Array[] = [];
      for (let length = 0; length < 400_000;) {
        const piece = noise(1 + random.below(60_000), 1 + random.below(256), i * 1000 + length);
        pieces.push(piece);
        length += piece.length;
      }
      roundTrip(Buffer.concat(pieces));
    }
  });
});

describe('the same bytes everywhere', () => {
  const { log2Distance } = patchyTile(9);
  const bytes = new Uint8Array(log2Distance.buffer);

  test('fixed ones; they change with the algorithm version only', () => {
    const digest = createHash('sha256').update(deflateRaw(bytes)).digest('hex');
    expect(digest).toBe('a6c7556b4dc8be5f10fcfa4861a6ca2c357ac2f7db10997e202a6134b47078a5');
  });

  test('whatever was deflated before', () => {
    const first = deflateRaw(bytes);
    deflateRaw(noise(CAPACITY, 256, 10));
    const second = deflateRaw(bytes);
    expect(Buffer.compare(first, second)).toBe(0);
  });
});

test('more bytes than fit are refused', () => {
  expect(() => deflateRaw(new Uint8Array(CAPACITY + 1))).toThrow(
    new RangeError('expected at most 524288 bytes to deflate, got 524289'),
  );
});
