import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readBoring } from '../../src/cache/boring-file.js';
import type { Layout } from '../../src/cache/layout.js';
import { mergeReady } from '../../src/cache/merge.js';
import { recoverClient } from '../../src/cache/recover.js';
import { filesOf } from '../support/essence.js';
import { cacheWithResults, cacheWithWishes, declareReady } from './support/results.js';
import { alwaysHeld, Crash, heldFor, put, tiles } from './support/scene.js';

/** Everything of a cache that daemons share: files by name and content, the lines of boring.txt in order of name. */
async function shared(layout: Layout): Promise<unknown> {
  const files = await filesOf(layout.root);
  delete files['boring.txt'];
  const { tiles: boring, duplicates } = await readBoring(layout.boring);
  return { files, boring: [...boring].map(String).toSorted(), duplicates };
}

/** The cache after everything went well and the client was recovered. */
async function undisturbed(prepare: typeof cacheWithResults): Promise<{ state: unknown; steps: number }> {
  const { layout, work, results } = await prepare();
  const held = heldFor(Infinity);
  const contents = await declareReady(work, results, held);
  await mergeReady(layout, work, held, contents);
  await recoverClient(layout, 'a', alwaysHeld);
  return { state: await shared(layout), steps: held.used };
}

describe('merging', () => {
  it('moves pictures, boring lines and children, and then the tiles', async () => {
    const { layout, work, results } = await cacheWithResults();
    const contents = await declareReady(work, results, alwaysHeld);
    const merged = await mergeReady(layout, work, alwaysHeld, contents);
    expect({ ...merged, committed: [...merged.committed].toSorted() }).toEqual({
      committed: ['M0', 'M1'],
      children: 3,
      boring: 4,
    });
    const names = Object.keys(await filesOf(layout.root)).filter((name) => !name.startsWith('tile/M'));
    expect(names).toEqual([
      'boring.txt',
      'cache.json',
      'done/M.raw',
      'done/M0.raw',
      'done/M1.raw',
      'tile/P0.png',
      'tile/P3.png',
      'todo/M01.raw',
      'todo/M02.raw',
      'todo/M10.raw',
      'work/a/boring.txt',
      'work/a/todo/M00.raw', // claimed and not computed
    ]);
    expect(await readFile(layout.boring, 'utf8')).toBe('M2 0\nM3 0\nM03 3\nM11 0\nM12 0\nM13 0\n');
    expect((await stat(layout.todo(tiles('M01')[0]))).mtimeMs).toBe(2002_000);
  });

  it('merges nothing that is not ready', async () => {
    const { layout, work, results } = await cacheWithResults();
    const contents = await declareReady(work, results.slice(1), alwaysHeld);
    const merged = await mergeReady(layout, work, alwaysHeld, contents);
    expect(merged).toEqual({ committed: ['M1'], children: 1, boring: 3 });
    const names = Object.keys(await filesOf(work.folder));
    expect(names).toEqual([
      'boring.txt',
      'done/M01.raw',
      'done/M02.raw',
      'tile/M01.png',
      'tile/M02.png',
      'todo/M0.raw',
      'todo/M00.raw',
    ]);
  });

  it('cut off before anything is ready gives back what was claimed, unchanged', async () => {
    for (const ready of [0, 1]) {
      const { layout, work, results } = await cacheWithResults();
      await expect(declareReady(work, results, heldFor(ready))).rejects.toThrow(Crash);
      const recovered = await recoverClient(layout, 'a', alwaysHeld);
      expect(recovered).toEqual({ client: 'a', merged: ready, returned: 3 - ready });
      const names = Object.keys(await filesOf(layout.root)).filter((name) => !name.startsWith('tile/'));
      const common = ['boring.txt', 'cache.json', 'done/M.raw'];
      expect(names).toEqual(
        ready === 0
          ? [...common, 'todo/M0.raw', 'todo/M00.raw', 'todo/M1.raw']
          : [...common, 'done/M0.raw', 'todo/M00.raw', 'todo/M01.raw', 'todo/M02.raw', 'todo/M1.raw'],
      );
      expect(await readFile(layout.boring, 'utf8')).toBe(`M2 0\nM3 0\n${ready === 0 ? '' : 'M03 3\n'}`);
    }
  });

  it('torn at any byte of its boring lines gives each line once', async () => {
    const { state, steps } = await undisturbed(cacheWithResults);
    const appended = 'M03 3\nM11 0\nM12 0\nM13 0\n';
    // The last step before the lines is the one that follows the pictures; after it the append itself was torn.
    for (let length = 0; length <= appended.length; length++) {
      const { layout, work, results } = await cacheWithResults();
      const held = heldFor(steps - 6);
      const contents = await declareReady(work, results, held);
      await mergeReady(layout, work, held, contents).catch(() => undefined);
      await writeFile(layout.boring, `M2 0\nM3 0\n${appended.slice(0, length)}`);
      await recoverClient(layout, 'a', alwaysHeld);
      expect(await shared(layout), `${length} bytes`).toEqual(state);
      expect((await readBoring(layout.boring)).invalid).toEqual([]);
    }
  });
});

