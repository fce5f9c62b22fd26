import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { foreignStatus } from '../cache/support/scene.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, entries, run, start, type Mandeld } from './support/mandeld.js';

const caches = useCaches();

/** Where a daemon says that it serves metrics. */
async function metricsOf(running: Mandeld): Promise<string> {
  await running.logs('"serving metrics"');
  return String(entries(running.err).find(({ msg }) => msg === 'serving metrics')?.['url']);
}

/** The value of a metric; scrapes until it is at least `least`. */
async function scrape(url: string, name: string, least: number): Promise<number> {
  for (;;) {
    const text = await (await fetch(url)).text();
    const value = Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    if (value >= least) return value;
    await delay(50);
  }
}

describe('--metrics-port', () => {
  it('serves what the daemon counts while it runs, and no longer', async () => {
    const root = await caches.fresh();
    const running = daemon(root, 'a', '--max-level', '3', '--metrics-port', '0');
    const url = await metricsOf(running);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(await scrape(url, 'mandeld_tiles_subdivided_total', 6)).toBe(6);
    expect(await scrape(url, 'mandeld_boring_lines_total', 13)).toBe(13);
    expect(await scrape(url, 'mandeld_lock_hold_seconds_count', 2)).toBeLessThan(1000);
    expect(await scrape(url, 'mandeld_free_bytes', 1)).toBeGreaterThan(1e6);
    expect((await running.kill('SIGTERM')).code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('that is in use is told before anything is done, code 2', async () => {
    const root = await caches.fresh();
    const first = daemon(root, 'a', '--max-level', '0', '--metrics-port', '0');
    const { port } = new URL(await metricsOf(first));
    const second = await daemon(root, 'b', '--metrics-port', port).ended;
    expect(second).toMatchObject({ code: 2, out: '' });
    expect(second.err).toMatch(/^mandeld: --metrics-port \d+ .* is in use.*EADDRINUSE.*\n$/);
    expect(await readdir(join(root, 'work'))).not.toContain('b');
    expect((await first.kill('SIGTERM')).code).toBe(0);
    await expectTidy(root);
  });
});

describe('tiles that are asked for', () => {
  it('are counted apart, their level is their own, and --max-tiles counts them too', async () => {
    const root = await caches.fresh();
    expect((await run('want', root, 'M013110')).code).toBe(0);
    const end = await daemon(root, 'a', '--max-tiles', '1').ended;
    expect(entries(end.err).at(-1)).toMatchObject({
      msg: 'stopped',
      subdivided: 0,
      made: 1,
      level: 6,
      errors: 0,
    });
  });
});

describe('status', () => {
  it('knows a daemon that runs, a dead client, and one of an older version', async () => {
    // So slow a heart that the daemon, once idle, does not look after the dead while the test runs.
    const root = caches.path('slow-heart');
    await run('init', root, '--lease', '600');
    await render(root, 3);
    const running = daemon(root, 'a', '--max-level', '3', '--workers', '2', '--log-level', 'debug');
    await running.logs('"to":"idle"');
    for (const name of ['dead', 'old']) {
      await mkdir(join(root, 'work', name, 'todo'), { recursive: true });
      await writeFile(join(root, 'work', name, 'status.json'), JSON.stringify(foreignStatus(name)));
    }
    const past = Date.now() / 1000 - 7200;
    await utimes(join(root, 'work', 'dead', 'status.json'), past, past);
    const { code, out } = await run('status', root, '--json');
    expect(code).toBe(0);
    const status = JSON.parse(out) as { clients: Record<string, unknown>[] };
    expect(status).toMatchObject({ deepestLevel: 3, oldestTodo: { isCertain: true } });
    const [a, dead, old] = status.clients;
    expect(a).toMatchObject({
      name: 'a',
      alive: true,
      workers: 2,
      subdivided: 0,
      tilesPerSecond: 0,
      holding: 0,
    });
    expect(dead).toMatchObject({ name: 'dead', alive: false, made: null, errors: null });
    expect(dead['heartbeatAge']).toBeGreaterThan(7000);
    expect(old).toMatchObject({
      name: 'old',
      alive: true,
      state: 'working',
      current: null,
      tilesPerSecond5m: null,
    });
    const words = await run('status', root);
    expect(words.out).toMatch(/\na +idle /);
    expect(words.out).toMatch(/\ndead +dead /);
    expect((await running.kill('SIGTERM')).code).toBe(0);
  });

  it('tells what a daemon has in hand and how fast it is, by its heartbeat', async () => {
    const root = caches.path('fast-heart');
    await run('init', root, '--lease', '2');
    const running = daemon(root, 'a', '--max-level', '12');
    await running.logs('"started"');
    let client: Record<string, unknown> = {};
    do {
      await delay(100);
      const { out } = await run('status', root, '--json');
      [client] = (JSON.parse(out) as { clients: Record<string, unknown>[] }).clients;
    } while ((client['current'] as unknown[] | null)?.length === 0 || client['tilesPerSecond5m'] === 0);
    expect(client).toMatchObject({ alive: true, state: 'working', made: 0, errors: 0, lastError: null });
    expect(client['subdivided']).toBeGreaterThan(0);
    expect(client['tilesPerSecond5m']).toBeGreaterThan(0);
    const [tile] = client['current'] as { address: string; task: string; age: number }[];
    expect(tile).toMatchObject({ address: expect.stringMatching(/^M[0-3]*$/) as string, task: 'subdivide' });
    expect(tile.age).toBeLessThan(60);
    expect((await running.kill('SIGTERM')).code).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '--watch looks again until %s, which is no error',
    async (signal) => {
      const root = await caches.fresh();
      const watching = start(['status', root, '--watch', '--json']);
      while (watching.out.split('\n').length < 3) await delay(50);
      const end = await watching.kill(signal);
      expect(end).toMatchObject({ code: 0, signal: null, err: '' });
      for (const line of end.out.trimEnd().split('\n')) JSON.parse(line);
      expect(await readdir(join(root, 'work'))).toEqual([]);
    },
  );
});
