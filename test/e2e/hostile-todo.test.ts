import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { essence } from '../support/essence.js';
import { wrongShape, zipBomb } from './support/archives.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, entries } from './support/mandeld.js';

const caches = useCaches();

describe('a hostile todo/', () => {
  it('is cleared into bad/, damaged tiles are made again, and the cache becomes what it would have been', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await render(root, 2);
    await render(straight, 4);
    const todo = join(root, 'todo');
    const todoTiles = (await readdir(todo)).toSorted();
    const [torn, empty, bomb] = todoTiles;
    await truncate(join(todo, torn), 5000);
    await truncate(join(todo, empty), 0);
    await writeFile(join(todo, bomb), zipBomb());
    const junk = ['x', 'M4.raw', 'M0.png', 'm0.raw', 'M0.raw.bak', 'ä', '-rf', '漢'.repeat(85)];
    for (const name of junk) await writeFile(join(todo, name), 'junk');
    await symlink('/etc/passwd', join(todo, 'M331.raw'));
    await symlink('.', join(todo, 'loop'));
    await mkdir(join(todo, 'folder', 'M0.raw'), { recursive: true });
    execFileSync('mkfifo', [join(todo, 'M322.raw'), join(todo, 'pipe')]);
    // Raws of tiles that nothing leads to: they are no tiles of this cache.
    await writeFile(join(todo, 'M330.raw'), '');
    await writeFile(join(todo, 'M333.raw'), wrongShape());
    await writeFile(join(todo, 'M332.raw'), zipBomb());
    const end = await daemon(root, 'a', '--until-idle', '--max-level', '4').ended;
    expect(end.code).toBe(0);
    expect(end.err).not.toContain('this is a bug');
    expect(await essence(root)).toEqual(await essence(straight));
    // A name may be shortened there.
    const shorten = (name: string): string => name.replace(/漢+/, '漢');
    const bad = (await readdir(join(root, 'bad'))).map(shorten);
    const expected = [
      ...junk.map(shorten),
      'M331.raw',
      'loop',
      'folder',
      'M322.raw',
      'pipe',
      'M330.raw',
      'M333.raw',
    ];
    expect(bad.toSorted()).toEqual([...expected, 'M332.raw', torn, empty, bomb].toSorted());
    expect((await readFile(join(root, 'bad', torn))).length).toBe(5000);
    expect(entries(end.err).filter(({ msg }) => msg.startsWith('made a damaged tile again')).length).toBe(3);
    await expectTidy(root);
  });

  it('with a damaged root begins anew', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await writeFile(join(root, 'todo', 'M.raw'), 'not the root');
    await render(root, 2);
    await render(straight, 2);
    expect(await essence(root)).toEqual(await essence(straight));
    expect(await readFile(join(root, 'bad', 'M.raw'), 'utf8')).toBe('not the root');
  });

  it('with a damaged tile whose parent in done/ is damaged too is mended from the grandparent', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await render(root, 2);
    await render(straight, 3);
    const [tile] = (await readdir(join(root, 'todo'))).toSorted();
    await truncate(join(root, 'todo', tile), 10);
    await truncate(join(root, 'done', `${tile.slice(0, -5)}.raw`), 10);
    await render(root, 3);
    const [mine, theirs] = [await essence(root), await essence(straight)];
    delete mine.files[`done/${tile.slice(0, -5)}.raw`];
    delete theirs.files[`done/${tile.slice(0, -5)}.raw`];
    expect(mine).toEqual(theirs);
  });

  it('of 2,000 pieces of junk, with times of any century, delays but does not stop', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await render(root, 1);
    await render(straight, 2);
    const todo = join(root, 'todo');
    for (let i = 0; i < 2000; i++) await writeFile(join(todo, `junk-${i}`), '');
    const [first, second] = (await readdir(todo)).filter((name) => name.endsWith('.raw'));
    await utimes(join(todo, first), 7_000_000_000, 7_000_000_000);
    await utimes(join(todo, second), 1, 1);
    const since = performance.now();
    await render(root, 2, '--log-level', 'error');
    expect(performance.now() - since).toBeLessThan(15_000);
    expect(await essence(root)).toEqual(await essence(straight));
    expect((await readdir(join(root, 'bad'))).length).toBe(2000);
  });
});
