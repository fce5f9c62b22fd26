import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Address } from '../tile/address.js';
import { makeFolder, publish, readBounded, remove } from './files.js';
import { assertWay } from './folders.js';
import type { Layout } from './layout.js';
import { ORBITS, scanTiles } from './listing.js';

/**
 * The store of reference orbits: reference/, one file a cell, its content whatever the mathematics writes, and four bytes of CRC-32. It
 * saves time and carries nothing: a file that is gone or torn is made again.
 */

/** Bytes of one file at the most: 2^21 points. */
const MAX_BYTES = 2 ** 25 + 2 ** 17;
/** Bytes of the whole store at the most; what was written first goes first. */
const MAX_STORE_BYTES = 2 ** 30;

/** Reads what is stored of a cell; null when there is nothing, or it is damaged. */
export async function loadReference(layout: Layout, cell: Address): Promise<Uint8Array | null> {
  const path = layout.reference(cell);
  const bytes = await assertWay(layout.root, path)
    .then(async () => await readBounded(path, MAX_BYTES))
    .catch(() => null);
  if (bytes === null || bytes.length < 4) return null;
  const content = bytes.subarray(0, -4);
  const sum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(content.length, true);
  return crc32(content) === sum ? content : null;
}

/**
 * Stores what belongs to a cell, if it is not too large, and makes room for it.
 *
 * @throws CacheError EFOLDER when the store leads out of the cache, or a system error
 */
export async function saveReference(layout: Layout, cell: Address, content: Uint8Array): Promise<void> {
  const bytes = new Uint8Array(content.length + 4);
  if (bytes.length > MAX_BYTES) return;
  bytes.set(content);
  new DataView(bytes.buffer).setUint32(content.length, crc32(content), true);
  const path = layout.reference(cell);
  await assertWay(layout.root, path);
  await makeFolder(dirname(path));
  await makeRoom(layout, bytes.length);
  await publish(path, bytes);
}

async function makeRoom(layout: Layout, needed: number): Promise<void> {
  const files: { path: string; size: number; modified: number }[] = [];
  for await (const one of scanTiles(layout.referenceFolder, ORBITS)) {
    // Whatever else stands there is somebody else's.
    if ('address' in one) files.push({ ...one, path: layout.reference(one.address) });
  }
  let total = files.reduce((sum, { size }) => sum + size, needed);
  for (const { path, size } of files.toSorted((a, b) => a.modified - b.modified)) {
    if (total <= MAX_STORE_BYTES) return;
    await remove(path);
    total -= size;
  }
}
