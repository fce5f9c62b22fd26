import { join } from 'node:path';
import { expect, it } from 'vitest';
import { oldestTile } from '../../src/cache/oldest-tile.js';
import { temporaryFolder } from './support/folder.js';
import { put } from './support/scene.js';

it('the oldest tile is the one that is claimed first: by time, then by name', async () => {
  const folder = join(await temporaryFolder(), 'todo');
  expect(await oldestTile(folder)).toBeNull();
  await put(join(folder, 'stray.txt'), '', 10);
  expect(await oldestTile(folder)).toBeNull();
  await put(join(folder, 'M3.raw'), '', 2000);
  await put(join(folder, 'M1.raw'), '', 1000);
  await put(join(folder, 'M0.raw'), '', 1000);
  await put(join(folder, 'M2.raw'), '', 1500);
  expect(await oldestTile(folder)).toEqual({ address: 'M0', modified: 1_000_000, isCertain: true });
  expect(await oldestTile(folder, 4)).toMatchObject({ isCertain: true });
  expect(await oldestTile(folder, 3)).toMatchObject({ isCertain: false });
});