describe.each([
  ['of subdivided tiles', cacheWithResults, 1],
  ['of tiles that were asked for', cacheWithWishes, 2],
] as const)('merging results %s', (_what, prepare, returned) => {
  it('cut off before any step and taken up by others gives the same cache', async () => {
    const { state, steps } = await undisturbed(prepare);
    const inMark = (await prepare()).results.length; // a step of declareReady for each tile
    expect(steps).toBeGreaterThan(10);
    for (let n = inMark; n < steps; n++) {
      const { layout, work, results } = await prepare();
      const held = heldFor(n);
      const contents = await declareReady(work, results, held);
      await expect(mergeReady(layout, work, held, contents)).rejects.toThrow(Crash);
      const recovered = await recoverClient(layout, 'a', alwaysHeld);
      expect(recovered.returned).toBe(returned);
      expect(await shared(layout), `cut off before step ${n}`).toEqual(state);
    }
  });

  it('cut off and taken up by the same client, with more results by then, gives the same cache', async () => {
    const { state, steps } = await undisturbed(prepare);
    for (let n = 1; n < steps; n++) {
      const { layout, work, results } = await prepare();
      const held = heldFor(n);
      const first = declareReady(work, results.slice(0, 1), held).then(
        async (contents) => await mergeReady(layout, work, held, contents),
      );
      await first.catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      await declareReady(work, results, alwaysHeld);
      await mergeReady(layout, work, alwaysHeld, null);
      await recoverClient(layout, 'a', alwaysHeld);
      expect(await shared(layout), `cut off before step ${n}`).toEqual(state);
    }
  });

  it('cut off twice, by its client and by the one that recovered it, gives the same cache', async () => {
    const { state, steps } = await undisturbed(prepare);
    const inMark = (await prepare()).results.length;
    for (let n = inMark; n < steps; n += 3) {
      for (let m = 0; m < steps; m += 2) {
        const { layout, work, results } = await prepare();
        const held = heldFor(n);
        const contents = await declareReady(work, results, held);
        await mergeReady(layout, work, held, contents).catch(() => undefined);
        await recoverClient(layout, 'a', heldFor(m)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Crash);
        });
        await recoverClient(layout, 'a', alwaysHeld);
        expect(await shared(layout), `cut off before steps ${n} and ${m}`).toEqual(state);
      }
    }
  });
});

