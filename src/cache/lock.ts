import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { CacheError, systemCode } from './cache-error.js';
import { callbackDisk, disk } from './disk.js';
import { isGone, makeFolder, readBounded } from './files.js';
import { assertFolders, kindAt } from './folders.js';
import type { Layout } from './layout.js';
import { processHasEnded, type ProcessName } from './process-table.js';
import { serverTime } from './server-time.js';
import { Token } from './token.js';

/**
 * The cache's lock. It saves work; it never carries correctness: every step that it covers is a rename that one client
 * wins, so a lock that was broken wrongly costs duplicated work at the most.
 *
 * proper-lockfile makes the folder lock/held. It judges staleness by the local clock and removes a stale lock without
 * looking whose it is, so the holder puts a token inside: the folder is not empty, nobody can remove it by the way, and
 * a takeover is a rename of that token, which one client wins. Whether a lock is stale is decided here, in the file
 * server's time.
 */

/** A lock of this age is abandoned; one setting for all clients. It is held for milliseconds. */
const STALE_MS = 60_000;
/** Without a token nobody can be in a section yet: whoever comes late with one finds the folder gone or another token. */
const TOKENLESS_STALE_MS = 2000;
/** A holder gives up its own section after half of that, long before anybody else may break the lock. */
const SECTION_MS = STALE_MS / 2;
/** How long to wait for the lock between attempts; with jitter, so that clients do not march in step. */
const RETRY_MS = { first: 4, longest: 100 } as const;
/** Waiting this long, a client begins to look whether the lock is abandoned; what it finds unchanged the next time may be. */
const SUSPICIOUS_MS = 250;

/** A token is not read beyond this size, in bytes. */
const MAX_TOKEN_BYTES = 4096;

/** The right to change the shared folders, for the time of one section. */
export interface HeldLock {
  /**
   * To be called between the steps of a section.
   *
   * @throws CacheError ELOCKLOST when the section has taken too long or the lock was lost
   */
  assertHeld(): void;
  /**
   * To be called before what must not be done by two: proves by renaming the token that the lock is held, which no clock can.
   *
   * @throws CacheError ELOCKLOST
   */
  prove(): Promise<void>;
}

/** What a section took, in milliseconds. */
export interface SectionTimes {
  /** Waiting for the lock. */
  readonly waited: number;
  /** Holding it. */
  readonly held: number;
}

/** What a client needs from the world to take the lock. */
export interface LockOptions {
  /** File of the client's own that is written to learn the server's time. */
  readonly clock: string;
  /** Who holds the lock, to be written into the token: a dead holder on the same machine need not be waited for. */
  readonly holder: ProcessName;
  /** Told when an abandoned lock was broken. */
  readonly onBroken?: (details: { readonly age: number }) => void;
  /** Told after every section, also one that has failed. */
  readonly onSection?: (times: SectionTimes) => void;
}

/** The lock of one cache, as one client takes it. */
export class CacheLock {
  readonly #layout: Layout;
  readonly #options: LockOptions;
  /** What stood in the lock when this client looked at it last, waiting; null when it has not yet. */
  #seen: string | null = null;

  constructor(layout: Layout, options: LockOptions) {
    this.#layout = layout;
    this.#options = options;
  }

