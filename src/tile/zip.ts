import { Inflate, zipSync } from 'fflate';
import { FormatError, quote } from './format-error.js';

/**
 * The part of ZIP that a NumPy .npz needs, read strictly. General readers are lenient (few check the CRC, all follow
 * what the directory claims); this one accepts exactly the archives that hold the expected files in order and nothing
 * else, and never inflates beyond their known sizes, so a bomb costs nothing.
 *
 * Compression is fflate's, not the platform's zlib: builds of Node differ in their zlib, and zlib itself chooses its
 * hash by the processor, so its bytes are not the same on every machine.
 */

/** A file inside an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Piece of compressed input that is inflated before the size is looked at again; it can grow 1032-fold. */
const INFLATE_STEP = 16384;

/** CRC-32 of ISO 3309, as ZIP and PNG use it. */
export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/**
 * Writes an archive: deflated, timestamps fixed at 1980-01-01, always the same bytes for the same entries.
 *
 * @param level deflate level, 1 to 9
 */
export function writeZip(entries: readonly ZipEntry[], level: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9): Uint8Array {
  // The constructor takes local time and fflate reads local time back, so the stored stamp is the same everywhere.
  const mtime = new Date(1980, 0, 1);
  return zipSync(Object.fromEntries(entries.map(({ name, bytes }) => [name, bytes])), { level, mtime });
}

/**
 * Reads an archive that must hold exactly the named files, in order, each of a known size.
 *
 * @param expected names and sizes in bytes
 * @returns the files' bytes, in order
 * @throws FormatError for anything else: other names or sizes, a wrong CRC, gaps, comments, encryption, trailing bytes
 */
export function readZip(
  archive: Uint8Array,
  expected: readonly { readonly name: string; readonly size: number }[],
): Uint8Array[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = archive.length - 22;
  if (end < 0 || view.getUint32(end, true) !== END) {
    throw new FormatError(
      'a ZIP archive without a comment',
      `${archive.length} bytes that do not end like one`,
    );
  }
  const directory = view.getUint32(end + 16, true);
  const directorySize = view.getUint32(end + 12, true);
  const plain = view.getUint32(end + 4, true) === 0 && view.getUint16(end + 20, true) === 0;
  if (
    !plain ||
    view.getUint16(end + 8, true) !== expected.length ||
    view.getUint16(end + 10, true) !== expected.length ||
    directory + directorySize !== end
  ) {
    throw new FormatError(
      `one directory of ${expected.length} files at the archive's end`,
      `${view.getUint16(end + 10, true)} files, a directory of ${directorySize} bytes at ${directory}`,
    );
  }
  let local = 0;
  let central = directory;
  const files = expected.map(({ name, size }) => {
    const header = readHeaders(archive, view, local, central, end, name, size);
    local = header.dataEnd;
    central = header.nextCentral;
    const bytes = header.deflated ? inflate(header.data, size, name) : header.data.slice();
    const crc = crc32(bytes);
    if (crc !== header.crc) throw new FormatError(`CRC ${hex(header.crc)} of ${name}`, hex(crc));
    return bytes;
  });
  if (local !== directory || central !== end) {
    throw new FormatError('files and directory without gaps', `${directory - local} bytes between them`);
  }
  return files;
}

interface EntryHeader {
  readonly deflated: boolean;
  readonly crc: number;
  readonly data: Uint8Array;
  readonly dataEnd: number;
  readonly nextCentral: number;
}

/** Reads an entry's two headers, which must say the same and what is expected. */
function readHeaders(
  archive: Uint8Array,
  view: DataView,
  local: number,
  central: number,
  limit: number,
  name: string,
  size: number,
): EntryHeader {
  const nameLength = name.length;
  if (central + 46 + nameLength > limit || view.getUint32(central, true) !== CENTRAL) {
    throw new FormatError(`a directory entry for ${name}`, 'none');
  }
  if (local + 30 + nameLength > limit || view.getUint32(local, true) !== LOCAL) {
    throw new FormatError(`a file header for ${name}`, `none at byte ${local}`);
  }
  const method = view.getUint16(central + 10, true);
  const crc = view.getUint32(central + 16, true);
  const packed = view.getUint32(central + 20, true);
  const unpacked = view.getUint32(central + 24, true);
  const nextCentral =
    central + 46 + nameLength + view.getUint16(central + 30, true) + view.getUint16(central + 32, true);
  for (const [at, lengthAt] of [
    [central + 46, central + 28],
    [local + 30, local + 26],
  ]) {
    const found = String.fromCharCode(...archive.subarray(at, at + nameLength));
    if (view.getUint16(lengthAt, true) !== nameLength || found !== name) {
      throw new FormatError(`a file named ${name}`, quote(found));
    }
  }
  const flags = view.getUint16(central + 8, true) | view.getUint16(local + 6, true);
  // Bit 0: encrypted; bit 3: sizes stand behind the data, where a reader cannot trust them.
  if ((flags & 9) !== 0 || view.getUint32(central + 42, true) !== local || (method !== 8 && method !== 0)) {
    throw new FormatError(`${name} stored or deflated, at byte ${local}`, `method ${method}, flags ${flags}`);
  }
  const agrees =
    view.getUint16(local + 8, true) === method &&
    view.getUint32(local + 14, true) === crc &&
    view.getUint32(local + 18, true) === packed &&
    view.getUint32(local + 22, true) === unpacked;
  if (!agrees || unpacked !== size || (method === 0 && packed !== size)) {
    throw new FormatError(`${name} of ${size} bytes, the same in both headers`, `${unpacked} bytes`);
  }
  const dataStart = local + 30 + nameLength + view.getUint16(local + 28, true);
  const dataEnd = dataStart + packed;
  if (dataEnd > limit) throw new FormatError(`${packed} bytes of ${name}`, `${limit - dataStart}`);
  return { deflated: method === 8, crc, data: archive.subarray(dataStart, dataEnd), dataEnd, nextCentral };
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}

/** Inflates into exactly `size` bytes, or refuses. */
function inflate(data: Uint8Array, size: number, name: string): Uint8Array {
  const out = new Uint8Array(size);
  let length = 0;
  const stream = new Inflate((chunk) => {
    if (length + chunk.length > size) throw new FormatError(`${size} bytes in ${name}`, 'more of them');
    out.set(chunk, length);
    length += chunk.length;
  });
  try {
    for (let at = 0; at < data.length || at === 0; at += INFLATE_STEP) {
      stream.push(data.subarray(at, at + INFLATE_STEP), at + INFLATE_STEP >= data.length);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`deflated data in ${name}`, error instanceof Error ? error.message : 'none');
  }
  if (length !== size) throw new FormatError(`${size} bytes in ${name}`, `${length}`);
  return out;
}
