import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setAside } from '../../src/cache/bad-folder.js';
import { listAddresses, listTiles, RAWS } from '../../src/cache/listing.js';
import { foldAddress } from '../../src/tile/folding.js';
import { isAddress } from '../../src/tile/address.js';
import { newCache, tiles } from '../cache/support/scene.js';
import { casesOf } from './support/cases.js';

const nearly = fc
  .array(fc.constantFrom('M', '0', '1', '23', '.raw', '.', '\n', '\\', '\u001b', '4', '*', '{', 'é'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => Buffer.from(parts.join('')));
const anything = fc
  .uint8Array({ minLength: 1, maxLength: 255 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0 && byte !== 0x2f)));
const real = fc
  .array(fc.constantFrom('0', '1', '2', '3'), { maxLength: 20 })
  .map((digits) => Buffer.from(`M${digits.join('')}.raw`));
const names = fc
  .array(fc.oneof(nearly, anything, real), { maxLength: 15 })
  .map((all) => all.filter((name) => name.length > 0 && !['.', '..'].includes(name.toString('latin1'))));

describe('names of any bytes in todo/', () => {
  it('are tiles when they are tiles’ names, and are set aside or left alone otherwise', async () => {
    const { layout } = await newCache();
    await fc.assert(
      fc.asyncProperty(names, async (all) => {
        await rm(layout.todoFolder, { recursive: true });
        await rm(layout.badFolder, { recursive: true, force: true });
        await mkdir(layout.todoFolder);
        for (const name of all)
          await writeFile(Buffer.concat([Buffer.from(`${layout.todoFolder}/`), name]), 'x');
        const expected = [...new Set(all.map((name) => name.toString('latin1')))]
          .filter((name) => name.endsWith('.raw') && isAddress(name.slice(0, -4)))
          .map((name) => name.slice(0, -4))
          .toSorted();
        const { tiles: found, strays } = await listTiles(layout.todoFolder);
        expect(found.map(({ address }) => String(address)).toSorted()).toEqual(expected);
        expect((await listAddresses(layout.todoFolder)).toSorted()).toEqual(expected);
        for (const { path } of strays) await setAside(layout, join(layout.todoFolder, path));
        // Names that are no UTF-8 cannot be named, and stay.
        const left = await listTiles(layout.todoFolder);
        expect(left.strays.every(({ path }) => path.includes('\ufffd'))).toBe(true);
        expect(left.tiles.length).toBe(expected.length);
      }),
      { numRuns: casesOf('names'), endOnFailure: true },
    );
  });
});

describe('folders in todo/', () => {
  it('nested as deep as the file system goes, or deeper than a path reaches, delay nobody', async () => {
    const { layout } = await newCache();
    await mkdir(join(layout.todoFolder, 'd/'.repeat(1500)), { recursive: true });
    // Folders of folded addresses, made from within, so that their paths are too long for any call.
    const [deep] = tiles(`M${'1'.repeat(120 * 60)}`);
    const parts = foldAddress(deep).split('/');
    const home = process.cwd();
    try {
      process.chdir(layout.todoFolder);
      for (const part of parts) {
        await mkdir(part);
        process.chdir(part);
        await writeFile('0.raw', '');
        await writeFile('x', '');
      }
    } finally {
      process.chdir(home);
    }
    const start = performance.now();
    const { tiles: found, strays } = await listTiles(layout.todoFolder);
    expect(found.length).toBeGreaterThan(20);
    expect(strays.some(({ path }) => path === 'd')).toBe(true);
    expect(strays.filter(({ path }) => RAWS.addressOf(path) !== null).length).toBeLessThan(3);
    expect((await listAddresses(layout.todoFolder)).length).toBeGreaterThan(20);
    for (const { path } of strays) {
      await setAside(layout, join(layout.todoFolder, path)).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ENAMETOOLONG' });
      });
    }
    expect(performance.now() - start).toBeLessThan(10_000);
    // Node cannot remove what has no path.
    execFileSync('rm', ['-rf', layout.root]);
  });

  it('of which one is a link to the root of all, are not followed', async () => {
    const { layout } = await newCache();
    await symlink('/', join(layout.todoFolder, 'all'));
    await symlink('..', join(layout.todoFolder, `M${'1'.repeat(120)}`));
    expect((await listTiles(layout.todoFolder)).tiles).toHaveLength(1);
    expect(await listAddresses(layout.todoFolder)).toHaveLength(1);
  });
});
