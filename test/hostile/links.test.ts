import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setAside } from '../../src/cache/bad-folder.js';
import { claim } from '../../src/cache/claim.js';
import type { Layout, WorkLayout } from '../../src/cache/layout.js';
import { Membership, prepareFolders } from '../../src/cache/membership.js';
import { mergeReady } from '../../src/cache/merge.js';
import { recoverClient } from '../../src/cache/recover.js';
import { loadReference, saveReference } from '../../src/cache/reference-store.js';
import { TileQueue } from '../../src/cache/tile-queue.js';
import { foldAddress } from '../../src/tile/folding.js';
import { cacheWithResults, declareReady } from '../cache/support/results.js';
import { alwaysHeld, identity, lockOf, newCache, put, tiles } from '../cache/support/scene.js';
import { makeOutside, type Outside } from './support/outside.js';

/** A folder is replaced by a link to one outside that holds files of the same names. */
async function lead(path: string, outside: Outside, to = '.'): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await symlink(join(outside.folder, to), path);
}

/** Runs something while nothing outside may change. */
async function untouched<T>(outside: Outside, act: () => Promise<T>): Promise<T> {
  const before = await outside.look();
  const result = await act();
  expect(await outside.look()).toEqual(before);
  return result;
}

describe('a dead client whose folder leads elsewhere', () => {
  it.each(['todo', 'want', 'ready', 'done', 'tile'] as const)('by its %s/', async (name) => {
    const { layout, work, results } = await cacheWithResults();
    const outside = await makeOutside();
    await declareReady(work, results, alwaysHeld);
    await lead(join(work.folder, name), outside, name);
    await untouched(outside, async () => await recoverClient(layout, 'a', alwaysHeld));
    expect(await readdir(layout.workFolder)).toEqual([]);
  });

  it.each(['boring.txt', 'status.json', 'todo', 'ready'])(
    'by %s being a pipe, or a folder of junk',
    async (name) => {
      for (const make of [
        async (path: string) => void execFileSync('mkfifo', [path]),
        async (path: string) => await mkdir(join(path, 'x', 'y'), { recursive: true }),
        async (path: string) => await symlink('/etc/passwd', path),
      ]) {
        const { layout, work, results } = await cacheWithResults();
        await declareReady(work, results, alwaysHeld);
        await rm(join(work.folder, name), { recursive: true, force: true });
        await make(join(work.folder, name));
        await recoverClient(layout, 'a', alwaysHeld);
        expect(await readdir(layout.workFolder)).toEqual([]);
      }
    },
  );

  it('by a boring.txt of terabytes', async () => {
    const { layout, work, results } = await cacheWithResults();
    await declareReady(work, results, alwaysHeld);
    await truncate(work.boring, 5e12);
    const { merged, returned } = await recoverClient(layout, 'a', alwaysHeld);
    expect({ merged, returned }).toEqual({ merged: 2, returned: 1 });
  });

  it('as a whole, and a client that joins under its name', async () => {
    const { layout, settings } = await newCache();
    const outside = await makeOutside();
    for (const client of ['a', 'b']) await lead(layout.work(client).folder, outside);
    await untouched(outside, async () => {
      await recoverClient(layout, 'a', alwaysHeld);
      await Membership.join(layout, settings, identity('b'), lockOf(layout, 'b'), new Date());
    });
    expect(await readdir(layout.work('b').folder)).toContain('status.json');
    expect(await readdir(layout.todoFolder)).toEqual(['M.raw']);
  });

  it('by the folders of a folded address', async () => {
    const { layout } = await newCache();
    const outside = await makeOutside();
    const [deep] = tiles(`M${'2'.repeat(120)}0`);
    const work = layout.work('a');
    await lead(dirname(work.todo(deep)), outside);
    await put(join(outside.folder, '0.raw'), 'precious');
    await untouched(outside, async () => await recoverClient(layout, 'a', alwaysHeld));
  });

  it('by names that are no UTF-8', async () => {
    const { layout } = await newCache();
    const { folder } = layout.work('a');
    await mkdir(join(folder, 'todo'), { recursive: true });
    const name = Buffer.from([0x4d, 0xff, 0xfe, 0x30]);
    await mkdir(Buffer.concat([Buffer.from(`${folder}/`), name]));
    await writeFile(Buffer.concat([Buffer.from(`${folder}/`), name, Buffer.from('/x')]), '');
    await writeFile(Buffer.concat([Buffer.from(`${folder}/todo/`), name]), '');
    await recoverClient(layout, 'a', alwaysHeld);
    expect(await readdir(layout.workFolder)).toEqual([]);
  });
});

describe('a dead client’s folder', () => {
  it('with folders deeper than any path is set aside as a whole', async () => {
    const { layout } = await newCache();
    const { folder } = layout.work('a');
    await mkdir(folder, { recursive: true });
    const home = process.cwd();
    try {
      process.chdir(folder);
      for (let depth = 0; depth < 50; depth++) {
        await mkdir('d'.repeat(200));
        process.chdir('d'.repeat(200));
      }
    } finally {
      process.chdir(home);
    }
    await recoverClient(layout, 'a', alwaysHeld);
    expect(await readdir(layout.workFolder)).toEqual([]);
    expect(await readdir(layout.badFolder)).toEqual(['a']);
    // Node cannot remove it.
    execFileSync('rm', ['-rf', layout.badFolder]);
  });
});

