import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Layout } from '../../src/cache/layout.js';
import type { Job, Outcome } from '../../src/daemon/job.js';
import perform from '../../src/daemon/worker.js';
import { seedOf } from '../../src/daemon/seed.js';
import { decodeRaw } from '../../src/tile/raw.js';
import { newCache, tiles } from '../cache/support/scene.js';
import { filesOf } from '../support/essence.js';

const [M, M0, M1, M2, M00] = tiles('M', 'M0', 'M1', 'M2', 'M00');
const ROOT_TILE = seedOf('Classic', 'png');

/** A cache whose client `a` has claimed the root. */
async function claimedRoot(): Promise<{ layout: Layout; job: Job }> {
  const { layout } = await newCache();
  const work = layout.work('a');
  for (const folder of work.folders) await mkdir(folder, { recursive: true });
  await writeFile(work.todo(M), ROOT_TILE.raw);
  await rm(layout.todo(M));
  const job = {
    tasks: [{ kind: 'subdivide', address: M }],
    root: layout.root,
    client: 'a',
    theme: 'Classic',
    image: 'png',
  } as const;
  return { layout, job };
}

describe('a worker', () => {
  it('writes the children and pictures into the client’s folder and nowhere else, the same bytes every time', async () => {
    const runs = [await claimedRoot(), await claimedRoot()];
    const outcomes: Outcome[] = [];
    for (const { job } of runs) outcomes.push(...(await perform(job)));
    expect(outcomes[0]).toMatchObject({
      kind: 'computed',
      result: {
        kind: 'subdivided',
        address: 'M',
        boring: [
          { address: 'M2', period: 0 },
          { address: 'M3', period: 0 },
        ],
      },
    });
    expect(outcomes[1]).toEqual(outcomes[0]);
    const files = await filesOf(runs[0].layout.root);
    expect(Object.keys(files).filter((name) => name.startsWith('work/'))).toEqual(
      ['done/M0.raw', 'done/M1.raw', 'tile/M0.png', 'tile/M1.png', 'tile/P0.png', 'todo/M.raw'].map(
        (name) => `work/a/${name}`,
      ),
    );
    expect(await filesOf(runs[1].layout.root)).toEqual(files);
    expect(decodeRaw(await readFile(runs[0].layout.work('a').done(M0))).period.length).toBe(257 * 257);
  });

  it('makes no second picture of a period, unless the first is torn', async () => {
    const { layout, job } = await claimedRoot();
    const folder = layout.work('a').tileFolder;
    await writeFile(layout.tile({ period: 0 }), 'torn');
    await perform(job);
    expect(Object.keys(await filesOf(folder))).toEqual(['M0.png', 'M1.png', 'P0.png']);
    await rename(layout.work('a').tile({ period: 0 }), layout.tile({ period: 0 }));
    await perform(job);
    expect(Object.keys(await filesOf(folder))).toEqual(['M0.png', 'M1.png']);
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['torn', async (path) => await truncate(path, 1000)],
    ['empty', async (path) => await truncate(path, 0)],
    ['too long', async (path) => await writeFile(path, new Uint8Array(600_000))],
    ['a link', async (path) => await rm(path).then(async () => await symlink('/etc/passwd', path))],
    ['a folder', async (path) => await rm(path).then(async () => await mkdir(path))],
    ['a pipe', async (path) => await rm(path).then(() => execFileSync('mkfifo', [path]))],
  ])('calls a file damaged that is %s, and writes nothing', async (_what, damage) => {
    const { layout, job } = await claimedRoot();
    await damage(layout.work('a').todo(M));
    const [outcome] = await perform(job);
    expect(outcome).toMatchObject({ kind: 'damaged', reason: expect.stringMatching(/./) as string });
    expect(await filesOf(layout.work('a').doneFolder)).toEqual({});
  });

  it('finds a tile gone whose file or folder others have taken', async () => {
    const { layout, job } = await claimedRoot();
    await rm(layout.work('a').todo(M));
    expect(await perform(job)).toEqual([{ kind: 'gone' }]);
    await writeFile(layout.work('a').todo(M), ROOT_TILE.raw);
    await rm(layout.work('a').doneFolder, { recursive: true });
    await rm(layout.work('a').tileFolder, { recursive: true });
    expect(await perform(job)).toEqual([{ kind: 'gone' }]);
  });

  it('makes a tile again to the last bit', async () => {
    const { layout, job } = await claimedRoot();
    const work = layout.work('a');
    await perform(job);
    const child = await readFile(work.done(M0));
    await rename(work.todo(M), layout.done(M));
    await writeFile(work.todo(M0), 'torn');
    expect(await perform({ ...job, tasks: [{ kind: 'remake', address: M0 }] })).toEqual([{ kind: 'remade' }]);
    expect(await readFile(work.todo(M0))).toEqual(child);
    await writeFile(work.todo(M), 'torn');
    expect(await perform({ ...job, tasks: [{ kind: 'remake', address: M }] })).toEqual([{ kind: 'remade' }]);
    expect(await readFile(work.todo(M))).toEqual(Buffer.from(ROOT_TILE.raw));
  });

  it('makes no tile again that nothing leads to, or that is boring', async () => {
    const { layout, job } = await claimedRoot();
    await rename(layout.work('a').todo(M), layout.done(M));
    expect(await perform({ ...job, tasks: [{ kind: 'remake', address: M00 }] })).toMatchObject([
      { kind: 'needless', reason: 'nothing leads to it' },
    ]);
    expect(await perform({ ...job, tasks: [{ kind: 'remake', address: M2 }] })).toEqual([
      { kind: 'needless', reason: 'it is boring' },
    ]);
  });

  it('makes a tile that was asked for as it would come from its parent, and a line of a boring one', async () => {
    const { layout, job } = await claimedRoot();
    const work = layout.work('a');
    await perform(job);
    const names = ['done/M0.raw', 'tile/M0.png', 'tile/P0.png'];
    const before = await filesOf(work.folder);
    await rm(work.folder, { recursive: true });
    for (const folder of work.folders) await mkdir(folder, { recursive: true });
    const made = await perform({ ...job, tasks: [{ kind: 'make', address: M0 }] });
    expect(made).toMatchObject([{ kind: 'computed', result: { kind: 'made', address: 'M0', boring: [] } }]);
    const boring = await perform({ ...job, tasks: [{ kind: 'make', address: M2 }] });
    expect(boring).toMatchObject([{ result: { kind: 'made', boring: [{ address: 'M2', period: 0 }] } }]);
    const after = await filesOf(work.folder);
    expect(after).toEqual(Object.fromEntries(names.map((name) => [name, before[name]])));
  });

  it('answers to several tiles in their order, and writes what one by one would write', async () => {
    const { layout, job } = await claimedRoot();
    const work = layout.work('a');
    await perform(job);
    await rename(work.done(M0), work.todo(M0));
    await writeFile(work.todo(M1), 'torn');
    await rm(work.todo(M));
    const tasks = [M1, M, M0].map((address) => ({ kind: 'subdivide' as const, address }));
    expect(await perform({ ...job, tasks })).toMatchObject([
      { kind: 'damaged' },
      { kind: 'gone' },
      { kind: 'computed', result: { address: 'M0' } },
    ]);
    const together = await filesOf(work.doneFolder);
    await perform({ ...job, tasks: tasks.slice(2) });
    expect(await filesOf(work.doneFolder)).toEqual(together);
  });

  it('refuses a theme that it does not know', async () => {
    const { job } = await claimedRoot();
    await expect(perform({ ...job, theme: 'None' })).rejects.toThrow(RangeError);
  });
});
