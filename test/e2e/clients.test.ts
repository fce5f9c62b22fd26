import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { foreignStatus } from '../cache/support/scene.js';
import { essence } from '../support/essence.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, entries } from './support/mandeld.js';

const caches = useCaches('--lease', '2');

/** A client of another machine that has claimed a tile; its heartbeat is of now, and the only one. */
async function foreignClient(root: string, client: string, tile: string): Promise<void> {
  await mkdir(join(root, 'work', client, 'todo'), { recursive: true });
  await writeFile(join(root, 'work', client, 'status.json'), JSON.stringify(foreignStatus(client)));
  await rename(join(root, 'todo', `${tile}.raw`), join(root, 'work', client, 'todo', `${tile}.raw`));
}

describe('--until-idle', () => {
  it('waits for what another client holds, and recovers it when that falls silent', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await render(root, 2);
    await foreignClient(root, 'ghost', 'M01');
    const since = performance.now();
    const end = await daemon(root, 'a', '--until-idle', '--max-level', '3').ended;
    expect(end.code).toBe(0);
    expect(performance.now() - since).toBeGreaterThan(1800);
    const recovered = entries(end.err).find(({ msg }) => msg === 'recovered a dead client');
    expect(recovered).toMatchObject({ client: 'ghost', merged: 0, returned: 1 });
    await render(straight, 3);
    expect(await essence(root)).toEqual(await essence(straight));
    await expectTidy(root);
  });

  it('does not wait for tiles beyond its limits', async () => {
    const root = await caches.fresh();
    await render(root, 2);
    await foreignClient(root, 'ghost', 'M01');
    const since = performance.now();
    expect((await daemon(root, 'a', '--until-idle', '--max-level', '2').ended).code).toBe(0);
    expect(performance.now() - since).toBeLessThan(1900);
  });
});

describe('a second daemon of the same name', () => {
  it('ends with code 3 and touches nothing', async () => {
    const root = await caches.fresh();
    await render(root, 1);
    const first = daemon(root, 'a', '--max-level', '1');
    await first.logs('"started"');
    await delay(500);
    const shared = await essence(root);
    const second = await daemon(root, 'a').ended;
    expect(second).toMatchObject({ code: 3, out: '' });
    expect(second.err).toMatch(/^mandeld: A daemon named a is already working in .*\(ECLIENTBUSY\)\n$/);
    expect(await essence(root)).toEqual(shared);
    expect((await first.kill('SIGTERM')).code).toBe(0);
    await expectTidy(root);
  });

  it('never works beside the first one, however many start at once', async () => {
    const root = await caches.fresh();
    const ends = await Promise.all(
      [1, 2, 3, 4].map(async () => await daemon(root, 'a', '--max-tiles', '3').ended),
    );
    expect(ends.every(({ code }) => code === 0 || code === 3)).toBe(true);
    expect(ends.some(({ code }) => code === 0)).toBe(true);
    await expectTidy(root);
  });
});

describe('a daemon that was taken for dead', () => {
  it('gives up what it held, joins again, and nothing is lost or done twice', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await render(root, 4);
    const sleeper = daemon(root, 'sleeper', '--max-level', '5', '--until-idle', '--workers', '2');
    await sleeper.logs('"started"');
    await delay(150);
    sleeper.process.kill('SIGSTOP'); // a laptop that is closed
    const other = await daemon(root, 'other', '--max-level', '5', '--until-idle').ended;
    expect(other.code).toBe(0);
    expect(other.err).toContain('recovered a dead client');
    sleeper.process.kill('SIGCONT');
    const end = await sleeper.ended;
    expect(end.code).toBe(0);
    expect(end.err).toContain('taken for dead by others');
    await render(straight, 5);
    expect(await essence(root)).toEqual(await essence(straight));
    await expectTidy(root);
  });

  it.each(['work/a', 'work/a/status.json', 'work', 'lock'])(
    'goes on when %s is removed under it',
    async (what) => {
      const root = await caches.fresh();
      await render(root, 1);
      const before = await essence(root);
      const idle = daemon(root, 'a', '--max-level', '1');
      await idle.logs('"started"');
      await delay(600);
      // It holds nothing now, so nothing can be lost with its folder.
      await rm(join(root, what), { recursive: true });
      await delay(2500);
      expect(idle.process.exitCode, idle.err).toBeNull();
      expect((await idle.kill('SIGTERM')).code).toBe(0);
      expect(await essence(root)).toEqual(before);
      await expectTidy(root);
    },
  );
});
