import { diskRoom } from '../cache/free-space.js';
import { isFile } from '../cache/files.js';
import type { Key, Layout } from '../cache/layout.js';
import { FilmError } from '../zoom/film/film-error.js';
import { FilmTilesError } from '../zoom/film-error.js';
import { makeFilm, placeOfFilm } from '../zoom/make-film.js';
import { FilmJob } from './film-job.js';
import { readRequest, type FilmLimits } from './film-limits.js';
import type { ServeLogger } from './options.js';
import { RateLimit } from './rate-limit.js';

/** New films that an address may ask for at once, and in every further second: two a minute. */
const BURST = 4;
const PER_SECOND = 1 / 30;
/** Films that are over and remembered. */
const MAX_OVER = 64;
/** Free bytes below which no film is begun: some hundred frames take a hundred megabytes. */
const MIN_FREE = 2 ** 30;
/** A film for which nothing was done for so long is given up, milliseconds: the next one may not need those tiles. */
const STALL_MS = 600_000;
/** When to come again, seconds. */
const RETRY_S = { limit: 30, queue: 60, space: 600 } as const;

/** How films are made for visitors. */
export interface FilmOptions extends FilmLimits {
  /** Threads that paint frames. */
  readonly threads: number;
  /** Who makes them, for whoever looks at what the cluster does. */
  readonly leader: string;
}

/** Why a film is not made now. */
export class FilmRefusal extends Error {
  /** HTTP status. */
  readonly status: 429 | 503;
  /** Seconds. */
  readonly retryAfter: number;

  constructor(status: 429 | 503, retryAfter: number, message: string) {
    super(message);
    this.name = 'FilmRefusal';
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** What else it needs. */
interface Surroundings {
  readonly layout: Layout;
  readonly logger: ServeLogger;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
  /** Told what became of a film. */
  readonly onOver: (outcome: string) => void;
  /** Makes a film; tests have others. */
  readonly make?: typeof makeFilm;
}

/**
 * The films that visitors have asked for: one is made at a time, some wait, and the last ones that are over are remembered. The same request is
 * the same film, whoever asks. Their tiles are made by the daemons.
 */
export class Films {
  readonly options: FilmOptions;
  readonly #surroundings: Surroundings;
  readonly #limit: RateLimit;
  /** In the order in which they were asked for. */
  readonly #jobs = new Map<Key, FilmJob>();
  #isClosed = false;
  #work: Promise<void> = Promise.resolve();
  #isWorking = false;

  constructor(options: FilmOptions, surroundings: Surroundings) {
    this.options = options;
    this.#surroundings = surroundings;
    this.#limit = new RateLimit(surroundings.clock, BURST, PER_SECOND);
  }

  /** Films that wait for the one that is being made. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The film of a name, when it was asked for lately. */
  get(id: Key): FilmJob | null {
    return this.#jobs.get(id) ?? null;
  }

  /** Films before one. */
  ahead(job: FilmJob): number {
    const place = this.#waiting.indexOf(job);
    return place < 0 ? 0 : place + 1;
  }

  /**
   * Asks for a film.
   *
   * @param text the request, in JSON5
   * @param from remote address
   * @throws RequestError that names every fault, FilmRefusal, or a system error
   */
  async ask(text: string, from: string): Promise<{ job: FilmJob; token: string | null }> {
    const { layout, clock } = this.#surroundings;
    const request = readRequest(text, this.options, layout);
    const { key, path } = placeOfFilm(layout, request, undefined);
    const isThere = await isFile(path);
    const room = isThere ? null : await diskRoom(layout.root);
    // From here on nothing is waited for, so that two who ask at once get one film.
    const known = this.#jobs.get(key);
    if (known && (known.state === 'finished' ? isThere : !known.isOver))
      return { job: known, token: known.want() };
    const job = new FilmJob(key, request, clock);
    if (isThere) job.finish();
    else this.#admit(from, room?.freeBytes ?? 0);
    this.#jobs.delete(key);
    this.#jobs.set(key, job);
    this.#forget();
    const token = job.want();
    if (!this.#isWorking) this.#work = this.#makeAll();
    return { job, token };
  }

  /** Cancels all that are not over. */
  cancelAll(): void {
    this.#isClosed = true;
    for (const job of this.#jobs.values()) job.cancel();
  }

  /** Ends it; nothing is under way then. */
  async close(): Promise<void> {
    this.cancelAll();
    await this.#work;
  }

  get #waiting(): FilmJob[] {
    return [...this.#jobs.values()].filter(({ state }) => state === 'waiting');
  }

  /** @throws FilmRefusal when there can be no new film now */
  #admit(from: string, freeBytes: number): void {
    if (this.#isClosed) throw new FilmRefusal(503, RETRY_S.limit, 'The server is ending.');
    if (this.#isWorking && this.waiting >= this.options.waiting)
      throw new FilmRefusal(503, RETRY_S.queue, 'Too many films are waiting. Try again in some minutes.');
    if (freeBytes < MIN_FREE)
      throw new FilmRefusal(
        503,
        RETRY_S.space,
        'The server’s disk is nearly full, so it begins no film now.',
      );
    if (!this.#limit.take(from))
      throw new FilmRefusal(429, RETRY_S.limit, 'You have asked for many films. Try again in half a minute.');
  }

  #forget(): void {
    const over = [...this.#jobs.values()].filter(({ isOver }) => isOver);
    for (const { id } of over.slice(0, Math.max(0, over.length - MAX_OVER))) this.#jobs.delete(id);
  }

  /** Makes all films that wait, one after the other. Never fails. */
  async #makeAll(): Promise<void> {
    this.#isWorking = true;
    for (let job = this.#waiting[0]; job !== undefined; job = this.#waiting[0]) {
      job.begin();
      this.#waiting.forEach((other, i) => other.tell(i + 1));
      await this.#make(job);
      this.#surroundings.onOver(job.state);
      this.#forget();
    }
    this.#isWorking = false;
  }

  async #make(job: FilmJob): Promise<void> {
    const { layout, logger, make = makeFilm } = this.#surroundings;
    const { threads, leader } = this.options;
    let seen = '';
    const giveUp = (): void => job.fail('No tile has come for ten minutes. Is a daemon running?');
    let timer = setTimeout(giveUp, STALL_MS);
    try {
      await make({
        layout,
        request: job.request,
        out: null,
        workers: threads,
        ffmpeg: undefined,
        leader,
        signal: job.signal,
        onFrame: (frame) => job.noteFrame(frame),
        onProgress: (progress) => {
          job.show(progress);
          const now = `${progress.done} ${progress.missing} ${progress.computed}`;
          if (now === seen) return;
          seen = now;
          clearTimeout(timer);
          timer = setTimeout(giveUp, STALL_MS);
        },
      });
      job.finish();
    } catch (error) {
      if (job.isOver) return;
      logger.warn({ film: job.id, err: error }, 'a film that a visitor asked for could not be made');
      job.fail(inWords(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Why a film failed, for visitors: nothing of paths and hosts. */
function inWords(error: unknown): string {
  if (error instanceof FilmTilesError) {
    const { length } = error.tiles;
    return `${length === 1 ? 'A tile' : `${length} tiles`} could not be had. The same film may succeed later.`;
  }
  if (error instanceof FilmError && error.code === 'ENOENCODER')
    return 'The server has no encoder for this format. Choose another one.';
  if (error instanceof FilmError && error.code === 'ENOSPC') return 'The server’s disk is full.';
  return 'The film could not be made. The server’s log says why.';
}
