import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { essence } from '../support/essence.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, entries, run } from './support/mandeld.js';

const caches = useCaches();

describe('a cache of level 4', () => {
  it('has the same bytes by one thread, by two, and by three daemons at once', async () => {
    const [one, two, three] = [await caches.fresh(), await caches.fresh(), await caches.fresh()];
    await render(one, 4);
    const alone = await essence(one);
    expect(Object.keys(alone.files).length).toBeGreaterThan(40);
    await expectTidy(one);
    await render(two, 4, '--workers', '2');
    expect(await essence(two)).toEqual(alone);
    await expectTidy(two);
    const daemons = ['a', 'b', 'c'].map((client) =>
      daemon(three, client, '--until-idle', '--max-level', '4'),
    );
    const ends = await Promise.all(daemons.map(async ({ ended }) => await ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await essence(three)).toEqual(alone);
    await expectTidy(three);
    const shares = ends.map(({ err }) => Number(entries(err).at(-1)?.['subdivided']));
    expect(shares.reduce((a, b) => a + b)).toBe(12); // each tile once, nothing twice
  });

  it('grows on from where another daemon left it', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    for (const level of [0, 1, 2, 3, 3]) await render(root, level);
    await render(straight, 3);
    expect(await essence(root)).toEqual(await essence(straight));
    expect((await readdir(join(root, 'todo'))).length).toBe(6);
    await expectTidy(root);
  });
});

describe('a daemon with --max-tiles', () => {
  it.each([
    [0, '1'],
    [1, '1'],
    [5, '1'],
    [5, '2'],
  ])('%s subdivides exactly so many, with %s threads', async (tiles, workers) => {
    const root = await caches.fresh();
    const end = await daemon(root, 'a', '--max-tiles', `${tiles}`, '--workers', workers).ended;
    expect(end.code).toBe(0);
    expect(entries(end.err).at(-1)).toMatchObject({ msg: 'stopped', subdivided: tiles });
    expect((await readdir(join(root, 'done'))).length).toBe(tiles);
    await expectTidy(root);
  });
});

describe('JPEG caches', () => {
  it('have JPEG pictures only, and the tiles of any other cache', async () => {
    const root = caches.path('jpeg');
    expect((await run('init', root, '--image', 'jpg', '--theme', 'Galaxy')).code).toBe(0);
    await render(root, 2);
    const png = await caches.fresh();
    await render(png, 2);
    const [mine, theirs] = [await essence(root), await essence(png)];
    const pictures = Object.keys(mine.files).filter((name) => name.startsWith('tile/'));
    expect(pictures.every((name) => name.endsWith('.jpg'))).toBe(true);
    expect(pictures.length).toBe(Object.keys(theirs.files).filter((name) => name.startsWith('tile/')).length);
    for (const [name, hash] of Object.entries(mine.files)) {
      if (name.endsWith('.raw')) expect(theirs.files[name]).toBe(hash);
    }
    expect(mine.boring).toEqual(theirs.boring);
    await expectTidy(root);
  });
});
