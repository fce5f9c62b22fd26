import { sql } from 'kysely';
import type { Address } from '../tile/address.js';
import { inTransaction, type Database, type Queries } from './db/database.js';
import type { Proof } from './db/schema.js';
import { beansFor, grant } from './ledger.js';
import { countFailure, MAX_FAILURES } from './leases.js';
import { distrust, lockAccounts } from './suspicions.js';

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
}

/** A tile that is in the cache, the results of it that are right, and how that is known. */
export interface Accepted {
  readonly address: Address;
  readonly results: readonly PendingResult[];
  readonly proof: Proof;
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

  /**
   * Tiles of this hub that are to be judged, those in its work folder first, then the longest waiting.
   *
   * @param besides other ones than these
   */
  async cases(most: number, besides: readonly Address[]): Promise<Address[]> {
    const rows = await this.#db
      .selectFrom('tile')
      .select('address')
      .where('hub', '=', this.#hub)
      .where('state', '=', 'judging')
      .$if(besides.length > 0, (query) => query.where('address', 'not in', besides))
      .orderBy('held', 'desc')
      .orderBy('since')
      .limit(most)
      .execute();
    return rows.map(({ address }) => address as Address);
  }

  /** Ends the waiting for another opinion where it was in vain; returns those tiles. */
  async endPatience(seconds: number): Promise<Address[]> {
    const rows = await this.#db
      .updateTable('tile')
      .set({ state: 'judging', since: sql`now()` })
      .where('hub', '=', this.#hub)
      .where('state', '=', 'doubted')
      .where('since', '<', sql<Date>`now() - ${seconds} * interval '1 second'`)
      .returning('address')
      .execute();
    return rows.map(({ address }) => address as Address);
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

  /** Whether a tile would be set aside after one more failure. */
  async isLastTry(address: Address): Promise<boolean> {
    const found = await this.#db
      .selectFrom('tile')
      .select('failures')
      .where('address', '=', address)
      .executeTakeFirst();
    return found !== undefined && found.failures + 1 >= MAX_FAILURES;
  }

  /** No result of a tile is left: it may be given to others. */
  async discard(address: Address, reason: string): Promise<void> {
    await inTransaction(this.#db, async (tx) => await countFailure(tx, address, reason));
  }

  /** Results were found to be false. */
  async convict(results: readonly PendingResult[], reason: string): Promise<void> {
    if (results.length === 0) return;
    await inTransaction(this.#db, async (tx) => {
      await lockAccounts(
        tx,
        results.map(({ account }) => account),
      );
      const ids = results.map(({ id }) => id);
      await tx
        .updateTable('result')
        .set({ state: 'false', reason, decided: sql`now()`, body: null, origin: '' })
        .where('id', 'in', ids)
        .where('state', '=', 'pending')
        .execute();
      await distrust(
        tx,
        results.map(({ account }) => account),
      );
    });
  }

  /** Results that are false may have been merged: they count as accepted, unpaid, until the auditor has looked into what was made of them. */
  async suspect(results: readonly PendingResult[]): Promise<void> {
    if (results.length === 0) return;
    await this.#db
      .updateTable('result')
      .set({ state: 'valid', proof: 'alone', suspect: true, decided: sql`now()`, body: null, origin: '' })
      .where(
        'id',
        'in',
        results.map(({ id }) => id),
      )
      .where('state', '=', 'pending')
      .execute();
  }

  /**
   * Tiles are in the cache: beans are granted for the results that were right, and the tiles are no longer the hub's.
   *
   * @returns whether some of it is suspect, because its account was caught since it was decided on
   */
  async accept(all: readonly Accepted[]): Promise<boolean> {
    if (all.length === 0) return false;
    return await inTransaction(this.#db, async (tx) => {
      await lockAccounts(
        tx,
        all.flatMap((one) => one.results.map(({ account }) => account)),
      );
      let isSuspect = false;
      for (const proof of ['alone', 'replica', 'recomputed'] as const) {
        const results = all.filter((one) => one.proof === proof).flatMap((one) => one.results);
        if ((await acceptResults(tx, results, proof)) && proof !== 'recomputed') isSuspect = true;
      }
      const addresses = all.map(({ address }) => address);
      // Whoever still computes it does so in vain, and hears of it.
      await tx
        .updateTable('lease')
        .set({ state: 'expired' })
        .where('address', 'in', addresses)
        .where('state', '=', 'held')
        .execute();
      await tx.deleteFrom('tile').where('address', 'in', addresses).execute();
      return isSuspect;
    });
  }
}

/** @returns whether an account was caught since its result was decided on */
async function acceptResults(tx: Queries, results: readonly PendingResult[], proof: Proof): Promise<boolean> {
  if (results.length === 0) return false;
  const rows = await tx
    .updateTable('result')
    .set({ state: 'valid', proof, decided: sql`now()`, body: null, origin: '' })
    .where(
      'id',
      'in',
      results.map(({ id }) => id),
    )
    .where('state', '=', 'pending')
    .returning('id')
    .execute();
  const accepted = results.filter(({ id }) => rows.some((row) => row.id === id));
  let isSuspect = false;
  for (const account of new Set(accepted.map((one) => one.account))) {
    const own = accepted.filter((one) => one.account === account);
    const { streak } = await tx
      .updateTable('account')
      .set({ streak: sql`streak + ${own.length}` })
      .where('id', '=', account)
      .returning('streak')
      .executeTakeFirstOrThrow();
    // It only grows, but when somebody is caught.
    const doubtful = own.filter((one) => proof !== 'recomputed' && streak - own.length < one.streak);
    if (doubtful.length === 0) continue;
    isSuspect = true;
    const ids = doubtful.map(({ id }) => id);
    await tx.updateTable('result').set({ suspect: true }).where('id', 'in', ids).execute();
  }
  for (const { id, account, work } of accepted) await grant(tx, id, account, beansFor(work ?? 0));
  return isSuspect;
}
