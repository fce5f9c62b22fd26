import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/cli/system-clock.js';
import type { Clock } from '../../../src/volunteer/clock.js';
import { ALWAYS } from '../../../src/volunteer/hours.js';
import { parseHubAddress } from '../../../src/volunteer/hub-address.js';
import type { TilePool } from '../../../src/volunteer/job.js';
import type { Progress, VolunteerEvent, VolunteerOptions } from '../../../src/volunteer/options.js';
import { Volunteer } from '../../../src/volunteer/volunteer.js';
import { TOKEN, type FakeHub } from './fake-hub.js';
import type { Tiles } from './tiles.js';

/** A volunteer at work. */
export interface Running {
  readonly volunteer: Volunteer;
  readonly ended: Promise<Progress>;
  readonly events: VolunteerEvent[];
  /** Messages of its log. */
  readonly log: string[];
}

/** Starts a volunteer; it ends with the test at the latest. */
export async function volunteer(
  hub: Pick<FakeHub, 'url'>,
  state: string,
  more: Partial<VolunteerOptions> = {},
): Promise<Running> {
  const events: VolunteerEvent[] = [];
  const log: string[] = [];
  const logger = pino(
    { level: 'info' },
    { write: (line) => void log.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const one = await Volunteer.create({
    hub: parseHubAddress(hub.url),
    token: TOKEN,
    version: '0.0.0',
    workers: 1,
    share: 1,
    hours: ALWAYS,
    state,
    maxTiles: null,
    untilIdle: true,
    clock: systemClock,
    random: () => 0,
    logger,
    onEvent: (event) => void events.push(event),
    ...more,
  });
  const ended = one.run();
  ended.catch(() => undefined);
  onTestFinished(async () => {
    one.stop();
    await ended.catch(() => undefined);
  });
  return { volunteer: one, ended, events, log };
}

/** A clock that runs so many times as fast. */
export function fastClock(factor: number): Clock {
  return {
    now: () => systemClock.now() * factor,
    date: () => new Date(systemClock.now() * factor),
    sleep: async (ms, signal) => await systemClock.sleep(ms / factor, signal),
  };
}

/** Threads that take a time for a job, and then know the result. */
export function slowPool(tiles: Tiles, milliseconds: number): TilePool & { readonly jobs: number } {
  let [jobs, isClosed] = [0, false];
  return {
    get jobs() {
      return jobs;
    },
    async run(job) {
      jobs++;
      const end = performance.now() + milliseconds;
      while (performance.now() < end) {
        await delay(5);
        if (isClosed) throw new Error('closed');
      }
      return job.map(({ address }) => ({
        kind: 'computed',
        result: tiles.results.get(address) ?? new Uint8Array(),
      }));
    },
    async close() {
      isClosed = true;
    },
  };
}

/** Waits until something is so. */
export async function until(isSo: () => boolean, milliseconds = 20_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${String(isSo)}`);
    await delay(5);
  }
}

/** Every tile has come back, once, with the bytes of src/subdivide. */
export function expectAll(hub: FakeHub, tiles: Tiles): void {
  expect([...hub.results.keys()].toSorted()).toEqual([...tiles.results.keys()].toSorted());
  for (const [address, uploads] of hub.results) {
    for (const bytes of uploads) expect(bytes.equals(tiles.results.get(address)!), address).toBe(true);
  }
}
