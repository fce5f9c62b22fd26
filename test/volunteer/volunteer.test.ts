import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../cache/support/folder.js';
import { systemClock } from '../../src/cli/system-clock.js';
import { parseHours } from '../../src/volunteer/hours.js';
import { parseHubAddress } from '../../src/volunteer/hub-address.js';
import { fail, FakeHub, json } from './support/fake-hub.js';
import { someTiles } from './support/tiles.js';
import { expectAll, fastClock, slowPool, until, volunteer } from './support/volunteers.js';

const tiles = someTiles();

async function kept(state: string, hub: FakeHub): Promise<string[]> {
  return await readdir(join(state, parseHubAddress(hub.url).key));
}

describe('a volunteer', () => {
  it.each([1, 2])('computes all tiles with %i threads, byte by byte, and keeps nothing', async (workers) => {
    const hub = await FakeHub.start(tiles.raws, '/some/where');
    const state = await temporaryFolder();
    const { ended, events } = await volunteer(hub, state, { workers });
    const progress = await ended;
    expectAll(hub, tiles);
    expect(progress).toMatchObject({ mode: 'stopped', uploaded: tiles.raws.size, pending: 0, dropped: 0 });
    expect(hub.count('uploaded')).toBe(tiles.raws.size);
    expect(await kept(state, hub)).toEqual([]);
    expect(events.filter(({ event }) => event === 'uploaded')).toHaveLength(tiles.raws.size);
  });

  it('has tiles in hand before threads need them, and no more than twice the threads at first', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const pool = slowPool(tiles, 150);
    const one = await volunteer(hub, await temporaryFolder(), { workers: 2, pool });
    await until(() => hub.leases.length > 0);
    expect(hub.leases.length).toBeLessThanOrEqual(4);
    await until(() => pool.jobs > 2 && one.volunteer.progress.waiting > 0);
    expect(one.volunteer.progress.computing).toBeGreaterThanOrEqual(2);
    await one.ended;
    expectAll(hub, tiles);
  });

  it('leaks nothing', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const count = (): number =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|Worker|MessagePort/.test(name)).length;
    const before = count();
    await (
      await volunteer(hub, await temporaryFolder(), { workers: 2 })
    ).ended;
    await until(() => count() <= before);
    await hub.down();
  });

  it('ends after so many tiles, and holds none', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const { ended } = await volunteer(hub, await temporaryFolder(), { maxTiles: 3, untilIdle: false });
    expect(await ended).toMatchObject({ computed: 3, uploaded: 3 });
    expect(hub.leases).toHaveLength(3);
  });

  it('waits while the hub has no work, for as long as it says', async () => {
    const hub = await FakeHub.start(new Map());
    const one = await volunteer(hub, await temporaryFolder(), { untilIdle: false });
    await until(() => one.volunteer.progress.mode === 'idle');
    await systemClock.sleep(700);
    expect(hub.seen).toHaveLength(1);
    one.volunteer.stop();
    await one.ended;
  });
});

