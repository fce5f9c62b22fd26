import { inflateRawSync } from 'node:zlib';
import type { EntrySpec } from '../../support/archive.js';

/** The files of an honest archive. */
export function readEntries(archive: Uint8Array): EntrySpec[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const entries: EntrySpec[] = [];
  for (let at = 0; view.getUint32(at, true) === 0x04034b50;) {
    const method = view.getUint16(at + 8, true);
    const packed = view.getUint32(at + 18, true);
    const name = view.getUint16(at + 26, true);
    const data = at + 30 + name + view.getUint16(at + 28, true);
    const bytes = archive.subarray(data, data + packed);
    entries.push({
      name: Buffer.from(archive.subarray(at + 30, at + 30 + name)).toString(),
      content: method === 8 ? inflateRawSync(bytes) : bytes,
      // Stored where it was deflated, or the other way round.
      method: method === 8 ? 0 : 8,
    });
    at = data + packed;
  }
  return entries.map((entry) => (entry.method === 0 ? { ...entry, data: entry.content } : entry));
}
