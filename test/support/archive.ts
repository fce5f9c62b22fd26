import { crc32, deflateRawSync } from 'node:zlib';

/** What a ZIP entry says, every field free to lie; the defaults make an honest one. */
export interface EntrySpec {
  name: string;
  /** The file's bytes before compression. */
  content: Uint8Array;
  /** 8 deflated (default), 0 stored, or whatever else. */
  method?: number;
  /** The bytes in the archive instead of the compressed content. */
  data?: Uint8Array;
  crc?: number;
  packed?: number;
  unpacked?: number;
  flags?: number;
  extra?: Uint8Array;
  /** Fields of the directory only; they default to what the local header says. */
  directory?: {
    name?: string;
    method?: number;
    crc?: number;
    packed?: number;
    unpacked?: number;
    flags?: number;
    offset?: number;
    extra?: Uint8Array;
    comment?: Uint8Array;
    disk?: number;
  };
}

/** What stands around the entries. */
export interface ArchiveSpec {
  entries: EntrySpec[];
  before?: Uint8Array;
  betweenDataAndDirectory?: Uint8Array;
  after?: Uint8Array;
  comment?: Uint8Array;
  /** Number of entries that the end record claims: on this disk, and in all. */
  count?: number;
  total?: number;
  disk?: number;
  directoryOffset?: number;
  directorySize?: number;
}

const NOTHING = new Uint8Array(0);

/** Packs numbers of 2 or 4 bytes, little-endian, and byte strings. */
function pack(...fields: ([value: number, bytes: 2 | 4] | Uint8Array)[]): Buffer {
  return Buffer.concat(
    fields.map((field) => {
      if (field instanceof Uint8Array) return field;
      const bytes = Buffer.alloc(field[1]);
      if (field[1] === 2) bytes.writeUInt16LE(field[0]);
      else bytes.writeUInt32LE(field[0]);
      return bytes;
    }),
  );
}

/** Writes a ZIP archive of any honesty, by the platform's zlib and after the letter of APPNOTE.TXT 4.3. */
export function buildArchive(spec: ArchiveSpec): Uint8Array {
  const parts: Uint8Array[] = [spec.before ?? NOTHING];
  const central: Uint8Array[] = [];
  let offset = parts[0].length;
  for (const entry of spec.entries) {
    const { content, method = 8, flags = 0, extra = NOTHING } = entry;
    const name = Buffer.from(entry.name);
    const data = entry.data ?? (method === 8 ? deflateRawSync(content) : content);
    const crc = entry.crc ?? checksum(content);
    const packed = entry.packed ?? data.length;
    const unpacked = entry.unpacked ?? content.length;
    const local = pack(
      [0x04034b50, 4],
      [20, 2],
      [flags, 2],
      [method, 2],
      [0x00210000, 4],
      [crc, 4],
      [packed, 4],
      [unpacked, 4],
      [name.length, 2],
      [extra.length, 2],
      name,
      extra,
      data,
    );
    const there = entry.directory ?? {};
    const centralName = Buffer.from(there.name ?? entry.name);
    const centralExtra = there.extra ?? NOTHING;
    const comment = there.comment ?? NOTHING;
    central.push(
      pack(
        [0x02014b50, 4],
        [20, 2],
        [20, 2],
        [there.flags ?? flags, 2],
        [there.method ?? method, 2],
        [0x00210000, 4],
        [there.crc ?? crc, 4],
        [there.packed ?? packed, 4],
        [there.unpacked ?? unpacked, 4],
        [centralName.length, 2],
        [centralExtra.length, 2],
        [comment.length, 2],
        [there.disk ?? 0, 2],
        [0, 2],
        [0, 4],
        [there.offset ?? offset, 4],
        centralName,
        centralExtra,
        comment,
      ),
    );
    parts.push(local);
    offset += local.length;
  }
  const gap = spec.betweenDataAndDirectory ?? NOTHING;
  const directory = Buffer.concat(central);
  const comment = spec.comment ?? NOTHING;
  const end = pack(
    [0x06054b50, 4],
    [spec.disk ?? 0, 2],
    [spec.disk ?? 0, 2],
    [spec.count ?? spec.entries.length, 2],
    [spec.total ?? spec.count ?? spec.entries.length, 2],
    [spec.directorySize ?? directory.length, 4],
    [spec.directoryOffset ?? offset + gap.length, 4],
    [comment.length, 2],
    comment,
  );
  return new Uint8Array(Buffer.concat([...parts, gap, directory, end, spec.after ?? NOTHING]));
}

/** CRC-32 of the platform's zlib. */
export function checksum(bytes: Uint8Array): number {
  return crc32(bytes);
}

/** An .npy file by hand: magic, version, header of a given dictionary padded to 64 bytes, data. */
export function npy(
  dictionary: string,
  data: Uint8Array,
  version: readonly [number, number] = [1, 0],
): Uint8Array {
  const lengthBytes = version[0] === 1 ? 2 : 4;
  const fixed = 8 + lengthBytes;
  const length = Math.ceil((fixed + dictionary.length + 1) / 64) * 64 - fixed;
  const bytes = Buffer.alloc(fixed + length + data.length);
  bytes.write('\x93NUMPY', 'latin1');
  bytes[6] = version[0];
  bytes[7] = version[1];
  bytes.writeUIntLE(length, 8, lengthBytes);
  bytes.write(`${dictionary.padEnd(length - 1)}\n`, fixed, 'latin1');
  bytes.set(data, fixed + length);
  return new Uint8Array(bytes);
}
