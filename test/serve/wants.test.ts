import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceDisk, disk, type Disk } from '../../src/cache/disk.js';
import type { MapServer } from '../../src/serve/server.js';
import { expectTidy, render } from '../e2e/support/caches.js';
import { serve, useRenderedCache } from './support/server.js';

const caches = useRenderedCache();

/** Looks at tiles as a browser does, and waits until the server has made up its mind. */
async function miss(server: MapServer, ...addresses: string[]): Promise<void> {
  for (const address of addresses) {
    const answer = await server.app.inject(`/tile/${address}.png`);
    expect(answer.headers['x-mandeld-blank']).toBe('1');
  }
  await server.live.wants.settled();
}

const wanted = async (root: string): Promise<string[]> => (await readdir(join(root, 'want'))).toSorted();

/** Addresses of a level below a tile that is not boring, as many as are needed. */
const below = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `M013${i.toString(4).padStart(8, '0')}`);

describe('a tile that is missed', () => {
  it('is asked for, once, and made by a daemon', async () => {
    const root = await caches.copy();
    const server = await serve(root);
    await miss(server, 'M013110', 'M013110', 'M01311');
    await miss(server, 'M013110');
    expect(await wanted(root)).toEqual(['M01311', 'M013110']);
    expect(await server.live.metrics.text()).toContain('mandeld_server_wants_total{answer="is asked for"} 2');
    await render(root, 8, '--max-tiles', '2');
    expect(await wanted(root)).toEqual([]);
    expect((await server.app.inject('/tile/M013110.png')).headers['x-mandeld-blank']).toBeUndefined();
    await expectTidy(root);
  });

  it('is not asked for when it is boring, itself or by an ancestor, also since a moment ago', async () => {
    const root = await caches.copy();
    const server = await serve(root);
    const [line] = (await readFile(join(root, 'boring.txt'), 'utf8')).split('\n');
    const [boring] = line.split(' ');
    await miss(server, boring, `${boring}0`, `${boring}0123`);
    expect(await wanted(root)).toEqual([]);
    await writeFile(join(root, 'boring.txt'), 'M013300 0\n', { flag: 'a' });
    await miss(server, 'M0133001', 'M013301');
    expect(await wanted(root)).toEqual(['M013301']);
  });

  it('is not asked for when it is under way, or there', async () => {
    const root = await caches.copy();
    const server = await serve(root);
    await mkdir(join(root, 'work/a/want'), { recursive: true });
    await writeFile(join(root, 'work/a/want/M0133012'), '');
    await rm(join(root, 'tile/M013.png'));
    await miss(server, 'M0133012', 'M013', 'M0133013');
    expect(await wanted(root)).toEqual(['M0133013']);
  });

  it('is asked for although somebody has its parent, when he has it for others who may not come', async () => {
    const root = await caches.copy();
    const server = await serve(root);
    await mkdir(join(root, 'work/hub/todo'), { recursive: true });
    await rename(join(root, 'todo/M013.raw'), join(root, 'work/hub/todo/M013.raw'));
    await miss(server, 'M0131');
    expect(await wanted(root)).toEqual([]);
    const texts = { client: 'hub', session: 's', host: 'h', processes: 'p', version: '1', state: 'working' };
    const numbers = { pid: 1, workers: 1, subdivided: 0, rate: 0 };
    const status = { ...texts, ...numbers, started: '2026-01-01', holding: ['M013'], lends: true };
    await writeFile(join(root, 'work/hub/status.json'), JSON.stringify(status));
    await miss(server, 'M0131');
    expect(await wanted(root)).toEqual(['M0131']);
    await render(root, 8, '--max-tiles', '1');
    expect(await wanted(root)).toEqual([]);
    expect((await server.app.inject('/tile/M0131.png')).headers['x-mandeld-blank']).toBeUndefined();
    // It comes once more with its parent, and is dropped.
    await rename(join(root, 'work/hub/todo/M013.raw'), join(root, 'todo/M013.raw'));
    await rm(join(root, 'work/hub'), { recursive: true });
    await render(root, 4);
    await expectTidy(root);
  });

  it('is not asked for below --max-level, or what a path can hold, or by HEAD, or when nobody may', async () => {
    const root = await caches.copy();
    const server = await serve(root, { maxLevel: 5 });
    await miss(server, 'M01330', 'M013301', 'M0133012');
    await server.app.inject({ method: 'HEAD', url: '/tile/M01331.png' });
    await server.live.wants.settled();
    expect(await wanted(root)).toEqual(['M01330']);
    const deep = await serve(root);
    const folded = `M${'0133'.repeat(30)}/${'0133'.repeat(30)}`;
    await miss(deep, `${folded}/${`${'0123'.repeat(30)}/`.repeat(40)}0`, `${folded}/3`);
    expect(await wanted(root)).toEqual(['M01330', folded.split('/')[0]]);
    const silent = await serve(root, { wants: false });
    await miss(silent, 'M0133');
    expect(await wanted(root)).toHaveLength(2);
    const none = await serve(root, { maxWants: 0 });
    await miss(none, 'M0133');
    expect(await wanted(root)).toHaveLength(2);
  });
});