describe('merging tiles that were asked for', () => {
  it('puts them into todo/ and their marks into ahead/, and drops what comes a second time', async () => {
    const { layout, work, results } = await cacheWithWishes();
    const contents = await declareReady(work, results, alwaysHeld);
    const merged = await mergeReady(layout, work, alwaysHeld, contents);
    expect({ ...merged, committed: [...merged.committed].toSorted() }).toEqual({
      committed: ['M0', 'M02', 'M0232', 'M0233', 'M1', 'M100'],
      children: 4,
      boring: 4,
    });
    const names = Object.keys(await filesOf(layout.root)).filter((name) => !name.startsWith('tile/'));
    expect(names).toEqual([
      'ahead/M0232',
      'ahead/M0233',
      'ahead/M100',
      'boring.txt',
      'cache.json',
      'done/M.raw',
      'done/M0.raw',
      'done/M1.raw',
      'todo/M01.raw',
      'todo/M02.raw',
      'todo/M0233.raw',
      'todo/M100.raw',
      'work/a/boring.txt',
      'work/a/todo/M00.raw',
      'work/a/want/M0231',
      'work/b/todo/M10.raw',
    ]);
    expect(await readFile(layout.boring, 'utf8')).toBe('M2 0\nM3 0\nM13 0\nM03 3\nM11 0\nM12 0\nM0232 0\n');
  });

  it('keeps a child whose mark is a stray, or whose tile is not in its place yet', async () => {
    const { layout, work, results } = await cacheWithResults();
    const [m01, m02, m10] = tiles('M01', 'M02', 'M10');
    await put(layout.ahead(m01), '');
    await mkdir(layout.ahead(m02), { recursive: true });
    await put(layout.ahead(m10), '');
    await put(layout.work('b').readyWant(m10), ''); // b died between the mark and the tile
    await put(layout.work('b').done(m10), 'raw M10');
    const contents = await declareReady(work, results, alwaysHeld);
    expect((await mergeReady(layout, work, alwaysHeld, contents)).children).toBe(3);
    await recoverClient(layout, 'b', alwaysHeld);
    const names = Object.keys(await filesOf(layout.root)).filter((name) => !name.startsWith('tile/'));
    expect(names.filter((name) => /^(todo|ahead|work\/b)\//.test(name))).toEqual([
      'todo/M01.raw',
      'todo/M02.raw',
      'todo/M10.raw',
    ]);
  });

  it('puts a tile back only once when its maker died after it had gone on its way', async () => {
    const { layout, work, results } = await cacheWithResults();
    const [m10] = tiles('M10');
    await put(layout.ahead(m10), '');
    await put(layout.work('b').readyWant(m10), ''); // b died before the end of its merge
    await put(layout.done(m10), 'raw M10'); // and c has subdivided it since
    const contents = await declareReady(work, results, alwaysHeld);
    await mergeReady(layout, work, alwaysHeld, contents);
    await recoverClient(layout, 'b', alwaysHeld);
    const names = Object.keys(await filesOf(layout.root));
    expect(names.filter((name) => name.endsWith('M10.raw'))).toEqual(['done/M10.raw']);
    expect(names.filter((name) => name.startsWith('ahead/'))).toEqual([]);
  });

  it('drops one whose parent was subdivided meanwhile, or is being merged by another client', async () => {
    for (const where of ['done', 'ready'] as const) {
      const { layout, work, results } = await cacheWithWishes();
      const [m023] = tiles('M023');
      await put(where === 'done' ? layout.done(m023) : layout.work('b').ready(m023), '');
      const contents = await declareReady(work, results, alwaysHeld);
      await mergeReady(layout, work, alwaysHeld, contents);
      const names = Object.keys(await filesOf(layout.root));
      expect(names).not.toContain('todo/M0233.raw');
      expect(names).not.toContain('ahead/M0233');
      expect(names).toContain('ahead/M100');
      expect(await readFile(layout.boring, 'utf8')).not.toContain('M0232');
    }
  });

  it('writes a line once when its maker dies at any step and the parent is merged before it is recovered', async () => {
    const { steps } = await undisturbed(cacheWithWishes);
    const [m023, m0230, m0231, m0232, m0233] = tiles('M023', 'M0230', 'M0231', 'M0232', 'M0233');
    for (let n = 0; n < steps; n++) {
      const { layout, work, results } = await cacheWithWishes();
      const held = heldFor(n);
      await declareReady(work, results, held)
        .then(async (contents) => await mergeReady(layout, work, held, contents))
        .catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      const other = layout.work('b');
      for (const folder of other.folders) await mkdir(folder, { recursive: true });
      await put(other.todo(m023), 'raw M023');
      await put(other.done(m0233), 'raw M0233');
      await put(other.tile(m0233), 'picture M0233');
      const boring = [m0230, m0231, m0232].map((address) => ({ address, period: 0 }));
      const contents = await declareReady(other, [{ kind: 'subdivided', address: m023, boring }], alwaysHeld);
      await mergeReady(layout, other, alwaysHeld, contents);
      await recoverClient(layout, 'a', alwaysHeld);
      const { tiles: lines, duplicates } = await readBoring(layout.boring);
      expect(duplicates, `cut off before step ${n}`).toEqual([]);
      expect(lines.has(m0232)).toBe(true);
      const names = Object.keys(await filesOf(layout.root));
      expect(
        names.filter((name) => name.endsWith('M0233.raw')),
        `cut off before step ${n}`,
      ).toHaveLength(1);
    }
  });
});
