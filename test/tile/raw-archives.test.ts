import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../src/tile/format-error.js';
import { SAMPLES } from '../../src/tile/grid.js';
import { decodeRaw, encodeRaw, MAX_RAW_BYTES } from '../../src/tile/raw.js';
import { buildArchive, checksum, npy, type ArchiveSpec, type EntrySpec } from '../support/archive.js';
import { fingerprint, patchyTile } from '../support/tiles.js';

/*
 * Archives written by hand, after the letter of the formats, each with one thing in it that a .raw does not have.
 */

const samples = patchyTile(7);
const PERIODS = new Uint8Array(samples.period.buffer);
const DISTANCES = new Uint8Array(samples.log2Distance.buffer);
const SHAPE = "'shape': (257, 257), }";
const HEADERS = {
  period: `{'descr': '<i4', 'fortran_order': False, ${SHAPE}`,
  distance: `{'descr': '<i2', 'fortran_order': False, ${SHAPE}`,
};

type Change = Partial<EntrySpec>;

/** An honest archive of the tile but for the changes. */
function archive(period: Change = {}, distance: Change = {}, around: Partial<ArchiveSpec> = {}): Uint8Array {
  return buildArchive({
    entries: [
      { name: 'period.npy', content: npy(HEADERS.period, PERIODS), ...period },
      { name: 'log2_distance.npy', content: npy(HEADERS.distance, DISTANCES), ...distance },
    ],
    ...around,
  });
}

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);

describe('another writer may', () => {
  test.each<[string, Uint8Array]>([
    ['deflate by another program', archive()],
    ['store', archive({ method: 0 }, { method: 0 })],
    ['store one and deflate the other', archive({ method: 0 })],
    ['add an extra field to a file', archive({ extra: bytes(12) })],
    [
      'add extra fields and a comment to a directory entry',
      archive({ directory: { extra: bytes(9), comment: bytes(20) } }),
    ],
    ['mark names as UTF-8', archive({ flags: 0x800 }, { flags: 0x800 })],
  ])('%s', (_, file) => {
    expect(fingerprint(decodeRaw(file))).toBe(fingerprint(samples));
  });
});

const swapped = (): Uint8Array =>
  buildArchive({
    entries: [
      { name: 'log2_distance.npy', content: npy(HEADERS.distance, DISTANCES) },
      { name: 'period.npy', content: npy(HEADERS.period, PERIODS) },
    ],
  });

const period = (
  dictionary: string,
  data: Uint8Array = PERIODS,
  version?: readonly [number, number],
): Uint8Array => archive({ content: npy(dictionary, data, version) });

const entry = (name: string): EntrySpec => ({ name, content: npy(HEADERS.period, PERIODS) });
const both = (): EntrySpec[] => [
  entry('period.npy'),
  { name: 'log2_distance.npy', content: npy(HEADERS.distance, DISTANCES) },
];

/** The file of the periods as it should stand in the archive. */
const DEFLATED = deflateRawSync(npy(HEADERS.period, PERIODS));
/** The file of the periods, its last 40 bytes missing. */
const SHORT = npy(HEADERS.period, PERIODS).subarray(0, -40);

/** An entry of the size that is expected with less in it. */
function shortened(change: Change): Change {
  const padded = Buffer.concat([SHORT, new Uint8Array(40)]);
  const crc = checksum(change.method === 0 ? SHORT : padded);
  return { content: padded, crc, unpacked: padded.length, ...change };
}

