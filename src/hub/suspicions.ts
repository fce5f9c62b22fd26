import { sql } from 'kysely';
import { lineage, type Address } from '../tile/address.js';
import { inTransaction, type Database, type Queries } from './db/database.js';
import { revoke } from './ledger.js';

/** A tile of which not all valid results are beyond doubt. */
export interface Suspect {
  readonly address: Address;
  /** Its valid results, but those that the hub has computed itself. */
  readonly results: readonly { readonly id: number; readonly digest: Uint8Array }[];
}

/** What the auditor reads and writes in the database. Each method is one transaction. */
export class Suspicions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** What may be false: tiles, and whatever they were made of, as far as the hub has not computed it itself. @returns whether there was any */
  async suspect(addresses: readonly Address[]): Promise<boolean> {
    const all = new Set(addresses.flatMap((address) => [...lineage(address)]));
    const { numUpdatedRows } = await this.#db
      .updateTable('result')
      .set({ suspect: true })
      .where('address', 'in', [...all])
      .where('state', '=', 'valid')
      .where('proof', '!=', 'recomputed')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** What is to be looked into again, from above: what is made of a false tile is false. */
  async suspects(most: number): Promise<Suspect[]> {
    const tiles = await this.#db
      .selectFrom('result')
      .select('address')
      .where('suspect', '=', true)
      .groupBy('address')
      .orderBy(sql`length(address)`)
      .orderBy('address')
      .limit(most)
      .execute();
    return await this.#resultsOf(tiles.map(({ address }) => address as Address));
  }

  /**
   * One of the tiles whose valid results the hub has not computed itself, though nothing speaks against them.
   *
   * @param chance from 0 to 1: which one
   */
  async unproven(chance: number): Promise<Suspect[]> {
    // By their numbers, because to count them all takes long where there are many.
    const { rows } = await sql<{ address: string }>`
      with span as (select min(id) as first, max(id) as last from result where state = 'valid' and proof <> 'recomputed')
      select address from result, span
      where state = 'valid' and proof <> 'recomputed' and id >= first + ${chance}::double precision * (last - first)
      order by id limit 1`.execute(this.#db);
    return await this.#resultsOf(rows.map(({ address }) => address as Address));
  }

  async #resultsOf(addresses: readonly Address[]): Promise<Suspect[]> {
    if (addresses.length === 0) return [];
    const rows = await this.#db
      .selectFrom('result')
      .select(['id', 'address', 'digest'])
      .where('address', 'in', addresses)
      .where('state', '=', 'valid')
      .where((where) => where.or([where('suspect', '=', true), where('proof', '!=', 'recomputed')]))
      .orderBy('id')
      .execute();
    return addresses.map((address) => ({ address, results: rows.filter((row) => row.address === address) }));
  }

  /** Suspect results were right. */
  async clear(results: readonly number[]): Promise<void> {
    if (results.length === 0) return;
    await this.#db
      .updateTable('result')
      .set({ suspect: false, proof: 'recomputed', reason: null })
      .where('id', 'in', results)
      .execute();
  }

  /**
   * Valid results were false; the cache is right again. Whatever was made of these tiles is to be looked into as well. It may have been honest work,
   * and then costs no more than its beans.
   *
   * @param addresses the results' tiles
   */
  async overturn(results: readonly number[], addresses: readonly Address[], reason: string): Promise<void> {
    if (results.length === 0) return;
    await inTransaction(this.#db, async (tx) => {
      const owners = await tx.selectFrom('result').select('account').where('id', 'in', results).execute();
      await lockAccounts(
        tx,
        owners.map(({ account }) => account),
      );
      const before = await tx
        .selectFrom('result')
        .select(['id', 'account', 'reason'])
        .where('id', 'in', results)
        .where('state', '=', 'valid')
        .forUpdate()
        .execute();
      await tx
        .updateTable('result')
        .set({ suspect: false, state: 'false', proof: null, reason: sql`coalesce(reason, ${reason})` })
        .where('id', 'in', results)
        .where('state', '=', 'valid')
        .execute();
      for (const { id } of before) await revoke(tx, id);
      await distrust(
        tx,
        before.filter((one) => one.reason === null).map(({ account }) => account),
      );
      for (const address of addresses) {
        await tx
          .updateTable('result')
          .set({ suspect: true, reason: `${address}, of which this was made, was false` })
          .where('address', 'like', `${address}_%`)
          .where('state', '=', 'valid')
          .execute();
      }
    });
  }

  /**
   * What is computed, or was sent, of tiles below some others is worth nothing: these were false. Nobody is to blame for it. The tiles may be
   * given out again.
   */
  async voidBelow(addresses: readonly Address[]): Promise<void> {
    await inTransaction(this.#db, async (tx) => {
      for (const address of addresses) {
        const below = `${address}_%`;
        await tx
          .updateTable('lease')
          .set({ state: 'expired' })
          .where('address', 'like', below)
          .where((where) =>
            where.or([
              where('state', '=', 'held'),
              where.exists(
                where
                  .selectFrom('result')
                  .select('result.id')
                  .whereRef('result.lease', '=', 'lease.id')
                  .where('result.state', '=', 'pending'),
              ),
            ]),
          )
          .execute();
        await tx
          .deleteFrom('result')
          .where('address', 'like', below)
          .where('state', '=', 'pending')
          .execute();
        await tx
          .updateTable('tile')
          .set({ state: 'ready', since: sql`now()` })
          .where('address', 'like', below)
          .where('state', '!=', 'aside')
          .execute();
      }
    });
  }

  /** Tiles are no more: what they were made of was false, or nothing leads to them. Who computes one does so in vain, and hears of it. */
  async drop(addresses: readonly Address[]): Promise<void> {
    if (addresses.length === 0) return;
    await inTransaction(this.#db, async (tx) => {
      await tx
        .updateTable('lease')
        .set({ state: 'expired' })
        .where('address', 'in', addresses)
        .where('state', '=', 'held')
        .execute();
      await tx.deleteFrom('tile').where('address', 'in', addresses).execute();
    });
  }
}

/**
 * Locks accounts' rows in the order of their numbers. Whoever changes results and their accounts takes the accounts first, or two hubs would wait for
 * each other.
 */
export async function lockAccounts(tx: Queries, accounts: readonly number[]): Promise<void> {
  if (accounts.length === 0) return;
  await tx
    .selectFrom('account')
    .select('id')
    .where('id', 'in', [...new Set(accounts)])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
}

/** Accounts begin anew, and what they had had accepted without the hub's own calculation is suspect from now on. */
export async function distrust(tx: Queries, accounts: readonly number[]): Promise<void> {
  if (accounts.length === 0) return;
  await tx.updateTable('account').set({ streak: 0 }).where('id', 'in', accounts).execute();
  await tx
    .updateTable('result')
    .set({ suspect: true })
    .where('account', 'in', accounts)
    .where('state', '=', 'valid')
    .where('proof', '!=', 'recomputed')
    .execute();
}
