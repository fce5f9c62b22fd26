import { sql } from 'kysely';
import type { Address } from '../tile/address.js';
import { inTransaction, type Database, type Queries } from './db/database.js';

/** Tiles of one list. */
const MAX_ASIDES = 200;
const MAX_FAILED = 1000;

/** The tiles that a hub holds, as the database knows them, for checkouts. */
export class Stock {
  readonly #db: Database;
  readonly #hub: string;

  /** @param hub the hub's name as a client of the cache */
  constructor(db: Database, hub: string) {
    this.#db = db;
    this.#hub = hub;
  }

  /** Nothing is held: after a start, or when the cache's other clients have taken the hub for dead. */
  async empty(): Promise<void> {
    await inTransaction(this.#db, async (tx) => {
      await tx.updateTable('tile').set({ held: false }).where('hub', '=', this.#hub).execute();
      await tx
        .deleteFrom('tile')
        .where('hub', '=', this.#hub)
        .where('state', '=', 'ready')
        .where('failures', '=', 0)
        .execute();
    });
  }

  /**
   * Tiles were claimed: they may be given out from now on. What is known of them already is kept.
   *
   * @param tiles with their times in the cache, seconds: the oldest goes first
   */
  async add(tiles: readonly { readonly address: Address; readonly time: number }[]): Promise<void> {
    if (tiles.length === 0) return;
    await this.#db
      .insertInto('tile')
      .values(
        tiles.map(({ address, time }) => ({
          address,
          hub: this.#hub,
          held: true,
          rank: time,
          // A row that was removed meanwhile has left its leases, and no two have the same number.
          attempts: sql<number>`(select coalesce(max(attempt), 0) from lease where lease.address = ${address})`,
        })),
      )
      .onConflict((conflict) =>
        conflict.column('address').doUpdateSet({
          hub: this.#hub,
          held: true,
          // A lease that has ended meanwhile, while nobody held the tile.
          state: sql`case when tile.state <> 'leased' or exists (
            select 1 from lease where lease.address = tile.address and lease.state = 'held') then tile.state
            when exists (select 1 from result where result.address = tile.address and result.state = 'pending') then 'judging'
            else 'ready' end`,
        }),
      )
      .execute();
  }

  /** The hub in whose work folder a tile stands, be it this one or another; null when it is in none. */
  async holderOf(address: Address): Promise<string | null> {
    const row = await this.#db
      .selectFrom('tile')
      .select('hub')
      .where('address', '=', address)
      .where('held', '=', true)
      .executeTakeFirst();
    return row?.hub ?? null;
  }

  /** Tiles that failed too often, those of all hubs on the database, the latest first. */
  async asides(): Promise<{ address: string; failures: number; reasons: string; since: Date }[]> {
    return await this.#db
      .selectFrom('tile')
      .select(['address', 'failures', 'reasons', 'since'])
      .where('state', '=', 'aside')
      .orderBy('since', 'desc')
      .limit(MAX_ASIDES)
      .execute();
  }

  /** Tiles of this hub's that have failed, with how often: the latest first. */
  async failed(): Promise<{ address: Address; failures: number }[]> {
    const rows = await this.#db
      .selectFrom('tile')
      .select(['address', 'failures'])
      .where('hub', '=', this.#hub)
      .where('held', '=', true)
      .where('failures', '>', 0)
      .orderBy('since', 'desc')
      .limit(MAX_FAILED)
      .execute();
    return rows.map(({ address, failures }) => ({ address: address as Address, failures }));
  }

  /** Forgets how often a tile has failed: it was not the volunteers' fault. */
  async forgive(address: Address): Promise<void> {
    await inTransaction(this.#db, async (tx) => {
      await tx
        .updateTable('tile')
        .set({ failures: 0, reasons: '' })
        .where('address', '=', address)
        .where('state', '!=', 'aside')
        .execute();
      await giveOutAnew(tx, address);
    });
  }

  /** Gives a tile that was set aside to volunteers again, as if nothing had been. @returns whether it was set aside */
  async resume(address: Address): Promise<boolean> {
    return await inTransaction(this.#db, async (tx) => await giveOutAnew(tx, address));
  }
}

/** Ends that a tile is set aside, and that it is kept from those who have failed to compute it. @returns whether it was set aside */
async function giveOutAnew(tx: Queries, address: Address): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('tile')
    .set({ state: 'ready', failures: 0, reasons: '', since: sql`now()` })
    .where('address', '=', address)
    .where('state', '=', 'aside')
    .executeTakeFirst();
  await tx
    .updateTable('lease')
    .set({ state: 'returned' })
    .where('address', '=', address)
    .where('state', '=', 'failed')
    .execute();
  return numUpdatedRows > 0n;
}