describe('a hub that is away', () => {
  it('finds the results when it is back', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    const pool = slowPool(tiles, 200);
    const one = await volunteer(hub, state, { workers: 2, pool, clock: fastClock(10) });
    await until(() => hub.seen.filter(({ path }) => path.endsWith('/raw')).length >= 4);
    await systemClock.sleep(50);
    await hub.down();
    await until(() => one.volunteer.progress.pending >= 3);
    expect(one.volunteer.progress.hub).toBe('away');
    expect((await kept(state, hub)).length).toBeGreaterThanOrEqual(3);
    await hub.up();
    await one.ended;
    expectAll(hub, tiles);
    expect(await kept(state, hub)).toEqual([]);
  });

  it('is not asked more and more often', async () => {
    const hub = await FakeHub.start(tiles.raws);
    hub.misbehave = (_seen, response) => {
      response.writeHead(503).end();
      return true;
    };
    const one = await volunteer(hub, await temporaryFolder(), { clock: fastClock(100) });
    // Two hundred seconds: after half of 1, 2, 4 ... 32, 60, 60 s.
    await systemClock.sleep(2000);
    expect(hub.seen.length).toBeGreaterThanOrEqual(7);
    expect(hub.seen.length).toBeLessThanOrEqual(12);
    one.volunteer.stop();
    await one.ended;
  });

  it('gets the results of an earlier run after a restart', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    const first = await volunteer(hub, state, { pool: slowPool(tiles, 100), times: { flush: 500 } });
    await until(() => first.volunteer.progress.computed >= 1 && first.volunteer.progress.waiting >= 1);
    await hub.down();
    await until(() => first.volunteer.progress.pending >= 1);
    first.volunteer.stop();
    const { pending } = await first.ended;
    expect(pending).toBeGreaterThanOrEqual(1);
    expect(await kept(state, hub)).toHaveLength(pending);
    await hub.up();
    hub.expireAll();
    hub.misbehave = null;
    const second = await volunteer(hub, state);
    // The leases have expired meanwhile: each result is offered once, and computed anew.
    expect(await second.ended).toMatchObject({ dropped: pending });
    expect(second.log).toContain('a finished tile came too late; dropped');
    expectAll(hub, tiles);
    expect(await kept(state, hub)).toEqual([]);
  });

  it.each<[string, (path: string) => boolean]>([
    ['any request', () => true],
    ['downloads', (path) => path.endsWith('/raw')],
    ['uploads', (path) => path.includes('/result')],
  ])('now and then for %s costs nothing but time', async (_name, isMeant) => {
    const hub = await FakeHub.start(tiles.raws);
    let count = 0;
    hub.misbehave = (seen, response, bytes) => {
      if (!isMeant(seen.path)) return false;
      switch (count++ % 8) {
        case 0:
          response.writeHead(500).end('oops');
          return true;
        case 2:
          response.destroy();
          return true;
        case 4:
          response.writeHead(200, { 'content-length': 1000 }).write('half of');
          setTimeout(() => response.destroy(), 20);
          return true;
        case 6:
          response.writeHead(429, { 'retry-after': '1' }).end(bytes);
          return true;
        default:
          return false;
      }
    };
    const { ended } = await volunteer(hub, await temporaryFolder(), { workers: 2, clock: fastClock(20) });
    await ended;
    expectAll(hub, tiles);
  });
});

describe('a tile whose raw file never comes', () => {
  it('is given back, without blame, and may be had again', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const names = new Set<string>();
    hub.misbehave = (seen, response) => {
      const lease = hub.leases.find(({ lease: id }) => seen.path === `/leases/${id}/raw`);
      if (lease?.address !== 'M' || lease.attempt > 1) return false;
      names.add(seen.path);
      response.writeHead(500).end();
      return true;
    };
    const { ended } = await volunteer(hub, await temporaryFolder(), { clock: fastClock(50), workers: 2 });
    expect(await ended).toMatchObject({ returned: 1 });
    expect(names.size).toBe(1);
    expect(hub.leases[0]).toMatchObject({ state: 'returned' });
    expectAll(hub, tiles);
  });
});

describe('a disk that refuses', () => {
  it('costs nothing while the program runs', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    const one = await volunteer(hub, state);
    await rm(state, { recursive: true });
    expect(await one.ended).toMatchObject({ uploaded: tiles.raws.size, dropped: 0 });
    expect(one.log).toContain('a finished tile cannot be kept on the disk; it is in memory only');
    expectAll(hub, tiles);
  });
});

describe('leases', () => {
  it('are extended while a long tile is computed', async () => {
    const hub = await FakeHub.start(new Map([...tiles.raws].slice(0, 2)));
    hub.leaseSeconds = 1;
    const one = await volunteer(hub, await temporaryFolder(), { pool: slowPool(tiles, 1800) });
    const progress = await one.ended;
    expect(progress).toMatchObject({ uploaded: 2, dropped: 0 });
    expect(hub.leases).toHaveLength(2);
    for (const { extended } of hub.leases) expect(extended).toBeGreaterThanOrEqual(2);
  });

  it('that have expired in the queue are not computed', async () => {
    const hub = await FakeHub.start(tiles.raws);
    hub.leaseSeconds = 2;
    const pool = slowPool(tiles, 300);
    const one = await volunteer(hub, await temporaryFolder(), { pool });
    await until(() => one.volunteer.progress.computing === 1 && one.volunteer.progress.waiting >= 1);
    const lost = hub.leases.filter(({ state }) => state === 'held').length;
    hub.expireAll();
    await one.ended;
    expectAll(hub, tiles);
    expect(hub.count('expired')).toBe(lost);
  });

  it('are asked for after the machine has slept, before anything is begun', async () => {
    const hub = await FakeHub.start(tiles.raws);
    let slept = 0;
    const clock = { ...systemClock, date: () => new Date(Date.now() + slept) };
    const pool = slowPool(tiles, 1500);
    const one = await volunteer(hub, await temporaryFolder(), { pool, clock });
    await until(() => one.volunteer.progress.computing === 1);
    await until(() => hub.seen.filter(({ path }) => path.endsWith('/raw')).length === 2);
    hub.expireAll();
    slept = 8 * 3_600_000;
    await until(() => hub.seen.some(({ path }) => path.endsWith('/extend')), 3000);
    await until(() => one.log.includes('a lease has expired before the tile was begun; dropped'));
    expect(pool.jobs).toBe(1);
    one.volunteer.stop();
    await one.ended;
  });

  it('that come twice are taken once', async () => {
    const hub = await FakeHub.start(tiles.raws);
    let first: object | null = null;
    hub.misbehave = (seen, response) => {
      if (seen.path !== '/checkout') return false;
      const [address] = hub.queue;
      if (first !== null) {
        json(response, 200, first);
        return true;
      }
      const lease = { lease: 1, attempt: 1, address, expires: new Date().toISOString(), seconds: 60 };
      hub.leases.push({ ...lease, state: 'held', expires: performance.now() + 60_000, extended: 0 });
      first = { leases: [lease, lease], retryAfter: 1 };
      json(response, 200, first);
      return true;
    };
    const one = await volunteer(hub, await temporaryFolder(), {
      pool: slowPool(tiles, 300),
      untilIdle: false,
    });
    await until(() => hub.results.size === 1);
    await until(() => hub.seen.filter(({ path }) => path === '/checkout').length > 1);
    await systemClock.sleep(200);
    expect(one.events.filter(({ event }) => event === 'leased')).toHaveLength(1);
  });
});

