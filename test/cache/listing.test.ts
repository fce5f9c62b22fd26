import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listAddresses, listTiles } from '../../src/cache/listing.js';
import { foldAddress } from '../../src/tile/folding.js';
import { temporaryFolder } from './support/folder.js';
import { put, tiles } from './support/scene.js';

const DEEP = tiles(`M${'1'.repeat(121)}`, `M${'1'.repeat(300)}`, `M${'2'.repeat(120)}`);

describe('listing a folder of raw files', () => {
  it('gives addresses, times and sizes, folded addresses too', async () => {
    const folder = await temporaryFolder();
    const all = [...tiles('M', 'M0', 'M0213'), ...DEEP];
    for (const [i, address] of all.entries()) {
      await put(join(folder, `${foldAddress(address)}.raw`), 'x'.repeat(i), 1000 + i);
    }
    const { tiles: raws, strays } = await listTiles(folder);
    expect(strays).toEqual([]);
    expect(raws.toSorted((a, b) => a.modified - b.modified)).toEqual(
      all.map((address, i) => ({ address, modified: (1000 + i) * 1000, size: i })),
    );
    expect((await listAddresses(folder)).toSorted()).toEqual(all.toSorted());
  });

  it('of nothing, or of a folder that is gone, is empty', async () => {
    const folder = await temporaryFolder();
    for (const path of [folder, join(folder, 'gone')]) {
      expect(await listTiles(path)).toEqual({ tiles: [], strays: [] });
      expect(await listAddresses(path)).toEqual([]);
    }
  });

  it('ignores dot files: temporary ones and what NFS leaves', async () => {
    const folder = await temporaryFolder();
    for (const name of ['.1-0.tmp', '.nfs0000000000000001', '.M0.raw', '.keep'])
      await put(join(folder, name), '');
    await put(join(folder, '.folder', 'M0.raw'), '');
    expect(await listTiles(folder)).toEqual({ tiles: [], strays: [] });
    expect(await listAddresses(folder)).toEqual([]);
  });

  it('tells links, folders, pipes and other names apart, and follows and opens none of them', async () => {
    const folder = await temporaryFolder();
    const elsewhere = await temporaryFolder();
    await put(join(elsewhere, 'M3.raw'), 'secret');
    await put(join(folder, 'M1.raw'), '');
    await symlink(join(elsewhere, 'M3.raw'), join(folder, 'M3.raw'));
    await symlink(elsewhere, join(folder, 'elsewhere'));
    await symlink('nowhere', join(folder, 'M2.raw'));
    await mkdir(join(folder, 'M0.raw'));
    await put(join(folder, 'sub', 'M0.raw'), '');
    execFileSync('mkfifo', [join(folder, 'M01.raw')]);
    const odd = ['M4.raw', 'm0.raw', 'M0.png', 'M0', 'M0.raw ', 'raw', '*', '{a,b}', '!x', 'ä.raw', '-rf'];
    for (const name of odd) await put(join(folder, name), '');
    const { tiles: raws, strays } = await listTiles(folder);
    expect(raws.map(({ address }) => address)).toEqual(['M1']);
    expect(await listAddresses(folder)).toEqual(['M1']);
    const reasons = Object.fromEntries(strays.map(({ path, reason }) => [path, reason]));
    expect(reasons).toEqual({
      'M3.raw': 'a symbolic link',
      elsewhere: 'a symbolic link',
      'M2.raw': 'a symbolic link',
      'M0.raw': 'a folder',
      sub: 'a folder',
      'M01.raw': 'no regular file',
      ...Object.fromEntries(odd.map((name) => [name, 'not named like a tile (M, digits 0 to 3, .raw)'])),
    });
  });

  it('sees no tile in a name with a newline', async () => {
    const folder = await temporaryFolder();
    for (const name of ['M0.raw\n', 'M0\n.raw', '\nM0.raw', 'M\n0.raw']) await put(join(folder, name), '');
    expect((await listTiles(folder)).tiles).toEqual([]);
    expect(await listAddresses(folder)).toEqual([]);
  });

  it('takes a folded address only where it belongs', async () => {
    const folder = await temporaryFolder();
    const [deep] = DEEP;
    const path = join(folder, `${foldAddress(deep)}.raw`);
    await put(path, '');
    await put(join(dirname(path), 'M0.raw'), ''); // a whole address in the folder of another
    await put(join(folder, '1'.repeat(120), '1.raw'), ''); // a further part without the first
    await put(join(folder, `M${'1'.repeat(119)}`, '1.raw'), ''); // folded too early
    const { tiles: raws, strays } = await listTiles(folder);
    expect(raws.map(({ address }) => address)).toEqual([deep]);
    expect(strays.map((stray) => stray.path).toSorted()).toEqual(
      ['1'.repeat(120), `M${'1'.repeat(119)}`, `M${'1'.repeat(120)}/M0.raw`].toSorted(),
    );
    expect(await listAddresses(folder)).toEqual([deep]);
  });
});
