import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import type { WorkerPool } from '../../src/daemon/pool.js';
import type { Hub } from '../../src/hub/hub.js';
import { run } from '../e2e/support/mandeld.js';

/** The built program: its threads run nothing else. */
const built = async <T>(path: string): Promise<T> =>
  (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as T;

it('a hub that cannot join its cache leaves no threads', async () => {
  const root = await mkdtemp(join(tmpdir(), 'mandeld-hub-start-'));
  onTestFinished(async () => await rm(root, { recursive: true, force: true }));
  await run('init', join(root, 'cache'));
  await cp(inject('embedded'), join(root, 'database'), { recursive: true });
  const pools = await built<{ WorkerPool: typeof WorkerPool }>('daemon/pool.js');
  const hubs = await built<{ Hub: typeof Hub }>('hub/hub.js');
  const closed = vi.spyOn(pools.WorkerPool.prototype, 'close');
  const starting = hubs.Hub.start({
    root: join(root, 'cache'),
    database: { folder: join(root, 'database') },
    client: 'no name of a client/',
    host: 'here',
    pid: process.pid,
    version: '1.2.3',
    threads: 1,
    stock: 8,
    maxLevel: 5,
    lease: 60,
    patience: 60,
    audits: 0,
    periods: 0,
    isSecure: false,
    minFree: 0,
    started: new Date(),
    logger: pino({ level: 'silent' }),
    clock: () => performance.now(),
  });
  await expect(starting).rejects.toMatchObject({ code: 'ECLIENTNAME' });
  // The judge's and the auditor's.
  expect(closed).toHaveBeenCalledTimes(2);
});
