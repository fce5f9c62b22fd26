import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { essence } from '../support/essence.js';
import { expectTidy, render, useCaches } from '../e2e/support/caches.js';
import { daemon, run } from '../e2e/support/mandeld.js';
import { makeOutside } from './support/outside.js';

const caches = useCaches();

describe('a daemon among hostile things', () => {
  it('makes the cache that it would have made, and touches nothing outside', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await render(root, 2);
    await render(straight, 4);
    const outside = await makeOutside();
    const [first, second, third] = (await readdir(join(root, 'todo'))).toSorted();
    const dead = join(root, 'work', 'dead');
    for (const name of ['', 'ready', 'want']) await mkdir(join(dead, name), { recursive: true });
    for (const name of ['todo', 'done', 'tile']) await symlink(join(outside.folder, name), join(dead, name));
    execFileSync('mkfifo', [
      join(dead, 'status.json'),
      join(dead, 'boring.txt'),
      join(root, 'work', '.clock-a'),
    ]);
    await utimes(join(dead, 'status.json'), 1, 1);
    // A client that leads elsewhere, and has the daemon's name; one that is no folder; one that cannot be told from a live one.
    await symlink(outside.folder, join(root, 'work', 'a'));
    await writeFile(join(root, 'work', 'file'), '');
    await mkdir(join(root, 'work', 'young', 'todo'), { recursive: true });
    await writeFile(join(root, 'work', 'young', 'status.json'), '{"pid": 0}');
    await utimes(join(root, 'work', 'young', 'status.json'), 9e9, 9e9);
    // Folders where results should go.
    await mkdir(join(root, 'done', first, 'x'), { recursive: true });
    await mkdir(join(root, 'tile', `${second.slice(0, -4)}0.png`, 'x'), { recursive: true });
    await symlink(join(outside.folder, 'M0.raw'), join(root, 'done', third));
    await mkdir(join(root, 'tile', 'P0.png.d'));
    await symlink(join(outside.folder, 'held'), join(root, 'lock', 'held'));
    await mkdir(join(root, 'todo', 'd/'.repeat(1000)), { recursive: true });
    await mkdir(join(root, 'reference'));
    await writeFile(join(root, 'reference', 'M00000000.orbit'), 'MREF');
    const before = await outside.look();
    const end = await daemon(root, 'a', '--until-idle', '--max-level', '4').ended;
    expect(end.err).not.toContain('this is a bug');
    expect(end.code).toBe(0);
    expect(await outside.look()).toEqual(before);
    for (const left of ['tile/P0.png.d', 'work/file', 'reference'])
      await rm(join(root, left), { recursive: true });
    expect(await essence(root)).toEqual(await essence(straight));
    await expectTidy(root);
  });

  it.each(['todo', 'lock', 'bad'])('refuses a cache whose %s/ is a link, in words', async (name) => {
    const root = await caches.fresh();
    const outside = await makeOutside();
    await rm(join(root, name), { recursive: true, force: true });
    await symlink(outside.folder, join(root, name));
    const before = await outside.look();
    const end = await daemon(root, 'a', '--until-idle', '--max-level', '1').ended;
    expect(end.code).toBe(3);
    expect(end.err).toContain('EFOLDER');
    const check = await run('check', root);
    expect(check).toMatchObject({ code: 3 });
    expect(await outside.look()).toEqual(before);
  });

  it.each([
    ['a pipe', async (path: string) => void execFileSync('mkfifo', [path])],
    [
      'a terabyte',
      async (path: string) => await writeFile(path, '').then(async () => await truncate(path, 2 ** 40)),
    ],
  ])('refuses a cache.json that is %s', async (_what, make) => {
    const root = await caches.fresh();
    await rm(join(root, 'cache.json'));
    await make(join(root, 'cache.json'));
    for (const command of [
      ['--cache', root],
      ['status', root],
      ['check', root],
    ]) {
      expect(await run(...command)).toMatchObject({ code: 3, out: '' });
    }
  });
});
