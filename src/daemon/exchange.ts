import { basename, join } from 'node:path';
import type { Logger } from 'pino';
import { setAside } from '../cache/bad-folder.js';
import { CacheError, systemCode } from '../cache/cache-error.js';
import { takeWorkCensus } from '../cache/census.js';
import { claim, putBack } from '../cache/claim.js';
import { deepestLevel, type Layout } from '../cache/layout.js';
import { listAddresses, MARKERS } from '../cache/listing.js';
import type { CacheLock, HeldLock } from '../cache/lock.js';
import type { Membership } from '../cache/membership.js';
import { completeResults, markReady, mergeReady, type Contents, type Result } from '../cache/merge.js';
import { recoverClient } from '../cache/recover.js';
import { TileQueue } from '../cache/tile-queue.js';
import { levelOf, type Address } from '../tile/address.js';
import { ErrorLog } from './error-log.js';
import type { Holdings } from './holdings.js';
import type { Task } from './job.js';
import { Tally } from './tally.js';

/** Recovering others must not become what a daemon mostly does: after this time it works, in milliseconds. */
const RECOVERY_MS = 5000;
/** want/ is listed at these intervals at the least, in milliseconds. */
const WANTS_MS = 250;
/** Clocks that differ by more are told of, in milliseconds. */
const MAX_SKEW_MS = 2000;

/** What a daemon takes on. */
export interface Limits {
  /** Tiles of this level and deeper ones are not subdivided, and those below it not made. */
  readonly maxLevel: number;
  /** Only what was asked for is made; a tile of todo/ is subdivided only for that. */
  readonly onlyWants: boolean;
  /** Whether what was asked for is made at all. */
  readonly makes?: boolean;
}

/** Results, and what they consist of. */
interface Batch {
  readonly results: readonly Result[];
  readonly contents: Contents;
}

/**
 * What a daemon exchanges with the cache: results go out, tiles come in, under the lock and in batches; and what it does for
 * others: recover the dead, set aside what does not belong.
 */
export class Exchange {
  readonly #layout: Layout;
  readonly #lock: CacheLock;
  readonly #held: Holdings;
  readonly #maxLevel: number;
  readonly #onlyWants: boolean;
  readonly #makes: boolean;
  readonly #logger: Logger;
  readonly #tally: Tally;
  readonly #errors: ErrorLog;
  readonly #todo: TileQueue;
  readonly #wants: TileQueue;
  #nextRefresh = 0;
  #nextWants = 0;
  #mergeCutOff = false;
  #claimCutOff = false;
  #isClockWrong = false;

  /**
   * @param tally counts what is merged and recovered
   */
  constructor(
    layout: Layout,
    lock: CacheLock,
    held: Holdings,
    { maxLevel, onlyWants, makes = true }: Limits,
    logger: Logger,
    tally: Tally = new Tally(0),
    errors: ErrorLog = new ErrorLog(logger),
  ) {
    this.#layout = layout;
    this.#lock = lock;
    this.#held = held;
    this.#maxLevel = Math.min(maxLevel, deepestLevel(layout.root));
    this.#onlyWants = onlyWants;
    this.#makes = makes;
    this.#logger = logger;
    this.#tally = tally;
    this.#errors = errors;
    this.#todo = TileQueue.ofTodo(layout, (address) => this.#maySubdivide(address));
    this.#wants = TileQueue.ofWants(layout, (address) => this.#mayMake(address));
  }

  /** Tiles in todo/ when it was listed last. */
  get todo(): number {
    return this.#todo.listed;
  }

