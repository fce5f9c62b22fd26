import { FormatError, quote } from './format-error.js';
import { SAMPLES, SIDE } from './grid.js';
import { DUMMY, INFINITE_DISTANCE, UNRESOLVED, ZERO_DISTANCE, type Samples } from './samples.js';
import { readZip } from './zip.js';
import { writeZip } from './zip-writer.js';

/**
 * The .raw file: a NumPy .npz of `period` int32[257,257] and `log2_distance` int16[257,257], row 0 north, so that
 * `numpy.load("M.raw")["period"]` works. See docs/format.md.
 */

/** No .raw is larger: stored without compression it has 396,800 bytes. A reader refuses longer files unread. */
export const MAX_RAW_BYTES: number = 512 * 1024;

const HEADER_BYTES = 128;
const PERIOD_BYTES = HEADER_BYTES + SAMPLES * 4;
const DISTANCE_BYTES = HEADER_BYTES + SAMPLES * 2;

/** The header that numpy.save writes: magic, version 1.0, length, a Python dictionary padded to 64 bytes. */
function npyHeader(type: string): Uint8Array {
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${SIDE}, ${SIDE}), }`;
  const text = `\x93NUMPY\x01\x00\x76\x00${dictionary.padEnd(HEADER_BYTES - 11)}\n`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const PERIOD_HEADER = npyHeader('<i4');
const DISTANCE_HEADER = npyHeader('<i2');

const ENTRIES = [
  { name: 'period.npy', size: PERIOD_BYTES },
  { name: 'log2_distance.npy', size: DISTANCE_BYTES },
] as const;

/**
 * Writes the bytes of a .raw file; the same samples always give the same bytes.
 *
 * @throws RangeError when the samples are not those of a tile, so that nothing is written that cannot be read
 */
export function encodeRaw(samples: Samples): Uint8Array {
  if (samples.period.length !== SAMPLES || samples.log2Distance.length !== SAMPLES) {
    const found = `${samples.period.length} and ${samples.log2Distance.length}`;
    throw new RangeError(`expected ${SAMPLES} periods and distances, got ${found}`);
  }
  const bad = firstBadSample(samples);
  if (bad >= 0) throw new RangeError(`expected samples of a tile, got ${describeSample(samples, bad)}`);
  const period = new Uint8Array(PERIOD_BYTES);
  period.set(PERIOD_HEADER);
  copyLittleEndian(bytesOf(samples.period), period.subarray(HEADER_BYTES), 4);
  const distance = new Uint8Array(DISTANCE_BYTES);
  distance.set(DISTANCE_HEADER);
  copyLittleEndian(bytesOf(samples.log2Distance), distance.subarray(HEADER_BYTES), 2);
  return writeZip([
    { name: ENTRIES[0].name, bytes: period },
    { name: ENTRIES[1].name, bytes: distance },
  ]);
}

/**
 * Reads the bytes of a .raw file, trusting none of them.
 *
 * @throws FormatError unless they are exactly of the format: names, order, shapes, types, CRC-32, and only samples
 * that a tile can hold
 */
export function decodeRaw(bytes: Uint8Array): Samples {
  if (bytes.length > MAX_RAW_BYTES) {
    throw new FormatError(`a .raw of at most ${MAX_RAW_BYTES} bytes`, `${bytes.length}`);
  }
  const [period, distance] = readZip(bytes, ENTRIES);
  checkHeader(period, PERIOD_HEADER, 'period');
  checkHeader(distance, DISTANCE_HEADER, 'log2_distance');
  const samples = { period: new Int32Array(SAMPLES), log2Distance: new Int16Array(SAMPLES) };
  copyLittleEndian(period.subarray(HEADER_BYTES), bytesOf(samples.period), 4);
  copyLittleEndian(distance.subarray(HEADER_BYTES), bytesOf(samples.log2Distance), 2);
  const bad = firstBadSample(samples);
  if (bad >= 0) {
    throw new FormatError(
      'periods of at least -2 with a distance that suits them',
      describeSample(samples, bad),
    );
  }
  return samples;
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Copies numbers of `size` bytes between the file's order, little-endian, and the platform's. */
function copyLittleEndian(from: Uint8Array, to: Uint8Array, size: 2 | 4): void {
  to.set(from);
  if (LITTLE_ENDIAN) return;
  for (let at = 0; at < to.length; at += size) to.subarray(at, at + size).reverse();
}

function bytesOf(values: Int32Array | Int16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Index of the first sample that no tile can hold, or -1. */
function firstBadSample({ period, log2Distance }: Samples): number {
  for (let i = 0; i < SAMPLES; i++) if (!isSample(period[i], log2Distance[i])) return i;
  return -1;
}

/** Whether a period and a distance code can belong together: the special codes go with dummies and unresolved ones only. */
function isSample(period: number, code: number): boolean {
  if (period === DUMMY) return code === INFINITE_DISTANCE;
  if (period === UNRESOLVED) return code === ZERO_DISTANCE;
  return period >= 0 && code !== INFINITE_DISTANCE && code !== ZERO_DISTANCE;
}

function describeSample({ period, log2Distance }: Samples, index: number): string {
  const place = `row ${Math.floor(index / SIDE)}, column ${index % SIDE}`;
  return `period ${period[index]} with log2 distance code ${log2Distance[index]} at ${place}`;
}

function checkHeader(file: Uint8Array, header: Uint8Array, name: string): void {
  for (let i = 0; i < HEADER_BYTES; i++) {
    if (file[i] !== header[i]) {
      const found = String.fromCharCode(...file.subarray(10, HEADER_BYTES)).trim();
      throw new FormatError(
        `a NumPy header ${String.fromCharCode(...header.subarray(10)).trim()} of ${name}`,
        quote(found),
      );
    }
  }
}
