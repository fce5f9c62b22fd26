import { crc32 } from 'node:zlib';
import { deflateRaw } from './deflate.js';

/** Writes the part of ZIP that a NumPy .npz needs. See PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16. */

/** A file inside an archive. */
export interface ZipEntry {
  /** ASCII. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** Version of the format that a reader must know, 2.0: deflate. */
const VERSION = 20;
const DEFLATED = 8;
/** 1980-01-01, the first date there is. */
const DATE = 0x0021;

/**
 * Writes an archive: deflated, timestamps fixed at 1980-01-01 00:00, always the same bytes for the same entries.
 *
 * @throws RangeError when an entry is longer than the encoder takes
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const files = entries.map(({ name, bytes }) => {
    const data = deflateRaw(bytes);
    return { name, data, described: describe(name, crc32(bytes), data.length, bytes.length) };
  });
  const local = files.reduce((sum, { name, data }) => sum + LOCAL_BYTES + name.length + data.length, 0);
  const central = files.reduce((sum, { name }) => sum + CENTRAL_BYTES + name.length, 0);
  const archive = Buffer.alloc(local + central + END_BYTES);
  let at = 0;
  let directory = local;
  for (const { name, data, described } of files) {
    archive.writeUInt32LE(0x02014b50, directory);
    archive.writeUInt16LE(VERSION, directory + 4);
    archive.set(described, directory + 6);
    archive.writeUInt32LE(at, directory + 42);
    archive.write(name, directory + CENTRAL_BYTES, 'latin1');
    directory += CENTRAL_BYTES + name.length;

    archive.writeUInt32LE(0x04034b50, at);
    archive.set(described, at + 4);
    archive.write(name, at + LOCAL_BYTES, 'latin1');
    archive.set(data, at + LOCAL_BYTES + name.length);
    at += LOCAL_BYTES + name.length + data.length;
  }
  archive.writeUInt32LE(0x06054b50, directory);
  archive.writeUInt16LE(files.length, directory + 8);
  archive.writeUInt16LE(files.length, directory + 10);
  archive.writeUInt32LE(central, directory + 12);
  archive.writeUInt32LE(local, directory + 16);
  return new Uint8Array(archive.buffer, archive.byteOffset, archive.length);
}

/** The 26 bytes that a file's two headers have in common, from the version that is needed to the extra field's length. */
function describe(name: string, crc: number, packed: number, unpacked: number): Buffer {
  const fields = Buffer.alloc(LOCAL_BYTES - 4);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(unpacked, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}
