import { CacheError, systemCode } from '../cache/cache-error.js';
import { ChangeHint } from '../cache/change-hint.js';
import type { Layout } from '../cache/layout.js';
import type { CacheLock } from '../cache/lock.js';
import { BEATS_PER_LEASE, Membership } from '../cache/membership.js';
import type { Settings } from '../cache/settings.js';
import { activityOf } from './activity.js';
import { Crew, TILES_PER_JOB, type Workforce } from './crew.js';
import { ErrorLog } from './error-log.js';
import { Exchange } from './exchange.js';
import { Heart } from './heart.js';
import { Holdings } from './holdings.js';
import { adviseOnMount } from './mount-advice.js';
import { openCache, type OpenCache } from './open-cache.js';
import type { DaemonOptions, Mode, Progress } from './options.js';
import { bringPage } from './page.js';
import { SpaceGuard } from './space-guard.js';
import { Tally } from './tally.js';

/** Results wait this long at the most before they are merged, in milliseconds. */
const MERGE_AFTER_MS = 500;
/** An idle daemon looks at todo/ at these intervals, growing from the first to the last, in milliseconds. */
const IDLE_MS = { first: 100, last: 5000 } as const;
/** Pause after an operation on the cache has failed, in milliseconds. */
const RETRY_MS = 5000;