describe('a client that works', () => {
  it.each(['todo', 'done', 'tile', 'ready', 'want'])(
    'is fenced when its %s/ leads elsewhere',
    async (name) => {
      const { layout, settings } = await newCache();
      const outside = await makeOutside();
      const { membership } = await Membership.join(
        layout,
        settings,
        identity('a'),
        lockOf(layout, 'a'),
        new Date(),
      );
      await lead(join(membership.work.folder, name), outside, name);
      await untouched(outside, async () => {
        await expect(membership.assertMember()).rejects.toMatchObject({ code: 'EFENCED' });
        await Membership.join(
          layout,
          { ...settings, lease: 0 },
          identity('a'),
          lockOf(layout, 'a'),
          new Date(),
        );
      });
    },
  );

  const places: [string, (layout: Layout) => string][] = [
    ['todo', (layout) => layout.todoFolder],
    ['done', (layout) => layout.doneFolder],
    ['tile', (layout) => layout.tileFolder],
    ['want', (layout) => layout.wantFolder],
    ['work', (layout) => layout.workFolder],
    ['lock', (layout) => layout.lockFolder],
    ['ahead', (layout) => layout.aheadFolder],
    ['bad', (layout) => layout.badFolder],
    ['reference', (layout) => layout.referenceFolder],
  ];

  it.each(places)('refuses a cache whose %s/ leads elsewhere', async (_name, pathOf) => {
    const { layout } = await newCache();
    const outside = await makeOutside();
    const path = pathOf(layout);
    await lead(path, outside);
    await untouched(outside, async () => {
      await expect(prepareFolders(layout)).rejects.toMatchObject({ code: 'EFOLDER', path });
      const section = lockOf(layout, 'a').run(async () => await Promise.resolve());
      await expect(section).rejects.toMatchObject({ code: 'EFOLDER', path });
      if (path === layout.badFolder)
        await expect(setAside(layout, layout.boring)).rejects.toMatchObject({ path });
      const [cell] = tiles('M00000000');
      if (path !== layout.referenceFolder) return;
      await expect(saveReference(layout, cell, new Uint8Array(9))).rejects.toMatchObject({ path });
      expect(await loadReference(layout, cell)).toBeNull();
    });
  });
});

/** Places of tiles that a merge of M0 and M1 moves things to, or a claim. */
const TARGETS: [string, (layout: Layout, work: WorkLayout) => string][] = [
  ['done/M0.raw', (layout) => layout.done(tiles('M0')[0])],
  ['todo/M02.raw', (layout) => layout.todo(tiles('M02')[0])],
  ['tile/M02.png', (layout) => layout.tile(tiles('M02')[0])],
  ['work/a/ready/M0.raw', (_layout, work) => work.ready(tiles('M0')[0])],
];

describe('a folder where a file should go', () => {
  it.each(TARGETS)('as %s does not stop a merge', async (_name, target) => {
    const { layout, work, results } = await cacheWithResults();
    await mkdir(join(target(layout, work), 'x'), { recursive: true });
    const contents = await declareReady(work, results, alwaysHeld);
    const { committed } = await mergeReady(layout, work, alwaysHeld, contents);
    expect(committed).toEqual(['M0', 'M1']);
    expect((await readdir(layout.todoFolder)).toSorted()).toEqual(['M01.raw', 'M02.raw', 'M10.raw']);
  });

  it('in a claim does not stop it', async () => {
    const { layout } = await newCache();
    const [root] = tiles('M');
    const work = layout.work('a');
    await mkdir(join(work.todo(root), 'x'), { recursive: true });
    const queues = {
      todo: TileQueue.ofTodo(layout, () => true),
      wants: TileQueue.ofWants(layout, () => true),
    };
    await queues.todo.refresh();
    const claimed = await claim(layout, work, queues, 1, new Set(), alwaysHeld);
    expect(claimed.toSubdivide).toEqual(['M']);
  });

  it('or a link or a file in the place of a folded address\u2019s folder: is set aside, and not followed', async () => {
    const [deep] = tiles(`M${'2'.repeat(120)}0`);
    for (const make of [
      async (path: string, outside: Outside) => await symlink(outside.folder, path),
      async (path: string) => await writeFile(path, ''),
    ]) {
      const { layout } = await newCache();
      const outside = await makeOutside();
      await make(join(layout.todoFolder, foldAddress(deep).split('/')[0]), outside);
      await put(layout.work('a').todo(deep), 'raw');
      const recovered = await untouched(outside, async () => await recoverClient(layout, 'a', alwaysHeld));
      expect(recovered.returned).toBe(1);
      expect((await readdir(layout.badFolder)).length).toBe(1);
    }
  });
});

describe('bad/', () => {
  it('takes another of a name that was taken a thousand times', async () => {
    const { layout } = await newCache();
    for (let n = 1; n <= 1000; n++) await put(join(layout.badFolder, n === 1 ? 'x' : `x.${n}`), '');
    await put(join(layout.todoFolder, 'x'), 'new');
    await utimes(join(layout.todoFolder, 'x'), 1, 1);
    expect(await setAside(layout, join(layout.todoFolder, 'x'))).toMatch(/x\.[0-9a-f-]{36}$/);
  });
});