describe('the end', () => {
  it('finishes what runs, uploads it, and gives back the rest', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const pool = slowPool(tiles, 400);
    const one = await volunteer(hub, await temporaryFolder(), { workers: 2, pool, untilIdle: false });
    await until(() => one.volunteer.progress.computing === 2 && one.volunteer.progress.waiting > 0);
    one.volunteer.stop();
    expect(await one.ended).toMatchObject({ computed: 2, uploaded: 2, pending: 0 });
    expect(hub.count('uploaded')).toBe(2);
    expect(hub.count('held')).toBe(0);
    expect(hub.count('returned')).toBe(hub.leases.length - 2);
  });

  it('gives back what a checkout brings that was on its way', async () => {
    const hub = await FakeHub.start(tiles.raws);
    hub.misbehave = async (seen) => {
      if (seen.path === '/checkout') await systemClock.sleep(300);
      return false;
    };
    const one = await volunteer(hub, await temporaryFolder(), { untilIdle: false });
    await until(() => hub.seen.length === 1);
    one.volunteer.stop();
    await one.ended;
    expect(hub.leases.length).toBeGreaterThan(0);
    expect(hub.count('returned')).toBe(hub.leases.length);
  });

  it('gives back what takes too long', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const pool = slowPool(tiles, 60_000);
    const times = { finish: 200 };
    const one = await volunteer(hub, await temporaryFolder(), { pool, times, untilIdle: false });
    await until(() => one.volunteer.progress.computing === 1);
    const since = performance.now();
    one.volunteer.stop();
    expect(await one.ended).toMatchObject({ computed: 0, uploaded: 0 });
    expect(performance.now() - since).toBeLessThan(3000);
    expect(hub.count('returned')).toBe(hub.leases.length);
  });

  it('does not wait for a hub that is away or says nothing', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    const times = { finish: 200, flush: 500 };
    const pool = slowPool(tiles, 20);
    hub.misbehave = (seen) => seen.path.includes('/result');
    const one = await volunteer(hub, state, { pool, times, untilIdle: false });
    await until(() => one.volunteer.progress.pending > 0);
    const since = performance.now();
    one.volunteer.stop();
    const { pending } = await one.ended;
    expect(performance.now() - since).toBeLessThan(3000);
    expect(await kept(state, hub)).toHaveLength(pending);
    expect(pending).toBeGreaterThan(0);
  });

  it.each<[string, number, string, RegExp]>([
    ['a token that is not known', 401, 'ETOKEN', /does not accept the token.*--token-file/],
    ['another version', 409, 'EVERSION', /Install the version/],
  ])('comes at once for %s', async (_name, status, code, message) => {
    const hub = await FakeHub.start(tiles.raws);
    hub.misbehave = (_seen, response) => {
      fail(response, status, code);
      return true;
    };
    const { ended } = await volunteer(hub, await temporaryFolder());
    await expect(ended).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(hub.seen).toHaveLength(1);
  });

  it('for a token that is revoked keeps what is finished', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    hub.misbehave = (seen, response) => {
      if (!seen.path.includes('/result')) return false;
      fail(response, 401, 'ETOKEN');
      return true;
    };
    const { ended } = await volunteer(hub, state, { pool: slowPool(tiles, 20) });
    await expect(ended).rejects.toMatchObject({ code: 'ETOKEN' });
    expect((await kept(state, hub)).length).toBeGreaterThan(0);
  });
});

