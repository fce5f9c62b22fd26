import { keepCopy, setAside } from '../cache/bad-folder.js';
import { CacheError, systemCode } from '../cache/cache-error.js';
import { ChangeHint } from '../cache/change-hint.js';
import { claim, putBack } from '../cache/claim.js';
import { remove } from '../cache/files.js';
import { freeSpace } from '../cache/free-space.js';
import { Layout } from '../cache/layout.js';
import { listAddresses } from '../cache/listing.js';
import { CacheLock, type HeldLock } from '../cache/lock.js';
import { Membership, BEATS_PER_LEASE, prepareFolders } from '../cache/membership.js';
import { markReady, mergeReady } from '../cache/merge.js';
import { processTable } from '../cache/process-table.js';
import { recoverClient } from '../cache/recover.js';
import { readSettings, type Settings } from '../cache/settings.js';
import { TodoQueue } from '../cache/todo-queue.js';
import { addStatistics, noStatistics, type Statistics } from '../subdivide/statistics.js';
import { levelOf, type Address } from '../tile/address.js';
import { join } from 'node:path';
import { Holdings } from './holdings.js';
import type { Job, Outcome } from './job.js';
import type { DaemonOptions, Mode, Progress } from './options.js';
import { WorkerPool } from './pool.js';
import { RateMeter } from './rate.js';