describe('refuses', () => {
  test.each<[string, () => Uint8Array]>([
    // Names and order
    ['swapped order', swapped],
    ['a wrong first name', () => archive({ name: 'periods.npy' })],
    ['a wrong name of the same length', () => archive({ name: 'pEriod.npy' })],
    ['a wrong second name', () => archive({}, { name: 'distance.npy' })],
    ['names that differ between the headers', () => archive({ directory: { name: 'pEriod.npy' } })],
    ['a path in the name', () => archive({ name: '../period.npy' })],
    ['one file only', () => buildArchive({ entries: both().slice(0, 1) })],
    ['no files', () => buildArchive({ entries: [] })],
    ['a third file', () => buildArchive({ entries: [...both(), entry('more.npy')] })],
    ['the same file twice', () => buildArchive({ entries: [entry('period.npy'), entry('period.npy')] })],
    ['a duplicate behind the two', () => buildArchive({ entries: [...both(), entry('period.npy')] })],
    ['a directory that counts more', () => archive({}, {}, { count: 3 })],
    ['a directory that counts fewer', () => archive({}, {}, { count: 1 })],
    ['both entries pointing at one file', () => archive({}, { directory: { offset: 0 } })],
    // The archive's frame
    ['a comment of the archive', () => archive({}, {}, { comment: Buffer.from('hello') })],
    ['a byte before', () => archive({}, {}, { before: bytes(1) })],
    ['a byte before that no offset counts', () => Buffer.concat([bytes(1), archive()])],
    ['a byte after', () => archive({}, {}, { after: bytes(1) })],
    ['an archive after', () => archive({}, {}, { after: archive() })],
    ['a gap before the directory', () => archive({}, {}, { betweenDataAndDirectory: bytes(40) })],
    ['a directory elsewhere', () => archive({}, {}, { directoryOffset: 0 })],
    ['a directory beyond the end', () => archive({}, {}, { directoryOffset: 0xfffffff0 })],
    ['a directory of another size', () => archive({}, {}, { directorySize: 46 })],
    ['a second disk', () => archive({}, {}, { disk: 1 })],
    // Entries
    ['the flag of encryption', () => archive({ flags: 1 })],
    ['the flag of encryption in the directory only', () => archive({ directory: { flags: 1 } })],
    ['the flag of a data descriptor', () => archive({ flags: 8 })],
    ['the flag of a data descriptor in the file only', () => archive({ flags: 8, directory: { flags: 0 } })],
    ['deflate64', () => archive({ method: 9 })],
    ['bzip2', () => archive({ method: 12 })],
    ['methods that differ', () => archive({ directory: { method: 0 } })],
    ['a wrong CRC', () => archive({ crc: 12345 })],
    ['CRCs that differ', () => archive({ directory: { crc: 12345 } })],
    ['packed sizes that differ', () => archive({ directory: { packed: 5 } })],
    ['sizes that differ', () => archive({ directory: { unpacked: 5 } })],
    ['a huge packed size', () => archive({ packed: 0xffffffff })],
    [
      'ZIP64 markers instead of sizes',
      () => archive({ packed: 0xffffffff, unpacked: 0xffffffff, extra: bytes(20) }),
    ],
    ['stored data of another size than declared', () => archive({ method: 0, unpacked: 10 })],
    ['data that are not deflated at all', () => archive({ data: bytes(3000) })],
    ['no data', () => archive({ data: new Uint8Array(0) })],
    ['a byte behind the deflated data', () => archive({ data: Buffer.concat([DEFLATED, bytes(1)]) })],
    ['100 KB behind the deflated data', () => archive({ data: Buffer.concat([DEFLATED, bytes(100_000)]) })],
    ['the deflated data twice', () => archive({ data: Buffer.concat([DEFLATED, DEFLATED]) })],
    ['deflated data with a byte before', () => archive({ data: Buffer.concat([bytes(1), DEFLATED]) })],
    ['no deflated data', () => archive({ data: new Uint8Array(0) })],
    ['deflated data of nothing', () => archive({ data: deflateRawSync(new Uint8Array(0)) })],
    ["deflated data with zlib's header", () => archive({ data: deflateSync(npy(HEADERS.period, PERIODS)) })],
    [
      'deflated data that reach back before their beginning',
      () =>
        archive({ data: deflateRawSync(npy(HEADERS.period, PERIODS), { dictionary: Buffer.from(PERIODS) }) }),
    ],
    ['deflated data cut short', () => archive({ data: DEFLATED.subarray(0, -9) })],
    [
      'fewer stored bytes than declared, of the right CRC',
      () => archive(shortened({ method: 0, data: SHORT })),
    ],
    [
      'fewer deflated bytes than declared, zeros making up the CRC',
      () => archive(shortened({ data: deflateRawSync(SHORT) })),
    ],
    // Arrays
    ['big-endian periods', () => period(HEADERS.period.replace('<i4', '>i4'))],
    ['64-bit periods', () => period(HEADERS.period.replace('<i4', '<i8'), bytes(SAMPLES * 8))],
    ['unsigned periods', () => period(HEADERS.period.replace('<i4', '<u4'))],
    ['floating-point periods', () => period(HEADERS.period.replace('<i4', '<f4'))],
    ['pickled objects', () => period(HEADERS.period.replace('<i4', '|O'))],
    ['distances as periods', () => archive({ content: npy(HEADERS.distance, DISTANCES) })],
    ['Fortran order', () => period(HEADERS.period.replace('False', 'True'))],
    [
      'a shape of 256 by 257',
      () => period(HEADERS.period.replace('(257', '(256'), PERIODS.subarray(0, 256 * 257 * 4)),
    ],
    ['a flat shape of the same size', () => period(HEADERS.period.replace('(257, 257)', '(66049,)'))],
    ['a shape that lies', () => period(HEADERS.period.replace('(257', '(256'))],
    ['a longer shape', () => period(HEADERS.period.replace('(257', '(258'), bytes(258 * 257 * 4))],
    ['version 2 of .npy', () => period(HEADERS.period, PERIODS, [2, 0])],
    ['version 3 of .npy', () => period(HEADERS.period, PERIODS, [3, 0])],
    ['version 1.1 of .npy', () => period(HEADERS.period, PERIODS, [1, 1])],
    ['a longer header', () => period(HEADERS.period.padEnd(140))],
    ['code in the header', () => period(HEADERS.period.replace('False', '__import__("os")'))],
    ['one sample less', () => period(HEADERS.period, PERIODS.subarray(4))],
    ['one byte more', () => period(HEADERS.period, Buffer.concat([PERIODS, bytes(1)]))],
    ['text instead of an array', () => archive({ content: Buffer.from('period') })],
    // No archives
    ['nothing', () => new Uint8Array(0)],
    ['one byte', () => bytes(1)],
    ['21 bytes', () => bytes(21)],
    ['22 zeros', () => new Uint8Array(22)],
    ['a longest file of zeros', () => new Uint8Array(MAX_RAW_BYTES)],
    ['a file that is too long, unread', () => new Uint8Array(MAX_RAW_BYTES + 1)],
  ])('%s', (_, make) => {
    const file = make();
    expect(() => decodeRaw(file)).toThrow(FormatError);
    expect(() => decodeRaw(file)).toThrow(/^expected .{3,300}, got .{1,200}$/s);
  });
});

