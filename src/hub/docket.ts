import { sql } from 'kysely';
import type { Address } from '../tile/address.js';
import type { Database } from './db/database.js';
import type { Proof } from './db/schema.js';
import { beansFor, grant, revoke } from './ledger.js';
import { countFailure } from './leases.js';

/** A tile whose results are to be judged. */
export interface Case {
  readonly address: Address;
  /** Whether it stands in the hub's work folder. */
  readonly held: boolean;
}

/** A result that is not decided on. */
export interface PendingResult {
  readonly id: number;
  readonly account: number;
  readonly digest: Uint8Array;
  readonly body: Uint8Array;
  /** Samples that had to be computed; null before the cheap checks. */
  readonly work: number | null;
  /** Valid results of the account since the last false one. */
  readonly streak: number;
  /** Seconds since it came. */
  readonly age: number;
}

/** A tile that somebody who was caught later had had merged without a second opinion. */
export interface Suspect {
  readonly result: number;
  readonly address: Address;
  readonly digest: Uint8Array;
}

/** What the judge reads and writes in the database. Each method is one transaction. */
export class Docket {
  readonly #db: Database;
  readonly #hub: string;

  /** @param hub the hub's name as a client of the cache */
  constructor(db: Database, hub: string) {
    this.#db = db;
    this.#hub = hub;
  }

  /** Tiles of this hub that are to be judged, the longest waiting first; those that have waited in vain for another opinion too. */
  async cases(most: number, patience: number): Promise<Case[]> {
    await this.#db
      .updateTable('tile')
      .set({ state: 'judging', since: sql`now()` })
      .where('hub', '=', this.#hub)
      .where('state', '=', 'doubted')
      .where('since', '<', sql<Date>`now() - ${patience} * interval '1 second'`)
      .execute();
    const rows = await this.#db
      .selectFrom('tile')
      .select(['address', 'held'])
      .where('hub', '=', this.#hub)
      .where('state', '=', 'judging')
      .orderBy('since')
      .limit(most)
      .execute();
    return rows.map(({ address, held }) => ({ address: address as Address, held }));
  }

  /** The results of a tile that are not decided on, oldest first. */
  async pending(address: Address): Promise<PendingResult[]> {
    const rows = await this.#db
      .selectFrom('result')
      .innerJoin('account', 'account.id', 'result.account')
      .select([
        'result.id',
        'result.account',
        'result.digest',
        'result.body',
        'result.work',
        'account.streak',
      ])
      .select(sql<number>`extract(epoch from now() - result.received)::double precision`.as('age'))
      .where('result.address', '=', address)
      .where('result.state', '=', 'pending')
      .orderBy('result.id')
      .execute();
    return rows.flatMap((row) => (row.body === null ? [] : [{ ...row, body: row.body }]));
  }

  /** The cheap checks found nothing wrong with a result. */
  async note(result: number, work: number): Promise<void> {
    await this.#db.updateTable('result').set({ work }).where('id', '=', result).execute();
  }

  /** Another opinion of a tile is wanted. */
  async ask(address: Address): Promise<void> {
    await this.#db
      .updateTable('tile')
      .set({ state: 'doubted', since: sql`now()` })
      .where('address', '=', address)
      .where('state', '=', 'judging')
      .execute();
  }

  /** No result of a tile is left: it may be given to others. */
  async discard(address: Address, reason: string): Promise<void> {
    await this.#db.transaction().execute(async (tx) => await countFailure(tx, address, reason));
  }

  /**
   * Results were found to be false. Their accounts begin anew, and what they had had merged without a second opinion is
   * suspect from now on.
   */
  async convict(results: readonly PendingResult[], reason: string): Promise<void> {
    if (results.length === 0) return;
    const accounts = [...new Set(results.map(({ account }) => account))];
    await this.#db.transaction().execute(async (tx) => {
      await tx
        .updateTable('result')
        .set({ state: 'false', reason, decided: sql`now()`, body: null })
        .where(
          'id',
          'in',
          results.map(({ id }) => id),
        )
        .where('state', '=', 'pending')
        .execute();
      await tx.updateTable('account').set({ streak: 0 }).where('id', 'in', accounts).execute();
      await tx
        .updateTable('result')
        .set({ suspect: true })
        .where('account', 'in', accounts)
        .where('state', '=', 'valid')
        .where('proof', '=', 'alone')
        .execute();
    });
  }

  /** Results were found to be right, and are in the cache: beans are granted, and the tile is no longer the hub's. */
  async accept(address: Address, results: readonly PendingResult[], proof: Proof): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      for (const { id, account, work } of results) {
        const { numUpdatedRows } = await tx
          .updateTable('result')
          .set({ state: 'valid', proof, decided: sql`now()`, body: null })
          .where('id', '=', id)
          .where('state', '=', 'pending')
          .executeTakeFirst();
        if (numUpdatedRows === 0n) continue;
        await tx
          .updateTable('account')
          .set({ streak: sql`streak + 1` })
          .where('id', '=', account)
          .execute();
        await grant(tx, id, account, beansFor(work ?? 0));
      }
      // Whoever still computes it does so in vain, and hears of it.
      await tx
        .updateTable('lease')
        .set({ state: 'expired' })
        .where('address', '=', address)
        .where('state', '=', 'held')
        .execute();
      await tx.deleteFrom('tile').where('address', '=', address).execute();
    });
  }

  /** What is to be looked into again. */
  async suspects(most: number): Promise<Suspect[]> {
    const rows = await this.#db
      .selectFrom('result')
      .select(['id', 'address', 'digest'])
      .where('suspect', '=', true)
      .orderBy('id')
      .limit(most)
      .execute();
    return rows.map(({ id, address, digest }) => ({ result: id, address: address as Address, digest }));
  }

  /** A suspect result was right. */
  async clear(result: number): Promise<void> {
    await this.#db
      .updateTable('result')
      .set({ suspect: false, proof: 'recomputed' })
      .where('id', '=', result)
      .execute();
  }

  /** A suspect result was false; the cache is right again. */
  async overturn(result: number, reason: string): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx
        .updateTable('result')
        .set({ suspect: false, state: 'false', proof: null, reason })
        .where('id', '=', result)
        .execute();
      await revoke(tx, result);
    });
  }
}
