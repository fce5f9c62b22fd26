import { truncate, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { listPaths } from '../../src/cache/listing.js';
import { loadReference, saveReference } from '../../src/cache/reference-store.js';
import { parseAddress } from '../../src/tile/address.js';
import { newCache, tiles } from './support/scene.js';

const [A, B, C] = tiles('M00000000', 'M00000001', 'M00000002');
const CONTENT = Uint8Array.of(1, 2, 3, 4, 5);

describe('the store of references', () => {
  it('gives back what was stored, at any depth', async () => {
    const { layout } = await newCache();
    const deep = parseAddress(`M${'0123'.repeat(100)}`);
    expect(await loadReference(layout, A)).toBeNull();
    for (const cell of [A, deep]) {
      await saveReference(layout, cell, CONTENT);
      expect(await loadReference(layout, cell)).toEqual(CONTENT);
    }
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['torn', async (path) => await truncate(path, 6)],
    ['empty', async (path) => await truncate(path, 0)],
    ['of other bytes', async (path) => await writeFile(path, Uint8Array.of(1, 2, 3, 4, 6, 0, 0, 0, 0))],
    ['too long', async (path) => await truncate(path, 2 ** 26)],
  ])('holds nothing when the file is %s', async (_what, damage) => {
    const { layout } = await newCache();
    await saveReference(layout, A, CONTENT);
    await damage(layout.reference(A));
    expect(await loadReference(layout, A)).toBeNull();
    await saveReference(layout, A, CONTENT);
    expect(await loadReference(layout, A)).toEqual(CONTENT);
  });

  it('stores nothing that is too large, and drops the oldest when it is full', async () => {
    const { layout } = await newCache();
    await saveReference(layout, A, new Uint8Array(2 ** 26));
    expect(await loadReference(layout, A)).toBeNull();
    for (const [i, cell] of [A, B].entries()) {
      await saveReference(layout, cell, CONTENT);
      await utimes(layout.reference(cell), 2000 - i, 2000 - i);
    }
    // Holes take no space on the disk; together they are as long as the store may be.
    await truncate(layout.reference(A), 2 ** 29);
    await truncate(layout.reference(B), 2 ** 29);
    await utimes(layout.reference(A), 2000, 2000);
    await utimes(layout.reference(B), 1000, 1000);
    await saveReference(layout, C, CONTENT);
    expect((await listPaths(layout.referenceFolder)).toSorted()).toEqual([
      'M00000000.orbit',
      'M00000002.orbit',
    ]);
  });
});