describe('a flood of wishes', () => {
  it('leaves no more marks than --max-wants, the youngest ones, and those of others', async () => {
    const root = await caches.copy();
    await writeFile(join(root, 'want/M0133'), '');
    let now = 0;
    const server = await serve(root, { maxWants: 10, clock: () => now });
    for (const address of below(60)) {
      now += 100;
      await miss(server, address);
      expect((await wanted(root)).length).toBeLessThanOrEqual(11);
    }
    expect(await wanted(root)).toEqual([...below(60).slice(50), 'M0133'].toSorted());
    expect(server.live.wants.outstanding).toBe(10);
  });

  it('that comes at once costs a bounded queue and a bounded number of marks', async () => {
    const root = await caches.copy();
    let now = 0;
    // Each one of them by another address, so that the rate limit does not help.
    const server = await serve(root, { maxWants: 100, trustProxy: true, clock: () => now++ });
    for (const [i, address] of below(3000).entries()) {
      const headers = { 'X-Forwarded-For': `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` };
      await server.app.inject({ url: `/tile/${address}.png`, headers });
      expect(server.live.wants.queued).toBeLessThanOrEqual(100);
    }
    await server.live.wants.settled();
    expect((await wanted(root)).length).toBeLessThanOrEqual(100);
    expect((await wanted(root)).length).toBeGreaterThan(50);
    expect(server.live.wants.outstanding).toBeLessThanOrEqual(100);
  });

  it('of one address is held to its rate, whatever it says of others', async () => {
    const root = await caches.copy();
    const server = await serve(root, { clock: () => 0 });
    for (const [i, address] of below(100).entries())
      await server.app.inject({ url: `/tile/${address}.png`, headers: { 'X-Forwarded-For': `10.0.0.${i}` } });
    await server.live.wants.settled();
    expect(await wanted(root)).toHaveLength(64);
    expect(await server.live.metrics.text()).toContain(
      'mandeld_server_missing_tiles_total{outcome="too many"} 36',
    );
  });

  it('behind a proxy is held by the address that the proxy saw', async () => {
    const root = await caches.copy();
    const server = await serve(root, { clock: () => 0, trustProxy: true });
    for (const [i, address] of below(100).entries())
      await server.app.inject({
        url: `/tile/${address}.png`,
        headers: { 'X-Forwarded-For': `10.0.0.${i}, 192.0.2.1` },
      });
    await server.live.wants.settled();
    expect(await wanted(root)).toHaveLength(64);
  });
});

describe('a cache that cannot be written to', () => {
  /** The disk, where no mark can be made. */
  function markless(code: string): Disk {
    const real = { ...disk };
    const open = async (...args: Parameters<Disk['open']>): ReturnType<Disk['open']> => {
      if (args[1] === 'wx') throw Object.assign(new Error(`${code}: no`), { code });
      return await real.open(...args);
    };
    return { ...real, open };
  }

  it.each(['EACCES', 'EROFS'])('is served without wants, which is said once (%s)', async (code) => {
    const root = await caches.copy();
    const server = await serve(root);
    const back = replaceDisk(markless(code));
    try {
      await miss(server, 'M0133');
      await miss(server, 'M01330');
    } finally {
      back();
    }
    await miss(server, 'M013301');
    expect(await wanted(root)).toEqual([]);
    expect(server.log.filter(({ level }) => level === 'warn')).toEqual([
      { level: 'warn', message: 'want/ cannot be written to: tiles are served, and none asked for' },
    ]);
    expect((await server.app.inject('/tile/M.png')).statusCode).toBe(200);
  });

  it('because its disk is full is tried again, which is said once', async () => {
    const root = await caches.copy();
    const server = await serve(root);
    const back = replaceDisk(markless('ENOSPC'));
    try {
      await miss(server, 'M0133');
      await miss(server, 'M01330');
    } finally {
      back();
    }
    expect(server.log).toHaveLength(1);
    await miss(server, 'M0133');
    expect(await wanted(root)).toEqual(['M0133']);
  });
});