/**
 * The daemon: claims tiles, has them computed, merges the results.
 *
 * ```
 * joining ──> working <──> idle                 nothing to claim: waits for others, recovers the dead
 *   ^            │  ^────> waiting for space    disk below --min-free, or full
 *   │ fenced     v
 *   └───────── any of them ──> stopping ──> stopped
 * ```
 *
 * One loop does everything that changes the cache, so there is no concurrency to think of in it; threads only compute,
 * and timers only set flags. Stopping finishes what runs, merges it, gives the rest back and leaves. A fenced daemon (see
 * {@link Membership}) forgets what it held and joins again.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #settings: Settings;
  readonly #layout: Layout;
  readonly #lock: CacheLock;
  readonly #held = new Holdings();
  readonly #space: SpaceGuard;
  readonly #crew: Workforce;
  readonly #exchange: Exchange;
  readonly #hint: ChangeHint;
  readonly #tally: Tally;
  readonly #errors: ErrorLog;
  readonly #heart: Heart;
  #membership: Membership;
  #mode: Mode = 'joining';
  #beatAt: number = performance.now();
  #stop = false;
  #fenced = false;
  #mergedAt = 0;
  #lookAfterDead = true;
  #idleWait: number = IDLE_MS.first;

  private constructor(
    options: DaemonOptions,
    { settings, layout, lock }: OpenCache,
    membership: Membership,
    tally: Tally,
  ) {
    const { root, client, workers, minFree, logger } = options;
    const { theme, image } = settings;
    this.#options = options;
    this.#settings = settings;
    this.#layout = layout;
    this.#lock = lock;
    this.#membership = membership;
    this.#hint = new ChangeHint(layout);
    this.#tally = tally;
    this.#errors = new ErrorLog(logger);
    this.#heart = new Heart((settings.lease * 1000) / BEATS_PER_LEASE, async () => await this.#beat());
    this.#space = new SpaceGuard(root, minFree, logger);
    this.#exchange = new Exchange(layout, lock, this.#held, options, logger, tally, this.#errors);
    const { workforce = (parts) => new Crew(parts) } = options;
    this.#crew = workforce({
      workers,
      job: { root, client, theme, image },
      layout,
      held: this.#held,
      space: this.#space,
      logger,
      errors: this.#errors,
      onFinished: () => this.#hint.wake(),
    });
    this.#crew.serve(membership);
  }

  /**
   * Joins a cache.
   *
   * @throws CacheError when there is no usable cache, or the client's name is taken
   */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const tally = new Tally(performance.now());
    const cache = await openCache(options, tally);
    await adviseOnMount(options.root, options.logger);
    const { settings, layout, lock } = cache;
    await bringPage(layout, options.logger);
    const joined = await Membership.join(layout, settings, options, lock, options.started);
    if (joined.recovered) {
      tally.recovered++;
      options.logger.info(joined.recovered, 'recovered what an earlier run had left');
    }
    return new Daemon(options, cache, joined.membership, tally);
  }

  /** A look from outside. */
  get progress(): Progress {
    const now = performance.now();
    const { subdivided, made, boring, recovered, brokenLocks, level } = this.#tally;
    const { minute, fiveMinutes } = this.#tally.rates(now);
    return {
      mode: this.#mode,
      subdivided,
      made,
      boring,
      recovered,
      brokenLocks,
      errors: this.#errors.count,
      lastError: this.#errors.last(now),
      workers: this.#options.workers,
      holding: this.#held.addresses,
      current: this.#held.current(now),
      todo: this.#exchange.todo,
      level,
      rate: minute,
      rate5m: fiveMinutes,
      lockWait: this.#tally.lockWait(now),
      heartbeatAge: (now - this.#beatAt) / 1000,
      room: this.#space.room,
      statistics: this.#crew.statistics,
    };
  }

  /** Asks the daemon to finish what it is computing and to end. */
  stop(): void {
    this.#stop = true;
    this.#hint.wake();
  }

  /** Works until there is a reason to end; leaves the cache tidy. */
  async run(): Promise<Progress> {
    this.#heart.start();
    try {
      await this.#work();
      await this.#leave();
    } finally {
      await this.#heart.stop();
      await this.#hint.close();
      await this.#crew.close();
    }
    this.#enter('stopped');
    return this.progress;
  }

  #enter(mode: Mode): void {
    if (mode === this.#mode) return;
    this.#options.logger.debug({ from: this.#mode, to: mode }, 'mode');
    this.#mode = mode;
  }

  /** The loop. */
  async #work(): Promise<void> {
    while (!this.#stop) {
      try {
        if (this.#fenced) await this.#rejoin();
        if (this.#lookAfterDead) {
          this.#lookAfterDead = false;
          await this.#exchange.recoverDead(this.#membership);
        }
        if (await this.#trade()) continue;
        if (await this.#isFinished()) return;
        await this.#wait();
      } catch (error) {
        await this.#bear(error);
      }
    }
  }

  /**
   * Merges what is due and claims what there is room for.
   *
   * @returns whether anything changed
   */
  async #trade(): Promise<boolean> {
    const { workers } = this.#options;
    const { results, waiting, running } = this.#held;
    const late = performance.now() >= this.#mergedAt + MERGE_AFTER_MS;
    const inWork = TILES_PER_JOB * workers;
    const merging = results.length >= inWork || (results.length > 0 && (running.size === 0 || late));
    // A job in each thread and one waiting for it: a thread never waits for the lock.
    let room = Math.min(2 * inWork - running.size - waiting.length, this.#tilesLeft());
    if (room < inWork && waiting.length > 0 && !merging) room = 0;
    if ((room > 0 || this.#space.closed) && !(await this.#space.hasSpace())) room = 0;
    const { merged, again } = await this.#exchange.trade(this.#membership, merging, room);
    if (merged.length > 0) {
      this.#mergedAt = performance.now();
      this.#crew.merged(merged);
    }
    this.#crew.feed();
    return merged.length > 0 || again;
  }

  /** How many tiles --max-tiles still allows to claim. */
  #tilesLeft(): number {
    const { maxTiles } = this.#options;
    return maxTiles === null ? Infinity : Math.max(0, maxTiles - this.#tally.tiles - this.#held.size);
  }

  /** Whether there is a reason to end: --max-tiles reached, or --until-idle and nothing left. */
  async #isFinished(): Promise<boolean> {
    if (this.#held.size > 0) return false;
    if (this.#tilesLeft() === 0) return true;
    if (!this.#options.untilIdle || this.#space.closed) return false;
    return await this.#exchange.isAllDone(this.#membership);
  }

  /** Waits until a thread has finished, somebody has changed the cache, or it is time to look again. */
  async #wait(): Promise<void> {
    if (this.#held.size > 0) {
      this.#enter(this.#space.closed ? 'waiting for space' : 'working');
      this.#idleWait = IDLE_MS.first;
      await this.#hint.wait(MERGE_AFTER_MS);
    } else {
      this.#enter(this.#space.closed ? 'waiting for space' : 'idle');
      await this.#hint.wait(this.#idleWait);
      this.#idleWait = Math.min(IDLE_MS.last, this.#idleWait * 1.5);
    }
  }

  async #beat(): Promise<void> {
    this.#lookAfterDead = true;
    const membership = this.#membership;
    try {
      const { lends = false } = this.#options;
      await membership.beat({ ...activityOf(this.progress), ...(lends && { lends }) });
      this.#beatAt = performance.now();
    } catch (error) {
      if (isFenced(error)) this.#fenced ||= membership === this.#membership;
      else this.#errors.report({ err: error }, 'no heartbeat could be written');
    }
  }

  /** Decides what an error of the loop means: wait and repeat, join again, or end. */
  async #bear(error: unknown): Promise<void> {
    const code = systemCode(error);
    if (isFenced(error)) {
      this.#fenced = true;
      return;
    }
    if (error instanceof CacheError && error.code !== 'ELOCKLOST') throw error;
    if (code === undefined) throw error; // no system error: a bug
    if (code === 'ENOSPC' || code === 'EDQUOT') this.#space.reportFull();
    else this.#errors.report({ err: error }, 'the cache could not be used; trying again');
    await this.#pause(RETRY_MS);
  }

  /** Waits, unless it is to stop; whatever others do meanwhile. */
  async #pause(ms: number): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; left > 0 && !this.#stop; left = end - performance.now()) await this.#hint.wait(left);
  }

  async #rejoin(): Promise<void> {
    const { logger } = this.#options;
    logger.warn('taken for dead by others: giving up what was being computed, joining again');
    this.#enter('joining');
    await this.#crew.abandon();
    this.#exchange.forget();
    // Whoever removed more than the work folder may have removed the cache.
    await openCache(this.#options, this.#tally);
    const membership = await this.#joinAgain();
    if (membership === null) return;
    this.#membership = membership;
    this.#crew.serve(membership);
    this.#fenced = false;
  }

  /** Joins as soon as what this client itself has left counts as dead; null when it is to stop before. */
  async #joinAgain(): Promise<Membership | null> {
    const leaseMs = this.#settings.lease * 1000;
    const giveUp = performance.now() + 2 * leaseMs;
    while (!this.#stop) {
      try {
        const { started } = this.#options;
        return (await Membership.join(this.#layout, this.#settings, this.#options, this.#lock, started))
          .membership;
      } catch (error) {
        const isBusy = error instanceof CacheError && error.code === 'ECLIENTBUSY';
        if (!isBusy || performance.now() > giveUp) throw error;
        await this.#pause(leaseMs / BEATS_PER_LEASE);
      }
    }
    return null;
  }

  /** Finishes what runs, merges it, gives back the rest, leaves. */
  async #leave(): Promise<void> {
    this.#enter('stopping');
    await this.#crew.finish();
    if (this.#fenced) return;
    try {
      this.#crew.merged(await this.#exchange.settle(this.#membership));
      // A heartbeat that is being written would make the folder's removal fail.
      await this.#heart.stop();
      await this.#membership.leave();
    } catch (error) {
      // Whatever could not be given back is recovered by the others, or by this client's next start.
      this.#errors.report({ err: error }, 'could not leave tidily; nothing is lost');
    }
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'EFENCED';
}
