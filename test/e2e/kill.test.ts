import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/random.js';
import { essence } from '../support/essence.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, entries, type Mandeld } from './support/mandeld.js';

const caches = useCaches();
const KILLS = 8;

describe('SIGKILL', () => {
  it.each([1])('at random moments, seed %s, costs nothing but time', async (seed) => {
    const random = seededRandom(seed);
    const root = await caches.fresh();
    const clients = ['a', 'b', 'c'];
    const launch = (client: string): Mandeld => daemon(root, client, '--max-level', '6', '--until-idle');
    const daemons = clients.map(launch);
    let killed = 0;
    for (let i = 0; i < KILLS; i++) {
      await delay(random.between(50, 800));
      const victim = random.below(3);
      const { signal } = await daemons[victim].kill('SIGKILL');
      if (signal === 'SIGKILL') killed++;
      daemons[victim] = launch(clients[victim]);
    }
    expect(killed).toBeGreaterThan(KILLS / 2); // or the cache was finished too early to prove anything
    const ends = await Promise.all(daemons.map(async ({ ended }) => await ended));
    expect(
      ends.map(({ code }) => code),
      ends.map(({ err }) => err).join('\n'),
    ).toEqual([0, 0, 0]);
    const straight = await caches.fresh();
    await render(straight, 6);
    expect(await essence(root)).toEqual(await essence(straight));
    await expectTidy(root);
  });
});

describe('SIGTERM', () => {
  it('finishes what runs, gives back the rest, and leaves a sound cache', async () => {
    const root = await caches.fresh();
    await render(root, 4);
    const one = daemon(root, 'a', '--workers', '2');
    await one.logs('"started"');
    await delay(700);
    const end = await one.kill('SIGTERM');
    expect(end).toMatchObject({ code: 0, signal: null, out: '' });
    expect(entries(end.err).at(-1)).toMatchObject({ msg: 'stopped', mode: 'stopped' });
    expect((await readdir(join(root, 'todo'))).length).toBeGreaterThan(5);
    await expectTidy(root);
    const straight = await caches.fresh();
    await Promise.all([render(root, 6), render(straight, 6)]);
    expect(await essence(root)).toEqual(await essence(straight));
  });

  it('ends an idle daemon at once', async () => {
    const root = await caches.fresh();
    await render(root, 1);
    const idle = daemon(root, 'a', '--max-level', '1');
    await idle.logs('"started"');
    await delay(1000);
    const start = performance.now();
    expect((await idle.kill('SIGINT')).code).toBe(0);
    expect(performance.now() - start).toBeLessThan(1500);
    await expectTidy(root);
  });

  it('a second time ends without waiting, and nothing is lost', async () => {
    const root = await caches.fresh();
    await render(root, 4);
    const one = daemon(root, 'a', '--max-level', '7');
    await one.logs('"started"');
    await delay(400);
    one.process.kill('SIGTERM');
    await one.logs('finishing');
    const end = await one.kill('SIGTERM');
    // It may have finished between the two.
    expect([0, 130]).toContain(end.code);
    const straight = await caches.fresh();
    await Promise.all([render(root, 6), render(straight, 6)]);
    expect(await essence(root)).toEqual(await essence(straight));
    await expectTidy(root);
  });
});
