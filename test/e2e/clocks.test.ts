import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { essence } from '../support/essence.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, entries, start, type Mandeld } from './support/mandeld.js';

const caches = useCaches('--lease', '3');

/** NODE_OPTIONS of a process whose clock is wrong, in every thread. */
function skewed(seconds: number): { NODE_OPTIONS: string } {
  const hook = `
    const Right = Date;
    globalThis.Date = class extends Right {
      constructor(...args) {
        if (args.length === 0) super(Right.now() + ${seconds * 1000});
        else super(...args);
      }
      static now() {
        return Right.now() + ${seconds * 1000};
      }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
}

describe('clients whose clocks are an hour ahead and an hour behind', () => {
  it('both work, bury nobody who lives, and say that their clocks are wrong', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    const launch = (client: string, seconds: number): Mandeld =>
      start(
        ['--cache', root, '--client', client, '--workers', '1', '--max-level', '6', '--until-idle'],
        skewed(seconds),
      );
    // One that is right, and is killed: the others must recover it, and not each other.
    const right = daemon(root, 'right', '--max-level', '6', '--until-idle');
    const daemons = [launch('ahead', 3600), launch('behind', -3600)];
    await right.logs('"started"');
    await delay(700);
    await right.kill('SIGKILL');
    const ends = await Promise.all(daemons.map(async ({ ended }) => await ended));
    for (const [i, { code, err }] of ends.entries()) {
      const log = entries(err);
      expect(code, err).toBe(0);
      expect(Number(log.find(({ msg }) => msg === 'stopped')?.['subdivided'])).toBeGreaterThan(3);
      const warning = log.find(({ msg }) => msg.startsWith('the file server’s clock'));
      expect(Number(warning?.['seconds'])).toBeCloseTo(i === 0 ? -3600 : 3600, -1);
      for (const { client } of log.filter(({ msg }) => msg === 'recovered a dead client')) {
        expect(client).toBe('right');
      }
      expect(err).not.toContain('taken for dead');
    }
    expect((await readdir(join(root, 'work'))).filter((name) => !name.startsWith('.'))).toEqual([]);
    await render(straight, 6);
    expect(await essence(root)).toEqual(await essence(straight));
    await expectTidy(root);
  });
});
