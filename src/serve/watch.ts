import { ChangeHint } from '../cache/change-hint.js';
import { look } from '../cache/files.js';
import { mapInGroups } from '../cache/groups.js';
import type { Layout } from '../cache/layout.js';
import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from '../tile/address.js';
import type { Listeners } from './listeners.js';
import type { ServeOptions } from './options.js';
import type { RecentMisses } from './recent-misses.js';
import type { SharedAnswer } from './shared-answer.js';

/** Least pause between two looks, in milliseconds: daemons may release the lock hundreds of times a second. */
const LEAST_MS = 250;
/** And so many times what a look has cost. */
const COST_FACTOR = 4;
/** How often the status is told, in milliseconds. */
const STATUS_MS = 15_000;
/** Addresses in one event. */
const MAX_TOLD = 256;

/**
 * Tells listeners what is new in a cache: how long boring.txt is, which of the missed tiles have come, and the status now and then.
 *
 * It looks when the lock was released, which is seen at once on a local disk, and every `pollMs` in any case; and it looks only while
 * somebody listens. What it costs is bounded by the number of misses that are remembered.
 */
export class Watch {
  readonly #layout: Layout;
  readonly #listeners: Listeners;
  readonly #misses: RecentMisses;
  readonly #status: SharedAnswer<string>;
  readonly #options: Pick<ServeOptions, 'logger' | 'pollMs' | 'clock'>;
  readonly #hint: ChangeHint;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #boringBytes = -1;
  /** Who comes is told it at once, see live.ts. */
  #toldStatus: number;
  #isFailing = false;

  constructor(
    layout: Layout,
    listeners: Listeners,
    misses: RecentMisses,
    status: SharedAnswer<string>,
    options: Pick<ServeOptions, 'logger' | 'pollMs' | 'clock'>,
  ) {
    this.#layout = layout;
    this.#listeners = listeners;
    this.#misses = misses;
    this.#status = status;
    this.#options = options;
    this.#toldStatus = options.clock();
    this.#hint = new ChangeHint(layout);
    this.#running = this.#run();
  }

  /** Bytes of boring.txt now; 0 when there is none. */
  async boringBytes(): Promise<number> {
    return (await look(this.#layout.boring))?.size ?? 0;
  }

  /** Ends looking; nothing is under way then. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#hint.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { clock, logger, pollMs } = this.#options;
    while (!signal.aborted) {
      await this.#hint.wait(pollMs);
      if (signal.aborted) return;
      const before = clock();
      try {
        if (this.#listeners.size > 0) await this.#look();
        this.#isFailing = false;
      } catch (error) {
        if (!this.#isFailing)
          logger.warn(
            { cache: this.#layout.root, err: error },
            'the cache cannot be looked at; trying again',
          );
        this.#isFailing = true;
      }
      const pause = Math.max(LEAST_MS, COST_FACTOR * (clock() - before));
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const bytes = await this.boringBytes();
    if (bytes !== this.#boringBytes) this.#listeners.tell('boring', `${bytes}`);
    this.#boringBytes = bytes;
    const come = await this.#come();
    for (let at = 0; at < come.length; at += MAX_TOLD) {
      this.#listeners.tell('tiles', JSON.stringify(come.slice(at, at + MAX_TOLD)));
    }
    if (this.#options.clock() - this.#toldStatus < STATUS_MS) return;
    this.#listeners.tell('status', await this.#status.get());
    this.#toldStatus = this.#options.clock();
  }

  /** Tiles that were missed and have a picture now. */
  async #come(): Promise<Address[]> {
    const missed = this.#misses.list();
    const found = await mapInGroups(missed, async (address) => await look(this.#layout.tile(address)));
    const come = missed.filter((_, i) => found[i]?.isFile() ?? false);
    for (const address of come) this.#misses.delete(address);
    return come;
  }
}
