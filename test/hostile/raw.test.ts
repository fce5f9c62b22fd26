import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { FormatError } from '../../src/tile/format-error.js';
import { decodeRaw, encodeRaw, MAX_RAW_BYTES } from '../../src/tile/raw.js';
import { createSamples, type Samples } from '../../src/tile/samples.js';
import { buildArchive, npy } from '../support/archive.js';
import { fingerprint, patchyTile } from '../support/tiles.js';
import { casesOf } from './support/cases.js';
import { mutationsOf } from './support/mutations.js';

/** A tile of one kind, whose file is short, so that mutations hit its structure. */
function plainTile(): Samples {
  const samples = createSamples();
  samples.period.fill(3, 30_000);
  samples.log2Distance.fill(700);
  return samples;
}

const FILES = [plainTile(), plainTile(), patchyTile(3)].map(encodeRaw);

/** The longest that a file took, in milliseconds. */
let slowest = 0;

/** Reads a file: it is refused in words, or is a tile that can be written and is the same when it is read again. */
function take(file: Uint8Array): 'refused' | 'read' {
  const start = performance.now();
  let read: Samples;
  try {
    read = decodeRaw(file);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    if (error.message.length > 400) throw new Error('a message longer than a line', { cause: error });
    return 'refused';
  } finally {
    slowest = Math.max(slowest, performance.now() - start);
  }
  if (fingerprint(decodeRaw(encodeRaw(read))) !== fingerprint(read)) throw new Error('read as two tiles');
  return 'read';
}

afterAll(() => {
  // A pause of the machine apart, a file takes 2 ms; nothing of it is kept.
  expect(slowest).toBeLessThan(2000);
  expect(process.resourceUsage().maxRSS).toBeLessThan(700 * 1024);
});

describe('a hostile .raw is refused, or is a tile', () => {
  it('of any bytes', () => {
    const signature = fc
      .constantFrom('PK\x03\x04', 'PK\x05\x06', 'PK\x01\x02', '\x93NUMPY')
      .map((name) => Buffer.from(name, 'latin1'));
    const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 60 }), signature), { maxLength: 12 });
    fc.assert(
      fc.property(bytes, (pieces) => take(Buffer.concat(pieces)) === 'refused'),
      { numRuns: casesOf('raw bytes'), endOnFailure: true },
    );
  });

  it('of a real file, mutated', () => {
    const seen = { refused: 0, read: 0 };
    fc.assert(
      fc.property(mutationsOf(FILES), (file) => void seen[take(file)]++),
      { numRuns: casesOf('raw mutations'), endOnFailure: true },
    );
    expect(seen.refused).toBeGreaterThan(seen.read);
  });

  it('of honest frames around lies: sizes, checksums, arrays, bombs', () => {
    const { period, log2Distance } = patchyTile(4);
    const arrays = [new Uint8Array(period.buffer), new Uint8Array(log2Distance.buffer)];
    const bomb = deflateRawSync(new Uint8Array(50e6));
    const size = fc.constantFrom(0, 1, 100, 132_226, 264_324, 2 ** 31, 2 ** 32 - 1);
    const data = fc.oneof(
      fc.constant(bomb),
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => deflateRawSync(bytes)),
      // Deflated blocks of nothing, by the thousand.
      fc.nat({ max: 80_000 }).map((count) => Buffer.alloc(5 * count, Buffer.from([0, 0, 0, 255, 255]))),
    );
    const lie = fc.record(
      {
        method: fc.constantFrom(0, 8, 9, 99),
        data,
        crc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        packed: size,
        unpacked: size,
        flags: fc.nat({ max: 65_535 }),
        extra: fc.uint8Array({ maxLength: 50 }),
        name: fc.constantFrom('period.npy', 'log2_distance.npy', '../period.npy', '/etc/passwd', ''),
        directory: fc.record({ packed: size, unpacked: size, offset: size }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    const value = fc.oneof(fc.constantFrom(-3, -2, -1, 0, 1, 32767, -32768, 2 ** 31 - 1, -(2 ** 31)));
    const pokes = fc.array(fc.tuple(fc.nat({ max: 132_000 }), value), { maxLength: 5 });
    const lies = fc.tuple(lie, lie, pokes, fc.boolean());
    fc.assert(
      fc.property(lies, ([first, second, poked, inPeriods]) => {
        const changed = arrays.map((array) => array.slice());
        const view = new DataView(changed[inPeriods ? 0 : 1].buffer);
        for (const [at, poke] of poked) {
          if (inPeriods) view.setInt32(at, poke, true);
          else view.setInt16(at, poke & 0xffff, true);
        }
        const [periods, distances] = changed.map((bytes, i) =>
          npy(`{'descr': '<i${i === 0 ? 4 : 2}', 'fortran_order': False, 'shape': (257, 257), }`, bytes),
        );
        const entries = [
          { name: 'period.npy', content: periods, ...first },
          { name: 'log2_distance.npy', content: distances, ...second },
        ];
        take(buildArchive({ entries }));
      }),
      { numRuns: casesOf('raw archives'), endOnFailure: true },
    );
  });

  it('longer than any is not looked at', () => {
    const start = performance.now();
    for (const length of [MAX_RAW_BYTES + 1, 2 ** 30]) expect(take(new Uint8Array(length))).toBe('refused');
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
