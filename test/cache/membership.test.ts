import { spawnSync } from 'node:child_process';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Layout } from '../../src/cache/layout.js';
import { Membership, prepareFolders, type Activity } from '../../src/cache/membership.js';
import { processTable } from '../../src/cache/process-table.js';
import type { Settings } from '../../src/cache/settings.js';
import { recoverClient } from '../../src/cache/recover.js';
import { readStatus, writeStatus } from '../../src/cache/status-file.js';
import { filesOf } from '../support/essence.js';
import { foreignStatus, identity, lockOf, newCache, put, tiles } from './support/scene.js';

const ACTIVITY: Activity = { state: 'working', subdivided: 1, rate: 0.5, holding: ['M0'] };

async function join(layout: Layout, settings: Settings, client: string): Promise<Membership> {
  const { membership } = await Membership.join(
    layout,
    settings,
    identity(client),
    lockOf(layout, client),
    new Date(0),
  );
  return membership;
}

/** Lets a client's heartbeat be so many seconds old. */
async function silent(layout: Layout, client: string, seconds: number): Promise<void> {
  const time = Date.now() / 1000 - seconds;
  await utimes(layout.work(client).status, time, time);
}

describe('joining', () => {
  it('makes the folders and the first heartbeat, leaving removes all of it', async () => {
    const { layout, settings } = await newCache();
    const before = await filesOf(layout.root);
    const membership = await join(layout, settings, 'a');
    expect((await readdir(layout.work('a').folder)).toSorted()).toEqual([
      expect.stringMatching(/^\.member-[-0-9a-f]{36}-0$/),
      'done',
      'ready',
      'status.json',
      'tile',
      'todo',
      'want',
    ]);
    expect(await readStatus(layout.work('a').status)).toMatchObject({
      client: 'a',
      state: 'idle',
      pid: process.pid,
      started: '1970-01-01T00:00:00.000Z',
    });
    await membership.beat(ACTIVITY);
    expect(await readStatus(layout.work('a').status)).toMatchObject(ACTIVITY);
    await membership.leave();
    expect(await filesOf(layout.root)).toEqual(before);
    expect(await readdir(layout.workFolder)).toEqual([]);
  });

  it('under the name of a live client is refused, and nothing is touched', async () => {
    const { layout, settings } = await newCache();
    await writeStatusOf(layout, 'a');
    await put(layout.work('a').todo(tiles('M0')[0]), 'raw', 1000);
    const before = await filesOf(layout.work('a').folder);
    const { mtimeMs } = await stat(layout.work('a').status);
    await expect(join(layout, settings, 'a')).rejects.toMatchObject({
      code: 'ECLIENTBUSY',
      path: layout.work('a').folder,
      message: expect.stringContaining('process 1 on elsewhere') as string,
    });
    expect(await filesOf(layout.work('a').folder)).toEqual(before);
    expect((await stat(layout.work('a').status)).mtimeMs).toBe(mtimeMs);
    expect(await readdir(layout.lockFolder)).toEqual([]);
  });

  it('twice at the same time lets one in', async () => {
    const { layout, settings } = await newCache();
    const both = await Promise.allSettled([1, 2, 3, 4].map(async () => await join(layout, settings, 'a')));
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    for (const outcome of both) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ECLIENTBUSY' });
    }
  });

  it('after the lease takes over what is there, times kept', async () => {
    const { layout, settings } = await newCache(5);
    await writeStatusOf(layout, 'a');
    await put(layout.work('a').todo(tiles('M0')[0]), 'raw', 1000);
    await put(layout.work('a').done(tiles('M00')[0]), 'junk');
    await silent(layout, 'a', 4);
    await expect(join(layout, settings, 'a')).rejects.toMatchObject({ code: 'ECLIENTBUSY' });
    await silent(layout, 'a', 6);
    const { recovered, membership } = await Membership.join(
      layout,
      settings,
      identity('a'),
      lockOf(layout, 'a'),
      new Date(),
    );
    expect(recovered).toEqual({ client: 'a', merged: 0, returned: 1 });
    expect((await stat(layout.todo(tiles('M0')[0]))).mtimeMs).toBe(1_000_000);
    expect(
      Object.keys(await filesOf(layout.work('a').folder)).filter((name) => !name.startsWith('.')),
    ).toEqual(['status.json']);
    await membership.assertMember();
  });

  it('takes over at once when the process is known to have ended', async () => {
    const { layout, settings } = await newCache();
    const ended = spawnSync('true').pid;
    await mkdir(layout.work('a').folder);
    await writeStatus(layout.work('a').status, {
      ...foreignStatus('a'),
      pid: ended,
      processes: processTable(),
    });
    await join(layout, settings, 'a');
    await mkdir(layout.work('b').folder);
    await writeStatus(layout.work('b').status, { ...foreignStatus('b'), pid: ended });
    await expect(join(layout, settings, 'b')).rejects.toMatchObject({ code: 'ECLIENTBUSY' });
  });

  it('takes over at once from a client that was killed before its first heartbeat', async () => {
    const { layout, settings } = await newCache();
    await put(layout.work('a').todo(tiles('M0')[0]), 'raw', 1000);
    const membership = await join(layout, settings, 'a');
    await membership.assertMember();
    expect((await stat(layout.todo(tiles('M0')[0]))).mtimeMs).toBe(1_000_000);
  });

  it('with a name that is none is refused before anything else', async () => {
    const { layout, settings } = await newCache();
    await expect(join(layout, settings, '../a')).rejects.toMatchObject({ code: 'ECLIENTNAME' });
    expect(await readdir(layout.workFolder)).toEqual([]);
  });
});

