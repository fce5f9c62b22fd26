import { isFile, modificationTime } from '../cache/files.js';
import type { Membership } from '../cache/membership.js';
import type { Result } from '../cache/merge.js';
import type { CrewParts, Workforce } from '../daemon/crew.js';
import { noStatistics, type Statistics } from '../subdivide/statistics.js';
import { isWithin, type Address } from '../tile/address.js';
import type { BoringTile } from '../tile/boring-line.js';
import type { Stock } from './stock.js';

/** A database that fails is tried again after so long, in milliseconds. */
const RETRY_MS = 2000;

/** So many results are merged before their time. */
const MERGE_FROM = 32;

/** Told what becomes of the tiles. */
export interface CrewListener {
  /** Tiles are in the cache now, with their children. */
  merged(addresses: readonly Address[]): void;
  /** What was handed over and not merged is forgotten. */
  forgotten(): void;
}

/**
 * The volunteers, as the daemon sees them: what it has claimed goes into the stock, where they check it out, and what the judge has found
 * valid comes back as a result. A tile that nobody has finished when the hub ends goes back to todo/.
 */
export class RemoteCrew implements Workforce {
  readonly statistics: Statistics = noStatistics();
  readonly #parts: CrewParts;
  readonly #stock: Stock;
  readonly #listener: CrewListener;
  #member: Membership | null = null;
  /** Writes to the stock, one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(parts: CrewParts, stock: Stock, listener: CrewListener) {
    this.#parts = parts;
    this.#stock = stock;
    this.#listener = listener;
  }

  serve(membership: Membership | null): void {
    this.#member = membership;
  }

  feed(): void {
    const { held } = this.#parts;
    if (this.#member === null || this.#isOver) return;
    const addresses = held.waiting.splice(0).map(({ address }) => address);
    if (addresses.length === 0) return;
    const since = performance.now();
    for (const address of addresses)
      held.running.set(address, { kind: 'subdivide', since, done: Promise.resolve() });
    const { work } = this.#member;
    this.#write(async () => {
      const times = await Promise.all(addresses.map(async (one) => await modificationTime(work.todo(one))));
      // What is gone meanwhile was taken by others: this client counts as dead, and hears of it.
      await this.#stock.add(
        addresses.flatMap((address, i) => (times[i] === null ? [] : [{ address, time: times[i] / 1000 }])),
      );
    });
  }

  /** Whether a tile is held, and nobody has finished it. */
  holds(address: Address): boolean {
    return this.#parts.held.running.has(address);
  }

  /** Forgets those tiles below some others whose files are gone: it has turned out that they should not be there. @returns which ones */
  async dropMissing(addresses: readonly Address[]): Promise<Address[]> {
    const { held, layout, job } = this.#parts;
    const work = layout.work(job.client);
    const dropped: Address[] = [];
    for (const tile of held.running.keys()) {
      if (!addresses.some((address) => isWithin(tile, address)) || (await isFile(work.todo(tile)))) continue;
      held.running.delete(tile);
      dropped.push(tile);
    }
    return dropped;
  }

  /**
   * A tile was computed by somebody, found right, and stands in the hub's work folder.
   *
   * @returns false when the hub does not hold it any more: then it is not merged
   */
  finishTile(address: Address, boring: readonly BoringTile[]): boolean {
    const { held, onFinished } = this.#parts;
    if (!held.running.delete(address)) return false;
    held.results.push({ kind: 'subdivided', address, boring });
    // One section under the lock for many: the daemon looks by itself every half a second.
    if (held.results.length % MERGE_FROM === 0 || held.running.size === 0) onFinished();
    return true;
  }

  merged(results: readonly Result[]): void {
    this.#listener.merged(results.map(({ address }) => address));
  }

  async finish(): Promise<void> {
    this.#isOver = true;
    this.#parts.held.running.clear();
    await this.#empty();
  }

  async abandon(): Promise<void> {
    this.serve(null);
    const { held } = this.#parts;
    held.running.clear();
    held.forget();
    this.#listener.forgotten();
    await this.#empty();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
  }

  async #empty(): Promise<void> {
    this.#write(async () => await this.#stock.empty());
    await this.#writing;
  }

  /** Until it works: the stock must say what the folder says. At the end once will do, for every start empties it. */
  #write(act: () => Promise<void>): void {
    this.#writing = this.#writing.then(async () => {
      for (;;) {
        try {
          await act();
          return;
        } catch (error) {
          this.#parts.errors.report({ err: error }, 'the database could not be written to; trying again');
          if (this.#isOver) return;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    });
  }
}
