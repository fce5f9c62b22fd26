import * as real from 'node:fs/promises';
import { mkdir, writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { replaceDisk } from '../../src/cache/disk.js';
import { Layout } from '../../src/cache/layout.js';
import { formatBoringLine } from '../../src/tile/boring-line.js';
import type { Address } from '../../src/tile/address.js';
import { TileBook } from '../../src/zoom/tile-book.js';
import { temporaryFolder } from '../cache/support/folder.js';

it('looks for each source once, however many tiles it shows, and opens each folder once', async () => {
  const layout = new Layout(await temporaryFolder(), 'png');
  const looks: string[] = [];
  const opens: string[] = [];
  onTestFinished(
    replaceDisk({
      ...real,
      lstat: (async (path: string) => {
        looks.push(path);
        return await real.lstat(path);
      }) as typeof real.lstat,
      opendir: (async (path: string) => {
        opens.push(path);
        return await real.opendir(path);
      }) as typeof real.opendir,
    }),
  );
  const there = 'M00' as Address;
  const lacking = 'M12' as Address;
  await mkdir(layout.tileFolder);
  await writeFile(layout.tile(there), '');
  await writeFile(layout.boring, formatBoringLine({ address: 'M120' as Address, period: 1 }));
  const book = new TileBook(layout);
  const tiles = ['M1202', 'M00', 'M1201', 'M12', 'M1200'] as Address[];

  expect(await book.look(tiles)).toEqual([lacking]);
  expect(looks.toSorted()).toEqual([layout.tile(there), layout.tile(lacking)].toSorted());
  expect(opens).toEqual([layout.tileFolder]);
  expect(book.sourceOf(there)).toBe(there);
  expect(book.sourceOf(tiles[0])).toBeNull();

  await writeFile(layout.tile(lacking), '');
  looks.length = 0;
  expect(await book.look(tiles)).toEqual([]);
  expect(looks).toEqual([layout.tile(lacking)]);
  expect(tiles.map((tile) => book.sourceOf(tile))).toEqual(['M12', 'M00', 'M12', 'M12', 'M12']);
  expect(book.counts).toEqual({ cached: 1, computed: 1 });
});
