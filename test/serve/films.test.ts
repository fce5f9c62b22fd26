import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import { Films } from '../../src/serve/films.js';
import { FilmError } from '../../src/zoom/film/film-error.js';
import { FilmTilesError } from '../../src/zoom/film-error.js';
import type { makeFilm, MakeFilmOptions } from '../../src/zoom/make-film.js';
import type { Address } from '../../src/tile/address.js';
import { endless, FILMS } from './support/films.js';

/** A film that is being made by nobody: the test says what happens. */
interface Made {
  readonly options: MakeFilmOptions;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

async function films(waiting = 100): Promise<{ films: Films; made: Made[]; log: string[]; over: string[] }> {
  const root = await mkdtemp(join(tmpdir(), 'mandeld-films-'));
  const [made, log, over]: [Made[], string[], string[]] = [[], [], []];
  const make: typeof makeFilm = async (options) =>
    await new Promise((resolve, reject) => {
      const end = (): void => resolve({ stored: '', isReused: false, progress: null });
      options.signal.addEventListener('abort', () => reject(options.signal.reason as Error));
      made.push({ options, end, fail: reject });
    });
  const note = (_details: object, message: string): void => void log.push(message);
  const made_ = new Films(
    { ...FILMS, waiting },
    {
      layout: new Layout(root, 'png'),
      logger: { warn: note, error: note },
      clock: () => performance.now(),
      onOver: (outcome) => void over.push(outcome),
      make,
    },
  );
  onTestFinished(async () => {
    await made_.close();
    await rm(root, { recursive: true });
  });
  return { films: made_, made, log, over };
}

afterEach(() => void vi.useRealTimers());

describe('films for visitors', () => {
  it('are made one at a time, and the last ones are remembered', async () => {
    const { films: all, made, over } = await films();
    const jobs = [];
    for (let i = 0; i < 80; i++) jobs.push((await all.ask(endless(i), `192.0.2.${i}`)).job);
    for (let i = 0; i < 80; i++) {
      while (made.length <= i) await delay(1);
      expect([made.length, jobs[i].state, jobs[i + 1]?.state ?? 'waiting']).toEqual([
        i + 1,
        'running',
        'waiting',
      ]);
      made[i].end();
    }
    while (over.length < 80) await delay(1);
    expect(all.get(jobs[15].id)).toBeNull();
    expect(all.get(jobs[16].id)?.state).toBe('finished');
  });

  it('are one for two who ask for the same in the same moment', async () => {
    const { films: all, made } = await films();
    const [one, two] = await Promise.all([all.ask(endless(), '192.0.2.1'), all.ask(endless(), '192.0.2.2')]);
    expect(one.job).toBe(two.job);
    while (made.length === 0) await delay(1);
    await delay(20);
    expect(made).toHaveLength(1);
  });

  it.each<[string, Error, RegExp]>([
    ['tiles', new FilmTilesError([{ address: 'M0' as Address, reason: 'no' }]), /^A tile could not be had/],
    ['a full disk', new FilmError('ENOSPC', '/secret', 'the disk of /secret is full'), /disk is full/],
    ['no encoder', new FilmError('ENOENCODER', '/secret', '/secret needs ffmpeg'), /no encoder/],
    ['something else', new Error('EIO: /secret'), /log says why/],
  ])('fail because of %s, and visitors are told no path', async (_what, error, reason) => {
    const { films: all, made, log, over } = await films();
    const { job } = await all.ask(endless(), '192.0.2.1');
    while (made.length === 0) await delay(1);
    made[0].fail(error);
    while (over.length === 0) await delay(1);
    expect(job.view()).toMatchObject({ state: 'failed', reason: expect.stringMatching(reason) as string });
    expect(job.view().reason).not.toContain('secret');
    expect(log).toEqual(['a film that a visitor asked for could not be made']);
    // It may be asked for again.
    expect((await all.ask(endless(), '192.0.2.1')).job).not.toBe(job);
  });

  it('are given up when nothing happens for ten minutes, and the next one is made', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { films: all, made } = await films();
    const { job } = await all.ask(endless(0), '192.0.2.1');
    const { job: next } = await all.ask(endless(1), '192.0.2.1');
    const tell = (done: number): void =>
      made[0].options.onProgress({ frames: 30, done, stored: 0, cached: 0, computed: 0, missing: 7 });
    tell(0);
    await vi.advanceTimersByTimeAsync(599_000);
    tell(1);
    await vi.advanceTimersByTimeAsync(300_000);
    tell(1);
    await vi.advanceTimersByTimeAsync(299_000);
    expect(job.state).toBe('running');
    await vi.advanceTimersByTimeAsync(1000);
    expect(job.view()).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('ten minutes') as string,
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(next.state).toBe('running');
  });

  it('know 64 who want one; more cannot cancel it', async () => {
    const { films: all } = await films();
    const tokens = [];
    for (let i = 0; i < 70; i++) tokens.push((await all.ask(endless(), '192.0.2.1')).token);
    expect(tokens.filter((token) => token !== null)).toHaveLength(64);
    const { job } = await all.ask(endless(), '192.0.2.1');
    for (const token of tokens.slice(0, 63)) expect(job.giveBack(token ?? '')).toBe(true);
    expect(job.state).toBe('running');
    expect(job.giveBack(tokens[63] ?? '')).toBe(true);
    expect(job.state).toBe('cancelled');
  });
});