describe('a hostile hub', () => {
  it('gets a damaged tile back, with the reason, after it was fetched twice', async () => {
    const hub = await FakeHub.start(tiles.raws);
    let count = 0;
    hub.misbehave = (seen, response) => {
      if (seen.path !== '/leases/1/raw') return false;
      count++;
      response.end(Buffer.from('PK no tile'));
      return true;
    };
    const { ended, events } = await volunteer(hub, await temporaryFolder(), { workers: 2 });
    await ended;
    expect(count).toBe(2);
    expect(hub.leases[0]).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/damaged/) as string,
    });
    expect(events.filter(({ event }) => event === 'returned')).toHaveLength(1);
    expect(hub.results.size).toBe(tiles.raws.size - 1);
  });

  it('gets tiles back that are too deep to be computed, and is not asked at once again', async () => {
    const hub = await FakeHub.start(tiles.raws);
    let count = 0;
    hub.misbehave = (seen, response) => {
      if (seen.path !== '/checkout') return false;
      count++;
      const address = `M${'0'.repeat(20_000)}`;
      const lease = { attempt: 1, address, expires: new Date().toISOString(), seconds: 60 };
      json(response, 200, { leases: [{ ...lease, lease: count }], retryAfter: 0 });
      return true;
    };
    const one = await volunteer(hub, await temporaryFolder());
    await until(() => one.volunteer.progress.returned === 1);
    await systemClock.sleep(500);
    expect(count).toBe(1);
    expect(hub.seen.some(({ path }) => path.endsWith('/raw'))).toBe(false);
  });

  it('that answers with pages is waited for, and the reason is told', async () => {
    const hub = await FakeHub.start(tiles.raws);
    let isPortal = true;
    hub.misbehave = (_seen, response) => {
      if (isPortal) response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Wi-Fi</h1>');
      return isPortal;
    };
    const one = await volunteer(hub, await temporaryFolder(), { clock: fastClock(10), workers: 2 });
    await until(() => one.events.some((event) => event.event === 'hub' && event.state === 'away'));
    expect(one.events[0]).toMatchObject({
      message: expect.stringMatching(/text\/html.*address\?/) as string,
    });
    isPortal = false;
    await one.ended;
    expectAll(hub, tiles);
  });

  it('that refuses a result for good does not get it again', async () => {
    const hub = await FakeHub.start(tiles.raws);
    const state = await temporaryFolder();
    let count = 0;
    hub.misbehave = (seen, response) => {
      if (!seen.path.startsWith('/leases/1/result')) return false;
      count++;
      fail(response, 422, 'EFORMAT');
      return true;
    };
    const { ended } = await volunteer(hub, state, { workers: 2 });
    expect(await ended).toMatchObject({ dropped: 1, uploaded: tiles.raws.size - 1 });
    expect(count).toBe(1);
    expect(await kept(state, hub)).toEqual([]);
  });

  it('that is slow keeps no thread waiting for long', async () => {
    const hub = await FakeHub.start(tiles.raws);
    hub.misbehave = async () => {
      await systemClock.sleep(100);
      return false;
    };
    const { ended } = await volunteer(hub, await temporaryFolder(), { workers: 2 });
    await ended;
    expectAll(hub, tiles);
  });
});

describe('hours', () => {
  it('end the work and begin it again', async () => {
    const hub = await FakeHub.start(tiles.raws);
    let date = new Date(2026, 0, 1, 5, 59, 59);
    const clock = { ...systemClock, date: () => date };
    const hours = parseHours('22-6');
    const pool = slowPool(tiles, 100);
    const one = await volunteer(hub, await temporaryFolder(), { clock, hours, pool });
    await until(() => one.volunteer.progress.computed >= 1);
    date = new Date(2026, 0, 1, 6, 0, 0);
    await until(() => one.volunteer.progress.mode === 'off hours');
    await until(() => hub.count('held') === 0);
    const { computed } = one.volunteer.progress;
    await systemClock.sleep(500);
    expect(one.volunteer.progress).toMatchObject({ computed, computing: 0, waiting: 0 });
    expect(computed).toBeLessThan(tiles.raws.size);
    date = new Date(2026, 0, 1, 22, 0, 0);
    await one.ended;
    expectAll(hub, tiles);
  });
});