/** Results wait this long at the most before they are merged, in milliseconds. */
const MERGE_AFTER_MS = 500;
/** An idle daemon looks at todo/ at these intervals, growing from the first to the last, in milliseconds. */
const IDLE_MS = { first: 100, last: 5000 } as const;
/** Pause after the disk was found full or an operation failed, in milliseconds. */
const RETRY_MS = 5000;
/** A tile whose computation fails this often is set aside. */
const MAX_FAILURES = 3;

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
  readonly #queue: TodoQueue;
  readonly #pool: WorkerPool;
  readonly #hint: ChangeHint;
  readonly #rate: RateMeter;
  readonly #held = new Holdings();
  readonly #statistics: Statistics = noStatistics();
  #membership: Membership;
  #mode: Mode = 'joining';
  #subdivided = 0;
  #level = 0;
  #stop = false;
  #fenced = false;
  #mergeDue = 0;
  #mergeCutOff = false;
  #lookAfterDead = true;
  #idleWait: number = IDLE_MS.first;
  #nextRefresh = 0;

  private constructor(
    options: DaemonOptions,
    settings: Settings,
    layout: Layout,
    lock: CacheLock,
    membership: Membership,
  ) {
    this.#options = options;
    this.#settings = settings;
    this.#layout = layout;
    this.#lock = lock;
    this.#membership = membership;
    this.#queue = new TodoQueue(layout.todoFolder, (address) => levelOf(address) < options.maxLevel);
    this.#pool = new WorkerPool(options.workers);
    this.#hint = new ChangeHint(layout);
    this.#rate = new RateMeter(60, performance.now());
  }

  /**
   * Joins a cache.
   *
   * @throws CacheError when there is no usable cache, or the client's name is taken
   */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const settings = await readSettings(options.root);
    const layout = new Layout(options.root, settings.image);
    await prepareFolders(layout);
    const lock = new CacheLock(layout, {
      clock: layout.clock(options.client),
      holder: { pid: options.pid, processes: processTable(options.host) },
      onBroken: ({ age }) => options.logger.warn({ ageMs: age }, 'broke an abandoned lock'),
    });
    const joined = await Membership.join(layout, settings, options, lock, options.started);
    if (joined.recovered) options.logger.info(joined.recovered, 'recovered what an earlier run had left');
    return new Daemon(options, settings, layout, lock, joined.membership);
  }

  /** A look from outside. */
  get progress(): Progress {
    return {
      mode: this.#mode,
      subdivided: this.#subdivided,
      todo: this.#queue.listed,
      level: this.#level,
      rate: this.#rate.rate(performance.now()),
      statistics: this.#statistics,
    };
  }

  /** Asks the daemon to finish what it is computing and to end. */
  stop(): void {
    this.#stop = true;
    this.#hint.wake();
  }

  /** Works until there is a reason to end; leaves the cache tidy. */
  async run(): Promise<Progress> {
    const beatMs = (this.#settings.lease * 1000) / BEATS_PER_LEASE;
    const heart = setInterval(() => void this.#beat(), beatMs);
    try {
      await this.#work();
      await this.#leave();
    } finally {
      clearInterval(heart);
      await this.#hint.close();
      await this.#pool.close();
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
        this.#feed();
        if (this.#lookAfterDead) await this.#recoverDead();
        const progressed = await this.#exchange();
        if (this.#isFinished()) return;
        if (this.#held.size > 0) {
          if (this.#mode !== 'waiting for space') this.#enter('working');
          this.#idleWait = IDLE_MS.first;
          if (!progressed) await this.#hint.wait(MERGE_AFTER_MS);
        } else if (!progressed) {
          if (await this.#isAllDone()) return;
          if (this.#mode !== 'waiting for space') this.#enter('idle');
          await this.#hint.wait(this.#idleWait);
          this.#idleWait = Math.min(IDLE_MS.last, this.#idleWait * 1.5);
        }
      } catch (error) {
        await this.#bear(error);
      }
    }
  }

  /** Whether this daemon has done its share. */
  #isFinished(): boolean {
    return this.#tilesLeft() === 0 && this.#held.size === 0;
  }

  /** How many tiles --max-tiles still allows to claim. */
  #tilesLeft(): number {
    const { maxTiles } = this.#options;
    return maxTiles === null ? Infinity : Math.max(0, maxTiles - this.#subdivided - this.#held.size);
  }

  /** Hands waiting tiles to free threads. */
  #feed(): void {
    const { waiting, running } = this.#held;
    while (running.size < this.#options.workers) {
      // A damaged tile is made again even when stopping: only then can it be given back.
      const next = this.#stop ? waiting.findIndex(({ kind }) => kind === 'remake') : 0;
      const job = next < 0 ? undefined : waiting.splice(next, 1)[0];
      if (job === undefined) return;
      const { kind, address } = job;
      const { root, client } = this.#options;
      const { theme, image } = this.#settings;
      const membership = this.#membership;
      const done = this.#pool
        .run({ kind, address, root, client, theme, image })
        .then(
          async (outcome) => {
            running.delete(address);
            // What was computed for an earlier membership is not ours any more.
            if (membership === this.#membership && !this.#fenced) await this.#receive(address, outcome);
          },
          (error: unknown) => {
            running.delete(address);
            this.#receiveFailure(kind, address, error);
          },
        )
        .catch((error: unknown) => this.#receiveFailure(kind, address, error))
        .finally(() => {
          this.#feed();
          this.#hint.wake();
        });
      running.set(address, done);
    }
  }

  async #receive(address: Address, outcome: Outcome): Promise<void> {
    const { logger } = this.#options;
    const { waiting, results } = this.#held;
    switch (outcome.kind) {
      case 'subdivided':
        addStatistics(this.#statistics, outcome.statistics);
        if (results.length === 0) this.#mergeDue = performance.now() + MERGE_AFTER_MS;
        results.push(outcome.result);
        return;
      case 'remade':
        logger.info({ address }, 'made a damaged tile again from its parent');
        waiting.unshift({ kind: 'subdivide', address });
        return;
      case 'damaged': {
        const { reason } = outcome;
        const bad = await keepCopy(this.#layout, this.#membership.work.todo(address));
        logger.warn({ address, reason, bad }, 'a tile in todo/ was damaged; a copy is kept aside');
        waiting.unshift({ kind: 'remake', address });
        return;
      }
      case 'orphan':
        await remove(this.#membership.work.todo(address));
        logger.error({ address, reason: outcome.reason }, 'a damaged tile cannot be made again; dropped');
        return;
      case 'gone':
        logger.warn({ address }, 'a claimed tile is gone');
        return;
    }
  }

  /** A thread failed, not the tile's data: a full disk, a bug, a file server in trouble. */
  #receiveFailure(kind: Job['kind'], address: Address, error: unknown): void {
    const { logger } = this.#options;
    const code = systemCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      this.#waitForSpace('the disk is full');
      this.#held.waiting.push({ kind, address });
      return;
    }
    const failures = this.#held.countFailure(address);
    logger.error({ address, failures, err: error }, 'a tile could not be computed');
    if (failures < MAX_FAILURES) {
      this.#held.waiting.push({ kind, address });
      return;
    }
    void setAside(this.#layout, this.#membership.work.todo(address)).then(
      (bad) => logger.error({ address, bad }, 'a tile failed repeatedly; set aside'),
      (reason: unknown) => logger.error({ address, err: reason }, 'a tile could not be set aside'),
    );
  }

  /**
   * Merges what is due and claims what there is room for.
   *
   * @returns whether anything changed
   */
  async #exchange(): Promise<boolean> {
    const { workers } = this.#options;
    const { results, waiting, running } = this.#held;
    const due =
      results.length > 0 &&
      (results.length >= workers || running.size === 0 || performance.now() >= this.#mergeDue);
    // One tile in each thread and one waiting for it: a thread never waits for the lock.
    let room = Math.min(2 * workers - running.size - waiting.length, this.#tilesLeft());
    if (room < workers && !due && waiting.length > 0) room = 0;
    if (room > 0 && !(await this.#hasSpace())) room = 0;
    if (room > 0 && this.#queue.length === 0 && !due && performance.now() >= this.#nextRefresh) {
      await this.#refresh();
    }
    if (!due && (room === 0 || this.#queue.length === 0)) return false;
    return await this.#lock.run(async (held) => {
      await this.#membership.assertMember();
      if (results.length > 0) await this.#merge(held);
      if (room === 0) return due;
      const claimed = await claim(this.#layout, this.#membership.work, this.#queue, room, this.#held, held);
      waiting.push(...claimed.map((address) => ({ kind: 'subdivide' as const, address })));
      this.#feed();
      return due || claimed.length > 0;
    });
  }

  async #merge(held: HeldLock): Promise<void> {
    const { logger } = this.#options;
    const { results } = this.#held;
    const merging = results.slice();
    const resumed = this.#mergeCutOff;
    this.#mergeCutOff = true;
    await markReady(this.#membership.work, merging, held);
    const merged = await mergeReady(this.#layout, this.#membership.work, held, resumed);
    this.#mergeCutOff = false;
    results.splice(0, merging.length);
    this.#mergeDue = performance.now() + MERGE_AFTER_MS;
    for (const { address } of merging) this.#level = levelOf(address) + 1;
    this.#subdivided += merging.length;
    this.#rate.add(merging.length, performance.now());
    logger.debug(
      { tiles: merged.committed.length, children: merged.children, boring: merged.boring },
      'merged',
    );
  }

  /** Lists todo/ and sets aside what does not belong there. */
  async #refresh(): Promise<void> {
    const start = performance.now();
    await this.#refreshQueue();
    // A listing of a million files takes seconds: it must not become what a daemon mostly does.
    const end = performance.now();
    this.#nextRefresh = end + 10 * (end - start);
  }

  async #refreshQueue(): Promise<void> {
    for (const { path, reason } of await this.#queue.refresh()) {
      const bad = await setAside(this.#layout, join(this.#layout.todoFolder, path));
      if (bad) this.#options.logger.warn({ path, reason, bad }, 'todo/ held something else; set aside');
    }
  }

  async #hasSpace(): Promise<boolean> {
    const free = await freeSpace(this.#layout.root);
    if (free < this.#options.minFree) {
      this.#waitForSpace(`only ${Math.floor(free / 2 ** 20)} MiB are free`);
      return false;
    }
    if (this.#mode === 'waiting for space') {
      this.#options.logger.info({ freeMiB: Math.floor(free / 2 ** 20) }, 'there is space again; going on');
      this.#enter('working');
    }
    return true;
  }

  #waitForSpace(why: string): void {
    if (this.#mode === 'waiting for space') return;
    const minFreeMiB = Math.ceil(this.#options.minFree / 2 ** 20);
    this.#options.logger.warn({ minFreeMiB }, `${why}: taking no more work until there is space`);
    this.#enter('waiting for space');
  }

  /** Whether, for --until-idle, no tile within the limits is left anywhere. */
  async #isAllDone(): Promise<boolean> {
    if (!this.#options.untilIdle || this.#mode === 'waiting for space') return false;
    const { all, dead } = await this.#membership.others();
    if (dead.length > 0) this.#lookAfterDead = true;
    const folders = all.flatMap(({ name }) => {
      const work = this.#layout.work(name);
      return [work.todoFolder, work.readyFolder];
    });
    folders.push(this.#layout.todoFolder);
    if (!(await this.#holdNothing(folders))) return false;
    // Under the lock nothing moves, so a tile cannot slip from one folder into another between two listings.
    return await this.#lock.run(async () => await this.#holdNothing(folders));
  }

  /** Whether no folder holds a tile within the limits. */
  async #holdNothing(folders: readonly string[]): Promise<boolean> {
    for (const folder of folders) {
      const left = await listAddresses(folder);
      if (left.some((address) => levelOf(address) < this.#options.maxLevel)) return false;
    }
    return true;
  }

  async #recoverDead(): Promise<void> {
    this.#lookAfterDead = false;
    const { dead } = await this.#membership.others();
    for (const { name, age } of dead) {
      const recovered = await this.#lock.run(async (held) => {
        // Another client may have been faster, or the dead one may have come back, while we waited for the lock.
        const again = (await this.#membership.others()).dead.some((client) => client.name === name);
        return again ? await recoverClient(this.#layout, name, held) : null;
      });
      if (recovered)
        this.#options.logger.warn({ ...recovered, silentSeconds: age }, 'recovered a dead client');
    }
  }

  async #beat(): Promise<void> {
    this.#lookAfterDead = true;
    const mode = this.#mode;
    const state = mode === 'joining' || mode === 'stopped' ? 'idle' : mode;
    try {
      await this.#membership.beat({
        state,
        subdivided: this.#subdivided,
        rate: Number(this.#rate.rate(performance.now()).toFixed(3)),
        holding: this.#held.addresses,
      });
    } catch (error) {
      if (isFenced(error)) this.#fenced = true;
      else this.#options.logger.error({ err: error }, 'no heartbeat could be written');
    }
  }

  /** Decides what an error of the loop means: wait and repeat, join again, or end. */
  async #bear(error: unknown): Promise<void> {
    const { logger } = this.#options;
    const code = systemCode(error);
    if (isFenced(error)) {
      this.#fenced = true;
      return;
    }
    if (error instanceof CacheError && error.code !== 'ELOCKLOST') throw error;
    if (code === undefined) throw error; // no system error: a bug
    if (code === 'ENOSPC' || code === 'EDQUOT') this.#waitForSpace('the disk is full');
    else logger.error({ err: error }, 'the cache could not be used; trying again');
    if (!this.#stop) await this.#hint.wait(RETRY_MS);
  }

  async #rejoin(): Promise<void> {
    this.#options.logger.warn('taken for dead by others: giving up what was being computed, joining again');
    this.#enter('joining');
    this.#held.forget();
    await Promise.all(this.#held.running.values());
    const { membership } = await Membership.join(
      this.#layout,
      this.#settings,
      this.#options,
      this.#lock,
      this.#options.started,
    );
    this.#membership = membership;
    this.#mergeCutOff = false;
    this.#fenced = false;
  }

  /** Finishes what runs, merges it, gives back the rest, leaves. */
  async #leave(): Promise<void> {
    this.#enter('stopping');
    this.#stop = true;
    while (this.#held.running.size > 0) await Promise.all(this.#held.running.values());
    const unstarted = this.#held.waiting.splice(0).map(({ address }) => address);
    if (this.#fenced) return;
    try {
      await this.#lock.run(async (held) => {
        await this.#membership.assertMember();
        if (this.#held.results.length > 0) await this.#merge(held);
        await putBack(this.#layout, this.#membership.work, unstarted, held);
      });
      await this.#membership.leave();
    } catch (error) {
      // Whatever could not be given back is recovered by the others, or by this client's next start.
      this.#options.logger.error({ err: error }, 'could not leave tidily; nothing is lost');
    }
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'EFENCED';
}
