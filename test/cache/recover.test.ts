import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recoverClient } from '../../src/cache/recover.js';
import { foldAddress } from '../../src/tile/folding.js';
import { filesOf } from '../support/essence.js';
import { temporaryFolder } from './support/folder.js';
import { cacheWithResults } from './support/results.js';
import { alwaysHeld, Crash, heldFor, newCache, put, tiles } from './support/scene.js';

describe('recovering a dead client', () => {
  it('gives back claimed tiles with their times, and throws the rest away', async () => {
    const { layout, work } = await cacheWithResults();
    await put(join(work.todoFolder, 'junk'), '');
    await put(join(work.doneFolder, 'M333.raw'), 'of no parent here');
    await put(join(work.folder, 'notes', 'x'), '');
    const recovered = await recoverClient(layout, 'a', alwaysHeld);
    expect(recovered).toEqual({ client: 'a', merged: 0, returned: 3 });
    for (const [i, address] of tiles('M0', 'M1', 'M00').entries()) {
      expect((await stat(layout.todo(address))).mtimeMs).toBe((1000 + i) * 1000);
    }
    expect(await readdir(layout.workFolder)).toEqual([]);
    expect(Object.keys(await filesOf(layout.root)).toSorted()).toEqual(
      ['bad/junk', 'boring.txt', 'cache.json', 'done/M.raw', 'tile/M.png', 'tile/M0.png', 'tile/M00.png']
        .concat('tile/M1.png', 'todo/M0.raw', 'todo/M00.raw', 'todo/M1.raw')
        .toSorted(),
    );
  });

  it('that is nobody recovers nothing', async () => {
    const { layout } = await newCache();
    const before = await filesOf(layout.root);
    expect(await recoverClient(layout, 'ghost', alwaysHeld)).toEqual({
      client: 'ghost',
      merged: 0,
      returned: 0,
    });
    expect(await filesOf(layout.root)).toEqual(before);
  });

  it('gives back tiles of folded addresses', async () => {
    const { layout } = await newCache();
    const [deep] = tiles(`M${'2'.repeat(250)}`);
    await put(layout.work('a').todo(deep), 'raw', 1234);
    expect((await recoverClient(layout, 'a', alwaysHeld)).returned).toBe(1);
    expect((await stat(join(layout.todoFolder, `${foldAddress(deep)}.raw`))).mtimeMs).toBe(1_234_000);
  });

  it('cut off anywhere can be repeated', async () => {
    for (let n = 0; n < 4; n++) {
      const { layout } = await cacheWithResults();
      await expect(recoverClient(layout, 'a', heldFor(n))).rejects.toThrow(Crash);
      const { returned } = await recoverClient(layout, 'a', alwaysHeld);
      expect(returned).toBe(3 - n);
      expect((await readdir(layout.todoFolder)).toSorted()).toEqual(['M0.raw', 'M00.raw', 'M1.raw']);
    }
  });

  it('follows no link out of the cache', async () => {
    const { layout } = await newCache();
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, 'M0.raw'), 'precious');
    await mkdir(layout.work('a').folder, { recursive: true });
    await symlink(elsewhere, join(layout.work('a').folder, 'notes'));
    await symlink(elsewhere, layout.work('b').folder);
    await mkdir(layout.work('c').folder);
    for (const folder of layout.work('c').folders) await symlink(elsewhere, folder);
    await recoverClient(layout, 'a', alwaysHeld);
    await recoverClient(layout, 'b', alwaysHeld);
    await recoverClient(layout, 'c', alwaysHeld);
    expect(await readdir(elsewhere)).toEqual(['M0.raw']);
    expect(await readdir(layout.workFolder)).toEqual([]);
  });
});
