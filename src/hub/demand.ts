import { sql } from 'kysely';
import type { Logger } from 'pino';
import { modificationTime, setTime } from '../cache/files.js';
import type { Layout } from '../cache/layout.js';
import { parentOf, type Address } from '../tile/address.js';
import type { Database } from './db/database.js';
import type { Stock } from './stock.js';

/** Votes count half after so long, in seconds: a day. */
const HALF_LIFE = 86_400;
/** A vote makes a tile so much older, in seconds, and so does every doubling of its votes: many votes help, and whatever is old enough still comes first. */
const SECONDS_PER_DOUBLING = 6 * 3600;
/** Votes are counted at these intervals, in milliseconds. */
const COUNT_MS = 2000;
/** Tiles of one count; of more, the first ones. */
const MAX_TILES = 500;
/** Networks that are remembered for a tile. */
const MAX_NETWORKS = 100;
/** A network votes for a tile once in so long, in milliseconds. */
const ONCE_MS = 3_600_000;
/** Votes that are remembered. */
const MAX_REMEMBERED = 20_000;

/** What demand works with. */
export interface DemandParts {
  readonly db: Database;
  readonly stock: Stock;
  readonly layout: Layout;
  readonly logger: Logger;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
}

/**
 * What people look at and is not there. Each look at a missing tile is a vote for the tile of the queue that leads to it: it becomes older, in the hub's
 * queue and in todo/, so that plain daemons follow too.
 */
export class Demand {
  readonly #parts: DemandParts;
  /** Votes that are not counted yet: networks by tile. */
  #votes = new Map<Address, Set<string>>();
  /** When a network has voted for a tile, the oldest first. */
  readonly #voted = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #counting: Promise<void> = Promise.resolve();

  constructor(parts: DemandParts) {
    this.#parts = parts;
  }

  /** Somebody looked at a missing tile. */
  vote(address: Address, network: string): void {
    if (!this.#votes.has(address) && this.#votes.size >= MAX_TILES) return;
    const now = this.#parts.clock();
    const key = `${network} ${address}`;
    if (now - (this.#voted.get(key) ?? -Infinity) < ONCE_MS) return;
    this.#voted.delete(key);
    this.#voted.set(key, now);
    if (this.#voted.size > MAX_REMEMBERED) this.#voted.delete(this.#voted.keys().next().value ?? '');
    const networks = this.#votes.get(address) ?? new Set();
    if (networks.size < MAX_NETWORKS) networks.add(network);
    this.#votes.set(address, networks);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#counting = this.#counting.then(async () => await this.count());
    }, COUNT_MS);
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#counting;
  }

  /** Counts what has come together. */
  async count(): Promise<void> {
    const votes = this.#votes;
    this.#votes = new Map();
    try {
      const waiting = new Map<Address, number>();
      for (const [address, networks] of votes) {
        const tile = await this.#waitingFor(address);
        if (tile !== null) waiting.set(tile, (waiting.get(tile) ?? 0) + networks.size);
      }
      for (const [tile, count] of waiting) await this.#raise(tile, count);
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'votes for tiles could not be counted');
    }
  }

  /** The nearest ancestor that waits to be subdivided; null when there is none. */
  async #waitingFor(address: Address): Promise<Address | null> {
    const { stock, layout } = this.#parts;
    for (let tile = parentOf(address); tile !== null; tile = parentOf(tile)) {
      if ((await modificationTime(layout.todo(tile))) !== null) return tile;
      if ((await stock.holderOf(tile)) !== null) return tile;
      // What is below a subdivided tile is there already, boring, or in somebody's hands.
      if ((await modificationTime(layout.done(tile))) !== null) return null;
    }
    return null;
  }

  async #raise(tile: Address, count: number): Promise<void> {
    const { db, layout } = this.#parts;
    const path = layout.todo(tile);
    const time = await modificationTime(path);
    const row = await db.selectFrom('tile').select('rank').where('address', '=', tile).executeTakeFirst();
    const base = time === null ? row?.rank : time / 1000;
    if (base === undefined) return;
    const raised = await db
      .insertInto('demand')
      .values({ address: tile, votes: count, base })
      .onConflict((conflict) =>
        conflict.column('address').doUpdateSet({
          votes: sql`demand.votes * power(0.5, extract(epoch from now() - demand.at) / ${HALF_LIFE}) + ${count}`,
          at: sql`now()`,
        }),
      )
      .returning(['votes', 'base'])
      .executeTakeFirstOrThrow();
    const rank = raised.base - SECONDS_PER_DOUBLING * Math.log2(1 + raised.votes);
    // Never younger: others may have made it older.
    if (rank >= base) return;
    if (time !== null) await setTime(path, rank * 1000);
    else await db.updateTable('tile').set({ rank }).where('address', '=', tile).execute();
  }
}
