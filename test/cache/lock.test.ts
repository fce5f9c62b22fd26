import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CacheLock, type HeldLock, type SectionTimes } from '../../src/cache/lock.js';
import type { Layout } from '../../src/cache/layout.js';
import { processTable, type ProcessName } from '../../src/cache/process-table.js';
import { lockOf, newCache, put } from './support/scene.js';

const HERE = processTable();

/** A process of this machine that has ended. */
function endedProcess(): ProcessName {
  return { pid: spawnSync('true').pid, processes: HERE };
}

/** Puts a lock there as a holder would that has vanished. */
async function leaveLock(layout: Layout, token: ProcessName | null, secondsAgo: number): Promise<void> {
  await mkdir(layout.heldLock, { recursive: true });
  const time = Date.now() / 1000 - secondsAgo;
  if (token !== null) await put(join(layout.heldLock, 'token-of-the-dead'), JSON.stringify(token), time);
  await utimes(layout.heldLock, time, time);
}

/** Whether the lock can be had within a time. */
async function isTakenWithin(lock: CacheLock, milliseconds: number): Promise<boolean> {
  try {
    await lock.run(async () => undefined, AbortSignal.timeout(milliseconds));
    return true;
  } catch (error) {
    if (error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name)) return false;
    throw error;
  }
}

afterEach(() => vi.restoreAllMocks());