describe('a member', () => {
  it('whose place was taken is fenced and does not write', async () => {
    const { layout, settings } = await newCache();
    const membership = await join(layout, settings, 'a');
    await silent(layout, 'a', 61);
    await lockOf(layout, 'b').run(async (held) => await recoverClient(layout, 'a', held));
    const fenced = { code: 'EFENCED', path: layout.work('a').folder };
    await expect(membership.assertMember()).rejects.toMatchObject(fenced);
    await expect(membership.beat(ACTIVITY)).rejects.toMatchObject(fenced);
    expect(await readdir(layout.workFolder)).toEqual([]);
    // Another session of the name does not make it a member again, nor the other way round.
    const next = await join(layout, settings, 'a');
    await expect(membership.beat(ACTIVITY)).rejects.toMatchObject(fenced);
    await next.beat(ACTIVITY);
  });

  it('proves it from its heart and its loop at the same time', async () => {
    const { layout, settings } = await newCache();
    const membership = await join(layout, settings, 'a');
    await Promise.all(Array.from({ length: 50 }, async () => await membership.assertMember()));
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['vanished', async (path) => void spawnSync('rm', ['-r', path])],
    ['was torn', async (path) => await writeFile(path, '{"client": "a"')],
    ['is another one’s', async (path) => await writeStatus(path, foreignStatus('a'))],
  ])('whose heartbeat %s beats again', async (_what, damage) => {
    const { layout, settings } = await newCache();
    const membership = await join(layout, settings, 'a');
    await damage(layout.work('a').status);
    await membership.beat(ACTIVITY);
    expect(await readStatus(layout.work('a').status)).toMatchObject(ACTIVITY);
  });

  it('sees the others and who of them is dead', async () => {
    const { layout, settings } = await newCache(10);
    const membership = await join(layout, settings, 'a');
    for (const client of ['live', 'dead', 'skewed']) await writeStatusOf(layout, client);
    await silent(layout, 'dead', 11);
    await silent(layout, 'skewed', -3600); // an hour ahead: no reason to bury anybody
    await mkdir(layout.work('young').folder);
    await mkdir(layout.work('old').folder);
    await utimes(layout.work('old').folder, 1000, 1000);
    const { all, dead } = await membership.others();
    expect(all.map(({ name }) => name).toSorted()).toEqual(['dead', 'live', 'old', 'skewed', 'young']);
    expect(dead.map(({ name }) => name).toSorted()).toEqual(['dead', 'old']);
  });
});

describe('the folders of a cache', () => {
  it('are made where they are missing', async () => {
    const { layout } = await newCache();
    for (const folder of layout.folders) spawnSync('rm', ['-r', folder]);
    await prepareFolders(layout);
    expect((await readdir(layout.root)).toSorted()).toEqual(
      ['boring.txt', 'cache.json', 'done', 'lock', 'tile', 'todo', 'want', 'work'].toSorted(),
    );
  });

  it('cannot be made where a file stands in the way', async () => {
    const { layout } = await newCache();
    spawnSync('rm', ['-r', layout.todoFolder]);
    await writeFile(layout.todoFolder, '');
    await expect(prepareFolders(layout)).rejects.toMatchObject({ code: 'EFOLDER', path: layout.todoFolder });
  });
});

async function writeStatusOf(layout: Layout, client: string): Promise<void> {
  await mkdir(layout.work(client).folder, { recursive: true });
  await writeStatus(layout.work(client).status, foreignStatus(client));
}