  /**
   * Runs a section under the lock, waiting for the lock as long as it takes.
   *
   * @param signal ends the waiting
   * @throws CacheError EFOLDER when one of the cache's folders leads out of it
   */
  async run<T>(section: (held: HeldLock) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const attempt = new Attempt(this.#layout, this.#options.holder);
    await assertFolders(this.#layout);
    const asked = performance.now();
    await this.#acquire(attempt, signal);
    const taken = performance.now();
    try {
      await assertFolders(this.#layout);
      return await section(attempt);
    } finally {
      try {
        await attempt.release();
      } finally {
        this.#options.onSection?.({ waited: taken - asked, held: performance.now() - taken });
      }
    }
  }

  async #acquire(attempt: Attempt, signal: AbortSignal | undefined): Promise<void> {
    let wait: number = RETRY_MS.first;
    let suspicious = performance.now() + SUSPICIOUS_MS;
    this.#seen = null;
    while (!(await attempt.take())) {
      signal?.throwIfAborted();
      if (performance.now() > suspicious) {
        await this.#breakAbandoned();
        suspicious = performance.now() + SUSPICIOUS_MS;
      }
      await delay(wait * (0.5 + Math.random()), undefined, signal ? { signal } : {});
      wait = Math.min(RETRY_MS.longest, wait * 2);
    }
  }

  /** Removes the lock when its holder is gone: whoever renames the token away may. */
  async #breakAbandoned(): Promise<void> {
    const { heldLock } = this.#layout;
    try {
      const kind = await kindAt(heldLock);
      if (kind === 'nothing') return;
      // Nobody's lock, and nothing to look into: what a link leads to is not ours.
      if (kind !== 'folder') return await this.#takeAway(heldLock);
      const names = await disk.readdir(heldLock);
      const tokens = names.filter((name) => !name.startsWith('.'));
      // Another token than before: the lock goes from hand to hand. To ask for the server's time costs a wait for its disk.
      const seen = names.join('/');
      if (seen !== this.#seen) {
        this.#seen = seen;
        return;
      }
      const age = await this.#age(tokens);
      const limit = tokens.length === 0 ? TOKENLESS_STALE_MS : STALE_MS;
      // A token of the future was not written by the server's clock.
      if (Math.abs(age) < limit && !(await this.#holderHasEnded(tokens))) return;
      for (const name of [...tokens, ...names.filter((other) => !tokens.includes(other))]) {
        await this.#takeAway(join(heldLock, name));
      }
      await disk.rmdir(heldLock);
      this.#options.onBroken?.({ age });
    } catch (error) {
      // Gone: released, or another client was first. Not empty: a new holder was faster.
      if (!['ENOENT', 'ESTALE', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
    }
  }

  /** Removes what only one client can rename. */
  async #takeAway(path: string): Promise<void> {
    const won = join(this.#layout.lockFolder, `.broken-${randomUUID()}`);
    await disk.rename(path, won);
    await disk.rm(won, { recursive: true, force: true });
  }

  /** Milliseconds since the lock was taken, by the server's clock. */
  async #age(tokens: readonly string[]): Promise<number> {
    const { heldLock } = this.#layout;
    const now = await serverTime(this.#options.clock);
    // Without a token the holder died between two steps; the folder's change time is the server's, its modification time
    // is set by the holder.
    if (tokens.length === 0) return now - (await disk.lstat(heldLock)).ctimeMs;
    return now - (await disk.lstat(join(heldLock, tokens[0]))).mtimeMs;
  }

  async #holderHasEnded(tokens: readonly string[]): Promise<boolean> {
    const holder = tokens.length === 1 ? await readToken(join(this.#layout.heldLock, tokens[0])) : null;
    return holder !== null && processHasEnded(holder, this.#options.holder.processes);
  }
}

/** Who holds the lock, by its token; null when that cannot be read. */
async function readToken(path: string): Promise<ProcessName | null> {
  try {
    const bytes = await readBounded(path, MAX_TOKEN_BYTES);
    const value: unknown = bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== 'object' || value === null) return null;
    const { pid, processes } = value as Record<string, unknown>;
    return typeof pid === 'number' && typeof processes === 'string' ? { pid, processes } : null;
  } catch {
    return null;
  }
}

/** One attempt to take the lock, and then the lock itself. */
class Attempt implements HeldLock {
  readonly #layout: Layout;
  readonly #holder: ProcessName;
  readonly #token: Token;
  #releaseFolder: (() => Promise<void>) | null = null;
  #since = 0;
  #sinceByWall = 0;
  #lost = false;

  constructor(layout: Layout, holder: ProcessName) {
    this.#layout = layout;
    this.#holder = holder;
    this.#token = new Token(layout.heldLock, randomUUID());
  }

  assertHeld(): void {
    // A machine that sleeps stops the one clock, a machine that is set right moves the other.
    const ms = Math.max(performance.now() - this.#since, Math.abs(Date.now() - this.#sinceByWall));
    if (this.#lost || ms >= SECTION_MS) this.#fail(ms);
  }

  async prove(): Promise<void> {
    this.assertHeld();
    if (await this.#token.prove()) return;
    this.#lost = true;
    this.assertHeld();
  }

  #fail(ms: number): never {
    throw new CacheError(
      'ELOCKLOST',
      this.#layout.heldLock,
      `The lock ${this.#layout.heldLock} was ${this.#lost ? 'taken away' : 'held for too long'} after ${(ms / 1000).toFixed(1)} s; ` +
        'this attempt is abandoned and will be repeated. If it happens often, the file system is too slow or hangs.',
    );
  }

  /** Takes the lock if it is free. */
  async take(): Promise<boolean> {
    const { lockFolder, heldLock } = this.#layout;
    try {
      this.#releaseFolder = await lockfile.lock(lockFolder, {
        fs: callbackDisk,
        lockfilePath: heldLock,
        realpath: false,
        stale: STALE_MS,
        update: SECTION_MS,
        retries: 0,
        onCompromised: () => {
          this.#lost = true;
        },
      });
    } catch (error) {
      return await this.#refused(error);
    }
    this.#since = performance.now();
    this.#sinceByWall = Date.now();
    this.#lost = false;
    try {
      await this.#token.create(JSON.stringify(this.#holder));
      // A client whose clock is far ahead may have replaced the folder before the token stood in it.
      if ((await disk.readdir(heldLock)).length === 1) return true;
    } catch (error) {
      if (!isGone(error)) {
        await this.release();
        throw error;
      }
    }
    await this.release();
    return false;
  }

  /** Decides whether an error means "not now"; a missing lock folder is made. */
  async #refused(error: unknown): Promise<boolean> {
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT') {
      await makeFolder(this.#layout.lockFolder);
      return false;
    }
    if (['ELOCKED', 'EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'ELOOP', 'ESTALE'].includes(code)) return false;
    throw error;
  }

  async release(): Promise<void> {
    const release = this.#releaseFolder;
    this.#releaseFolder = null;
    if (release === null) return;
    // Nobody else may remove them for a minute, so this is tried again at once.
    await this.#token.remove().catch(async () => await this.#token.remove());
    try {
      await release();
    } catch (error) {
      // Not empty: somebody else's token stands there by now. Released or lost before: nothing is left to release.
      const harmless = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTACQUIRED', 'ERELEASED'];
      if (!harmless.includes(systemCode(error) ?? '')) throw error;
    }
  }
}