describe('bombs', () => {
  /** A deflate stream of `megabytes` of zeros, a thousandth as long, without ever holding them. */
  function zeros(megabytes: number): Uint8Array {
    const piece = deflateRawSync(new Uint8Array(1 << 20), { finishFlush: constants.Z_FULL_FLUSH, level: 9 });
    const end = deflateRawSync(new Uint8Array(0));
    return Buffer.concat([...Array.from({ length: megabytes }, () => piece), end]);
  }

  test.each<[string, Change]>([
    ['that declares what is expected and holds 300 MB', { data: zeros(300), unpacked: 128 + SAMPLES * 4 }],
    ['that declares 4 GB', { data: zeros(300), unpacked: 0xfffffffe }],
    ['that declares 100 bytes', { data: zeros(300), unpacked: 100 }],
  ])('one %s is refused at once', (_, change) => {
    const file = archive(change);
    expect(file.length).toBeLessThan(MAX_RAW_BYTES);
    const before = process.resourceUsage().maxRSS;
    const start = performance.now();
    expect(() => decodeRaw(file)).toThrow(FormatError);
    expect(performance.now() - start).toBeLessThan(500);
    // In kibibytes: the two arrays and one step of inflating are below 8 MB.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(64 * 1024);
  });
});

test('the helper that builds these archives builds the same as the encoder, but for the compression', () => {
  const file = encodeRaw(samples);
  const own = archive();
  expect([...file.subarray(26, 30)]).toEqual([...own.subarray(26, 30)]);
  expect(file.subarray(file.length - 22).subarray(0, 12)).toEqual(
    own.subarray(own.length - 22).subarray(0, 12),
  );
});