  /**
   * Merges all results, when asked to, and claims up to `room` tiles.
   *
   * @returns what was merged, and whether there is reason to come again at once: some were claimed, or todo/ is
   * still being listed
   * @throws CacheError EFENCED, ELOCKLOST, or a system error; then it may be repeated
   */
  async trade(
    membership: Membership,
    merging: boolean,
    room: number,
  ): Promise<{ merged: readonly Result[]; again: boolean }> {
    if (room > 0) {
      await this.#refreshWants();
      const isTodoDue = !this.#onlyWants && (this.#todo.length === 0 || this.#todo.isListing);
      if (!merging && isTodoDue) await this.#refresh();
      await this.#todo.prune();
    }
    const again = room > 0 && this.#todo.length === 0 && this.#todo.isListing;
    const waiting = this.#todo.length + this.#wants.length;
    if (!merging && (room === 0 || waiting === 0)) return { merged: [], again };
    const batch = merging ? await this.#complete(membership) : null;
    return await this.#lock.run(async (held) => {
      await membership.assertMember();
      const merged = await this.#merge(membership, batch, held);
      const claimed = room > 0 ? await this.#claim(membership, room, held) : 0;
      return { merged, again: again || claimed > 0 };
    });
  }

  /** Merges all results, which it returns, and gives back what was not begun. */
  async settle(membership: Membership): Promise<readonly Result[]> {
    const batch = await this.#complete(membership);
    return await this.#lock.run(async (held) => {
      await membership.assertMember();
      const merged = await this.#merge(membership, batch, held);
      this.#held.waiting.length = 0;
      // All that stands there: a claim that was cut off has left tiles that nobody knows of, and leaving removes them.
      const { work } = membership;
      await putBack(this.#layout, work, held);
      return merged;
    });
  }

  /** Recovers the work of clients that are dead. */
  async recoverDead(membership: Membership): Promise<void> {
    const { dead } = await membership.others();
    this.#watchClock(membership.skew);
    // What was claimed by a request that never answered stands in the folder; the next claim looks.
    this.#claimCutOff = true;
    const end = performance.now() + RECOVERY_MS;
    for (const { name, age } of dead) {
      if (performance.now() > end) return;
      try {
        const recovered = await this.#lock.run(async (held) =>
          // Another client may have been faster, or the dead one may have come back, while we waited for the lock.
          (await membership.isDead(name)) ? await recoverClient(this.#layout, name, held) : null,
        );
        if (recovered === null) continue;
        this.#tally.recovered++;
        this.#logger.warn({ ...recovered, silentSeconds: Number(age.toFixed(1)) }, 'recovered a dead client');
      } catch (error) {
        // What cannot be recovered must not keep anybody from working.
        const isPassing =
          error instanceof CacheError ? error.code === 'ELOCKLOST' : systemCode(error) !== undefined;
        if (!isPassing) throw error;
        this.#errors.report(
          { dead: name, err: error },
          'a dead client could not be recovered; trying again later',
        );
      }
    }
  }

  /** Tells of clocks that differ. Nothing depends on them, but people compare times. */
  #watchClock(skew: number): void {
    const isWrong = Math.abs(skew) > MAX_SKEW_MS;
    if (isWrong === this.#isClockWrong) return;
    this.#isClockWrong = isWrong;
    const seconds = Number((skew / 1000).toFixed(1));
    if (isWrong)
      this.#logger.warn({ seconds }, 'the file server’s clock is ahead of this machine’s by so many seconds');
    else this.#logger.info('the clocks of file server and machine agree again');
  }

  /** Whether no tile within the limits is left anywhere, be it in todo/ or with another client. */
  async isAllDone(membership: Membership): Promise<boolean> {
    if (!(await this.#isNothingLeft(membership))) return false;
    // Under the lock nothing moves, so a tile cannot slip from one folder into another between two listings.
    return await this.#lock.run(async () => await this.#isNothingLeft(membership));
  }

  /** After joining anew nothing of an earlier merge is left. */
  forget(): void {
    this.#mergeCutOff = false;
    this.#claimCutOff = false;
  }

  /** @returns how many tiles were claimed */
  async #claim({ work }: Membership, room: number, held: HeldLock): Promise<number> {
    const resumed = this.#claimCutOff;
    this.#claimCutOff = true;
    const queues = { todo: this.#todo, wants: this.#wants };
    const claimed = await claim(this.#layout, work, queues, room, this.#held, held, resumed);
    this.#claimCutOff = false;
    const tasks = (kind: Task['kind'], addresses: readonly Address[]): Task[] =>
      addresses.map((address) => ({ kind, address }));
    const { toMake, parents, toSubdivide } = claimed;
    // What somebody waits for goes before what has been claimed already.
    const { waiting } = this.#held;
    waiting.unshift(...tasks('make', toMake), ...tasks('subdivide', parents));
    waiting.push(...tasks('subdivide', toSubdivide));
    return toMake.length + parents.length + toSubdivide.length;
  }

  /** The results that are to be merged, complete and on the disk; null when there are none. */
  async #complete(membership: Membership): Promise<Batch | null> {
    const results = this.#held.results.slice();
    if (results.length === 0) return null;
    try {
      return { results, contents: await completeResults(membership.work, results) };
    } catch (error) {
      // When the folder is gone, that is the reason.
      await membership.assertMember();
      throw error;
    }
  }

  async #merge(membership: Membership, batch: Batch | null, held: HeldLock): Promise<readonly Result[]> {
    if (batch === null) return [];
    const { results, contents } = batch;
    const resumed = this.#mergeCutOff;
    this.#mergeCutOff = true;
    await markReady(membership.work, contents, held);
    const merged = await mergeReady(this.#layout, membership.work, held, resumed ? null : contents);
    this.#mergeCutOff = false;
    this.#held.results.splice(0, results.length);
    const { committed, children, boring } = merged;
    // Not by what was committed: an earlier merge that was cut off may have done some of it.
    this.#tally.countMerge(results, boring, performance.now());
    this.#logger.debug({ tiles: committed.length, children, boring }, 'merged');
    return results;
  }

  /** Lists todo/ and sets aside what does not belong there. */
  async #refresh(): Promise<void> {
    const start = performance.now();
    const isUrgent = this.#todo.length === 0 && this.#todo.isListing;
    if (start < this.#nextRefresh && !isUrgent) return;
    await this.#list(this.#todo);
    // A listing of a million files takes minutes: it must not become what a daemon mostly does.
    const end = performance.now();
    this.#nextRefresh = end + 10 * (end - start);
  }

  /** Lists want/ when what was listed is used up. */
  async #refreshWants(): Promise<void> {
    if (this.#wants.length > 0 || performance.now() < this.#nextWants) return;
    await this.#list(this.#wants);
    this.#nextWants = performance.now() + WANTS_MS;
  }

  /** Lists a slice of a folder and sets aside what does not belong there. */
  async #list(queue: TileQueue): Promise<void> {
    for (const { path, reason } of await queue.refresh()) {
      const bad = await setAside(this.#layout, join(queue.folder, path)).catch((error: unknown) => {
        if (error instanceof CacheError || systemCode(error) === undefined) throw error;
        this.#logger.debug({ path, reason, err: error }, 'something else could not be set aside');
        return null;
      });
      if (bad)
        this.#logger.warn({ path, reason, bad }, `${basename(queue.folder)}/ held something else; set aside`);
    }
  }

  #maySubdivide(address: Address): boolean {
    return !this.#onlyWants && levelOf(address) < this.#maxLevel;
  }

  #mayMake(address: Address): boolean {
    return this.#makes && levelOf(address) <= this.#maxLevel;
  }

  async #isNothingLeft(membership: Membership): Promise<boolean> {
    const own = membership.work.folder;
    const census = await takeWorkCensus(this.#layout);
    const others = census.filter(({ client }) => this.#layout.work(client).folder !== own);
    const isLeft = (toSubdivide: readonly Address[], toMake: readonly Address[]): boolean =>
      toSubdivide.some((address) => this.#maySubdivide(address)) ||
      toMake.some((address) => this.#mayMake(address));
    if (
      others.some(({ todo, ready, want, readyWant }) => isLeft([...todo, ...ready], [...want, ...readyWant]))
    ) {
      return false;
    }
    const { todoFolder, wantFolder } = this.#layout;
    return !isLeft(await listAddresses(todoFolder), await listAddresses(wantFolder, MARKERS));
  }
}
