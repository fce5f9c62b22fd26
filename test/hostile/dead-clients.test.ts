import { mkdir, readdir, readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Layout } from '../../src/cache/layout.js';
import { Membership } from '../../src/cache/membership.js';
import { mergeReady } from '../../src/cache/merge.js';
import { Exchange } from '../../src/daemon/exchange.js';
import { Holdings } from '../../src/daemon/holdings.js';
import { filesOf } from '../support/essence.js';
import { cacheWithWishes, declareReady } from '../cache/support/results.js';
import { alwaysHeld, foreignStatus, identity, lockOf, newCache, put } from '../cache/support/scene.js';

// Whatever it may be that makes a recovery fail: for a client of this name it does.
vi.mock(import('../../src/cache/recover.js'), async (original) => {
  const { recoverClient } = await original();
  return {
    recoverClient: async (layout, client, held) => {
      if (client !== 'cursed') return await recoverClient(layout, client, held);
      throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    },
  };
});

async function die(layout: Layout, client: string): Promise<void> {
  await put(layout.work(client).status, JSON.stringify(foreignStatus(client)), 1000);
}

async function join(): Promise<{ layout: Layout; membership: Membership; exchange: Exchange }> {
  const { layout, settings } = await newCache();
  const lock = lockOf(layout, 'me');
  const { membership } = await Membership.join(layout, settings, identity('me'), lock, new Date());
  const logger = pino({ level: 'silent' });
  return {
    layout,
    membership,
    exchange: new Exchange(layout, lock, new Holdings(), { maxLevel: 1000, onlyWants: false }, logger),
  };
}

describe('dead clients', () => {
  it('of whom one cannot be recovered: the others are, and work goes on', async () => {
    const { layout, membership, exchange } = await join();
    for (const client of ['a', 'cursed', 'z']) await die(layout, client);
    await exchange.recoverDead(membership);
    const left = (await readdir(layout.workFolder)).filter((name) => !name.startsWith('.'));
    expect(left.toSorted()).toEqual(['cursed', 'me']);
    expect((await exchange.trade(membership, false, 4)).again).toBe(true);
  });

  it('by the thousand keep nobody from working for long', async () => {
    const { layout, membership, exchange } = await join();
    for (let i = 0; i < 1000; i++) await die(layout, `c${i}`);
    for (let i = 0; i < 1000; i++) await mkdir(layout.work(`d${i}`).folder);
    const start = performance.now();
    await exchange.recoverDead(membership);
    expect(performance.now() - start).toBeLessThan(10_000);
    const left = (await readdir(layout.workFolder)).length;
    expect(left).toBeLessThan(1950);
    expect((await exchange.trade(membership, false, 4)).again).toBe(true);
  });

  it('with more results than one section can merge are recovered in parts', async () => {
    const { layout, work, results } = await cacheWithWishes();
    const straight = await cacheWithWishes();
    await declareReady(work, results, alwaysHeld);
    await declareReady(straight.work, straight.results, alwaysHeld);
    const parts: number[] = [];
    for (let count = -1; count !== 0; parts.push(count)) {
      count = (await mergeReady(layout, work, alwaysHeld, null, 1)).committed.length;
    }
    expect(parts).toEqual([2, 2, 1, 1, 0]);
    await mergeReady(straight.layout, straight.work, alwaysHeld, null);
    const linesOf = async (path: string): Promise<string[]> =>
      (await readFile(path, 'utf8')).split('\n').toSorted();
    expect(await linesOf(layout.boring)).toEqual(await linesOf(straight.layout.boring));
    const [mine, theirs] = [await filesOf(layout.root), await filesOf(straight.layout.root)];
    expect({ ...mine, 'boring.txt': '' }).toEqual({ ...theirs, 'boring.txt': '' });
  });
});