describe('the lock', () => {
  it('is held by one of eight at a time, and leaves nothing', async () => {
    const { layout } = await newCache();
    let inside = 0;
    let most = 0;
    let count = 0;
    await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const lock = lockOf(layout, `c${i}`);
        for (let turn = 0; turn < 5; turn++) {
          await lock.run(async (held) => {
            most = Math.max(most, ++inside);
            const before = count;
            await delay(1);
            held.assertHeld();
            count = before + 1;
            inside--;
          });
        }
      }),
    );
    expect(most).toBe(1);
    expect(count).toBe(40);
    expect(await readdir(layout.lockFolder)).toEqual([]);
  });

  it('is released when the section fails, and hands its error on', async () => {
    const { layout } = await newCache();
    const failing = lockOf(layout, 'a').run(async () => await Promise.reject(new Error('of the section')));
    await expect(failing).rejects.toThrow('of the section');
    expect(await readdir(layout.lockFolder)).toEqual([]);
  });

  it('tells how long every section waited for it and held it, also one that fails', async () => {
    const { layout } = await newCache();
    const sections: SectionTimes[] = [];
    const lock = new CacheLock(layout, {
      clock: layout.clock('a'),
      holder: { pid: process.pid, processes: HERE },
      onSection: (times) => sections.push(times),
    });
    const first = lockOf(layout, 'b').run(async () => await delay(60));
    await delay(20);
    await lock.run(async () => await delay(30));
    await first;
    await expect(lock.run(async () => await Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(sections.length).toBe(2);
    expect(sections[0].waited).toBeGreaterThan(20);
    expect(sections[0].held).toBeGreaterThan(28);
  });

  it('makes its folder again when that is missing', async () => {
    const { layout } = await newCache();
    await rm(layout.lockFolder, { recursive: true });
    expect(await lockOf(layout, 'a').run(async () => 7)).toBe(7);
  });

  it('of a process that has ended on this machine is broken at once', async () => {
    const { layout } = await newCache();
    await leaveLock(layout, endedProcess(), 0);
    const broken: number[] = [];
    const lock = new CacheLock(layout, {
      clock: layout.clock('a'),
      holder: { pid: process.pid, processes: HERE },
      onBroken: ({ age }) => broken.push(age),
    });
    expect(await isTakenWithin(lock, 5000)).toBe(true);
    expect(broken.length).toBe(1);
    expect(broken[0]).toBeLessThan(5000);
    expect(await readdir(layout.lockFolder)).toEqual([]);
  });

  it('is broken when it is old, or has been without a token for 2 s', async () => {
    const cases: [ProcessName | null, number][] = [
      [null, 3], // a folder's change time cannot be set back, so this takes two seconds
      [{ pid: 1, processes: 'elsewhere' }, 61],
      [{ pid: process.pid, processes: HERE }, 61], // hung
    ];
    const outcomes = cases.map(async ([token, seconds]) => {
      const { layout } = await newCache();
      await leaveLock(layout, token, seconds);
      const taken = await isTakenWithin(lockOf(layout, 'a'), 8000);
      return { taken, left: await readdir(layout.lockFolder) };
    });
    for (const outcome of outcomes) expect(await outcome).toEqual({ taken: true, left: [] });
  });

  it('is not broken while its holder may be alive', async () => {
    const tokens: [string, number][] = [
      [JSON.stringify({ pid: process.pid, processes: HERE }), 30],
      [JSON.stringify({ pid: 2 ** 22 + 1, processes: 'elsewhere' }), 55], // ended or not: nobody here can see it
      [JSON.stringify({ pid: 0, processes: HERE }), 1],
      [JSON.stringify({ pid: -1, processes: HERE }), 1],
      ['', 1],
      ['{', 1],
      ['null', 1],
      ['[]', 1],
      ['{"pid":"1"}', 1],
      ['\0'.repeat(100), 1],
      ['x'.repeat(10_000), 1],
    ];
    const outcomes = tokens.map(async ([token, seconds]) => {
      const { layout } = await newCache();
      await put(join(layout.heldLock, 'token'), token, Date.now() / 1000 - seconds);
      const taken = await isTakenWithin(lockOf(layout, 'a'), 1500);
      return { taken, token: await readFile(join(layout.heldLock, 'token'), 'utf8') };
    });
    for (const [i, outcome] of outcomes.entries()) {
      expect(await outcome).toEqual({ taken: false, token: tokens[i][0] });
    }
  });

  it('that is abandoned goes to one of two takers at a time, fifty times', async () => {
    const { layout } = await newCache();
    const dead = endedProcess();
    // Both takers have waited long enough to be suspicious: the clock that says so runs ahead of them.
    let ahead = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
    for (let round = 0; round < 50; round++) {
      await leaveLock(layout, dead, 0);
      let inside = 0;
      const take = async (client: string): Promise<void> =>
        await lockOf(layout, client).run(async () => {
          expect(++inside, `round ${round}`).toBe(1);
          await delay(2);
          inside--;
        });
      const both = Promise.all([take('a'), take('b')]);
      await delay(1);
      ahead += 600;
      await both;
      expect(await readdir(layout.lockFolder)).toEqual([]);
    }
  });

  it('ends a section that has taken half as long as others wait', async () => {
    const { layout } = await newCache();
    const now = performance.now.bind(performance);
    let late = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + late);
    const section = async (held: HeldLock): Promise<void> => {
      late = 29_000;
      held.assertHeld();
      late = 30_001;
      held.assertHeld();
    };
    await expect(lockOf(layout, 'a').run(section)).rejects.toMatchObject({
      code: 'ELOCKLOST',
      path: layout.heldLock,
    });
    expect(await readdir(layout.lockFolder)).toEqual([]);
  });

  it('that was taken away is not released by the loser', async () => {
    const { layout } = await newCache();
    await lockOf(layout, 'a').run(async () => {
      await rm(layout.heldLock, { recursive: true });
      await mkdir(layout.heldLock);
      await writeFile(join(layout.heldLock, 'token-of-the-winner'), '{}');
    });
    expect(await readdir(layout.heldLock)).toEqual(['token-of-the-winner']);
  });

  it('may vanish under a section without harm', async () => {
    const { layout } = await newCache();
    await lockOf(layout, 'a').run(async () => await rm(layout.lockFolder, { recursive: true }));
    expect(await lockOf(layout, 'b').run(async () => 'free')).toBe('free');
  });
});
