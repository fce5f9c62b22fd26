import { crc32, inflateRawSync } from 'node:zlib';
import { FormatError, quote } from './format-error.js';

/**
 * The part of ZIP that a NumPy .npz needs, read strictly. General readers are lenient (few check the CRC, all follow
 * what the directory claims); this one accepts exactly the archives that hold the expected files in order and nothing
 * else, and never inflates beyond their known sizes, so a bomb costs nothing.
 *
 * The platform's zlib inflates: unlike deflating, that has one result only.
 */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

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
  let result: Inflated;
  try {
    // One byte more than is expected, so that the end of the data is met in the same step.
    const options = { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size + 1), info: true };
    result = inflateRawSync(data, options) as unknown as Inflated;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new FormatError(`${size} bytes in ${name}`, 'more of them');
    }
    throw new FormatError(`deflated data in ${name}`, error instanceof Error ? error.message : 'none');
  }
  const { buffer, engine } = result;
  if (buffer.length !== size) throw new FormatError(`${size} bytes in ${name}`, `${buffer.length}`);
  if (engine.bytesWritten !== data.length) {
    throw new FormatError(
      `${data.length} bytes of deflated data in ${name}`,
      `an end after ${engine.bytesWritten}`,
    );
  }
  return buffer;
}

/** What inflateRawSync returns with `info`; Node's types do not have it. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** `bytesWritten` is how much of the input was read, up to the end of the deflated data. */
  readonly engine: { readonly bytesWritten: number };
}
