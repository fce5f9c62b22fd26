import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/volunteer/backoff.js';
import { DutyCycle, Overhead, parseShare } from '../../src/volunteer/duty-cycle.js';
import { ALWAYS, parseHours } from '../../src/volunteer/hours.js';
import { LeaseTerm } from '../../src/volunteer/lease-term.js';
import { Pace } from '../../src/volunteer/pace.js';
import { Threads } from '../../src/volunteer/threads.js';
import { Bell, type Clock } from '../../src/volunteer/clock.js';

describe('hours', () => {
  it.each<[string, string, boolean]>([
    ['22-6', '21:59', false],
    ['22-6', '22:00', true],
    ['22-6', '23:59', true],
    ['22-6', '00:00', true],
    ['22-6', '05:59', true],
    ['22-6', '06:00', false],
    ['9-17', '08:59', false],
    ['9-17', '09:00', true],
    ['9-17', '17:00', false],
    ['0-24', '23:59', true],
    ['20-24', '23:59', true],
    ['20-24', '00:00', false],
    ['12:30-13:30, 22-6', '12:29', false],
    ['12:30-13:30, 22-6', '13:29', true],
    ['12:30-13:30, 22-6', '03:00', true],
    ['22-6,12:30-13:30', '14:00', false],
  ])('%s at %s: %s', (text, time, isOpen) => {
    const [hour, minute] = time.split(':').map(Number);
    expect(parseHours(text).isOpen(new Date(2026, 2, 3, hour, minute, 30))).toBe(isOpen);
  });

  it.each(['', '22', '22-', '25-6', '6-25', '6-6', '24-6', '22:60-6', '22-6,', '-1-5', '22 to 6', '1-2-3'])(
    'are not %j',
    (text) => {
      expect(() => parseHours(text)).toThrow(RangeError);
    },
  );

  it('are always without ranges', () => {
    expect(ALWAYS.isOpen(new Date(0))).toBe(true);
  });
});

describe('the share of the processor', () => {
  it.each([
    ['50%', 0.5],
    ['1%', 0.01],
    ['100%', 1],
    [' 25 % ', 0.25],
  ])('%j', (text, share) => expect(parseShare(text)).toBe(share));

  it.each(['', '0%', '101%', '50', '0.5', '-5%', '5.5%', 'half', '1e2%'])('is not %j', (text) => {
    expect(() => parseShare(text)).toThrow(RangeError);
  });

  it('is kept over a minute, however long tiles take and however late timers are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 0, max: 20 })), {
          minLength: 1,
        }),
        (percent, jobs) => {
          const duty = new DutyCycle(percent / 100);
          let [now, busy] = [0, 0];
          for (let i = 0; now < 600_000; i++) {
            const [ms, late] = jobs[i % jobs.length];
            now += duty.rest(now);
            if (percent < 100) now += late;
            duty.work(now, now + ms);
            now += ms;
            busy += ms;
          }
          now += duty.rest(now);
          const share = busy / now;
          expect(share).toBeLessThanOrEqual(percent / 100 + 0.01);
          // A timer that is late by as much as tiles take cannot be made up for near 100 %.
          if (percent <= 50 && jobs.every(([ms]) => ms > 20)) {
            expect(share).toBeGreaterThanOrEqual(percent / 100 - 0.01);
          }
        },
      ),
    );
  });

  it('counts what the rest of the program uses', () => {
    const overhead = new Overhead(500);
    for (let i = 1; i <= 1000; i++) expect(overhead.add(100, 500 + i * 140)).toBeCloseTo(1.4, 9);
    // Later tiles take longer, and no more besides.
    let factor = 0;
    for (let i = 1; i <= 100; i++) factor = overhead.add(1000, 140_500 + i * 1000);
    expect(factor).toBeCloseTo(1, 3);
    expect(new Overhead(0).add(100, 5000)).toBe(2);
    expect(new Overhead(0).add(100, 0)).toBe(1);
  });

  it('is what threads do', async () => {
    let now = 0;
    const end = new AbortController();
    const clock: Clock = {
      now: () => now,
      date: () => new Date(now),
      sleep: async (milliseconds) => {
        now += milliseconds;
        await Promise.resolve();
      },
    };
    let tiles = 0;
    const threads = new Threads({
      workers: 1,
      share: 0.3,
      clock,
      bell: new Bell(clock),
      pool: {
        run: async () => {
          now += 200;
          return await Promise.resolve([{ kind: 'damaged', reason: 'none' }]);
        },
        close: async () => await Promise.resolve(),
      },
      take: () => {
        if (now >= 60_000) end.abort();
        const term = new LeaseTerm(1, now);
        return [
          {
            lease: 1,
            attempt: 1,
            address: 'M' as never,
            term,
            stage: 'computing',
            raw: null,
            failures: 0,
            flaws: 0,
            failedAt: 0,
          },
        ];
      },
      onOutcome: () => tiles++,
      onFailure: (_tiles, error) => {
        throw error;
      },
    });
    await threads.run(end.signal);
    expect(Math.abs((tiles * 200) / 60_000 - 0.3)).toBeLessThan(0.01);
  });
});

describe('waits', () => {
  it('double up to a minute, by chance up to half as long', () => {
    for (const [random, factor] of [
      [0, 0.5],
      [1, 1],
    ] as const) {
      const backoff = new Backoff(() => random);
      const waits = Array.from({ length: 9 }, () => backoff.fail(null) / 1000 / factor);
      expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
      backoff.succeed();
      expect(backoff.fail(null)).toBe(1000 * factor);
    }
  });

  it('are as long as the server asks, within reason', () => {
    const backoff = new Backoff(() => 0);
    expect(backoff.fail(30)).toBe(30_000);
    expect(backoff.fail(1e300)).toBe(600_000);
    expect(backoff.fail(0)).toBe(2000);
  });
});

describe('a lease', () => {
  it('is to be extended at half of its time, and not to be asked for all the time', () => {
    const term = new LeaseTerm(600, 1000);
    expect(term.left(1000)).toBe(600_000);
    expect(term.renewalDue).toBe(301_000);
    term.ask(301_000);
    expect(term.renewalDue).toBe(301_000 + 75_000);
    expect(term.isSure(450_000)).toBe(true);
    expect(term.isSure(452_000)).toBe(false);
    term.renew(600, 301_000);
    expect(term.isSure(452_000)).toBe(true);
    term.doubt();
    expect(term.isSure(0)).toBe(false);
  });

  it('is not believed to be endless', () => {
    expect(new LeaseTerm(1e308, 0).left(0)).toBe(7 * 86_400_000);
  });
});

describe('tiles in hand', () => {
  it.each([
    ['nothing is known', 4, 1, null, 0, 600, 8],
    ['twice the threads', 4, 1, 1000, 50, 600, 8],
    ['a slow network', 4, 1, 50, 300, 600, 52],
    ['a very slow network', 4, 1, 10, 5000, 600, 128],
    ['long tiles: nothing waits', 4, 1, 400_000, 50, 600, 4],
    ['long tiles by a small share', 4, 0.1, 40_000, 50, 600, 4],
  ])('%s', (_name, threads, share, tile, way, lease, target) => {
    const pace = new Pace(threads, share);
    pace.countLease(1000 * lease);
    for (let i = 0; i < 100; i++) pace.countDownload(way);
    if (tile !== null) for (let i = 0; i < 100; i++) pace.countTile(tile);
    expect(pace.target).toBe(target);
  });
});
