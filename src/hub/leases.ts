import { sql, type SelectQueryBuilder } from 'kysely';
import type { Address } from '../tile/address.js';
import type { Lease, LeaseReport, Receipt } from '../wire/messages.js';
import { inTransaction, type Database, type Queries } from './db/database.js';
import type { LeaseState, Schema } from './db/schema.js';
import { HubError } from './hub-error.js';
import { digestOf } from './secrets.js';

/** Tiles that one account may have at a time. */
const MAX_HELD = 256;
/** A tile that fails so often is set aside. */
export const MAX_FAILURES = 3;
/** Of one reason, and of a tile's reasons, so many characters are kept. */
const MAX_REASON = 600;
const MAX_REASONS = 4000;

/**
 * Who has which tile. A lease is one volunteer's for a time; every write names the lease and the attempt, so that whoever comes late changes
 * nothing. Times are the database's, so that all hubs on it agree.
 */
export class Leases {
  readonly #db: Database;
  readonly #seconds: number;
  #looking: Promise<Outlook> | null = null;

  /** @param seconds how long a lease lasts, and by how much it is extended */
  constructor(db: Database, seconds: number) {
    this.#db = db;
    this.#seconds = seconds;
  }

  /**
   * Gives somebody tiles: the first ones of the queue that are free, or of which another opinion is wanted that this account, and this
   * network, has not given; never those that this account has failed to compute.
   *
   * @param origin network that it comes from
   */
  async checkout(account: number, origin: string, count: number): Promise<Lease[]> {
    const { over, open: isOpen } = await this.#look();
    const isFreed = over && (await this.expire()) > 0;
    // Most who ask while there is nothing are answered by one question to the database.
    if (!isOpen && !isFreed) return [];
    // Of the others, those who have had their say on all that there is.
    if ((await openTo(this.#db, account, origin).limit(1).execute()).length === 0) return [];
    return await inTransaction(this.#db, async (tx) => {
      // One checkout of an account at a time, or two would each find room for as many.
      const asker = await tx
        .selectFrom('account')
        .select('deleted')
        .where('id', '=', account)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (asker === undefined || asker.deleted !== null) return [];
      const { held } = await tx
        .selectFrom('lease')
        .select((select) => select.fn.countAll<number>().as('held'))
        .where('account', '=', account)
        .where('state', '=', 'held')
        .executeTakeFirstOrThrow();
      const room = Math.min(count, MAX_HELD - held);
      if (room <= 0) return [];
      const open = await openTo(tx, account, origin)
        .orderBy('rank')
        .orderBy('address')
        .limit(room)
        .forUpdate()
        .skipLocked()
        .execute();
      if (open.length === 0) return [];
      const given = await tx
        .updateTable('tile')
        .set({
          state: 'leased',
          // The row may be newer than the tile's first leases: it goes when a hub ends, and when the tile is merged.
          attempts: sql`greatest(attempts, coalesce(
            (select max(attempt) from lease where lease.address = tile.address), 0)) + 1`,
          since: sql`now()`,
        })
        .where(
          'address',
          'in',
          open.map(({ address }) => address),
        )
        .returning(['address', 'attempts', 'rank'])
        .execute();
      const leases = await tx
        .insertInto('lease')
        .values(
          given
            .toSorted((a, b) => a.rank - b.rank || (a.address < b.address ? -1 : 1))
            .map(({ address, attempts }) => ({
              address,
              attempt: attempts,
              account,
              origin,
              expires: this.#end(),
            })),
        )
        .returning(['id', 'address', 'attempt', 'expires'])
        .execute();
      return leases.map(({ id, address, attempt, expires }) => ({
        lease: id,
        attempt,
        address: address as Address,
        expires: expires.toISOString(),
        seconds: this.#seconds,
      }));
    });
  }

  /** Gives back all tiles whose leases are over. */
  async expire(): Promise<number> {
    return await inTransaction(this.#db, async (tx) => {
      const over = await tx
        .updateTable('lease')
        .set({ state: 'expired' })
        .where('id', 'in', (lease) =>
          lease
            .selectFrom('lease')
            .select('id')
            .where('state', '=', 'held')
            .where('expires', '<=', sql<Date>`now()`)
            // What somebody else is about to end, or to extend, is his; waiting for each other, two could wait for ever.
            .forUpdate()
            .skipLocked(),
        )
        .returning('address')
        .execute();
      await reopen(
        tx,
        over.map(({ address }) => address),
      );
      return over.length;
    });
  }

  /** @throws HubError ENONE when the account has no such lease */
  async report(account: number, lease: number): Promise<LeaseReport> {
    const { state, seconds } = await this.#find(this.#db, account, lease);
    return reportOf(lease, state, seconds);
  }

  /** The address of a lease that is held. @throws HubError ENONE, ELEASE */
  async addressOf(account: number, lease: number): Promise<Address> {
    const found = await this.#find(this.#db, account, lease);
    assertHeld(found);
    return found.address as Address;
  }

  /** @throws HubError ENONE, ELEASE when it is not held any more */
  async extend(account: number, lease: number, attempt: number): Promise<LeaseReport> {
    return await inTransaction(this.#db, async (tx) => {
      const found = await this.#find(tx, account, lease, attempt);
      assertHeld(found);
      await tx.updateTable('lease').set({ expires: this.#end() }).where('id', '=', lease).execute();
      return reportOf(lease, 'held', this.#seconds);
    });
  }

  /**
   * Takes a tile back.
   *
   * @param reason why it could not be computed; null when nothing is wrong with it
   * @throws HubError ENONE, ELEASE
   */
  async giveBack(
    account: number,
    lease: number,
    attempt: number,
    reason: string | null,
  ): Promise<LeaseReport> {
    return await inTransaction(this.#db, async (tx) => {
      const found = await this.#find(tx, account, lease, attempt);
      const state = reason === null ? 'returned' : 'failed';
      if (found.state === state) return reportOf(lease, state, 0);
      assertHeld(found);
      await tx.updateTable('lease').set({ state }).where('id', '=', lease).execute();
      if (reason === null) await reopen(tx, [found.address]);
      else await countFailure(tx, found.address, `lease ${lease}: ${reason}`);
      return reportOf(lease, state, 0);
    });
  }

  /**
   * Takes in what was computed. The same upload again gets the same receipt.
   *
   * @throws HubError ENONE, ELEASE
   */
  async upload(account: number, lease: number, attempt: number, body: Uint8Array): Promise<Receipt> {
    const digest = digestOf(body);
    return await inTransaction(this.#db, async (tx) => {
      const found = await this.#find(tx, account, lease, attempt);
      if (found.state === 'uploaded') {
        const known = await tx
          .selectFrom('result')
          .select(['id', 'state', 'digest'])
          .where('lease', '=', lease)
          .executeTakeFirstOrThrow();
        if (digest.equals(known.digest)) return { result: known.id, state: known.state };
      }
      assertHeld(found);
      const { id } = await tx
        .insertInto('result')
        .values({ lease, account, origin: found.origin, address: found.address, digest, body })
        .returning('id')
        .executeTakeFirstOrThrow();
      await tx.updateTable('lease').set({ state: 'uploaded' }).where('id', '=', lease).execute();
      await tx
        .updateTable('tile')
        .set({ state: 'judging', since: sql`now()` })
        .where('address', '=', found.address)
        .execute();
      return { result: id, state: 'pending' };
    });
  }

  /** Whether leases are over, and whether there are tiles for anybody: one question for all who ask at the same time. */
  async #look(): Promise<Outlook> {
    this.#looking ??= this.#lookNow().finally(() => (this.#looking = null));
    return await this.#looking;
  }

  async #lookNow(): Promise<Outlook> {
    const { rows } = await sql<Outlook>`select
      exists (select 1 from lease where state = 'held' and expires < now()) as over,
      exists (select 1 from tile where held and state in ('ready', 'doubted')) as open`.execute(this.#db);
    return rows[0];
  }

  /** A lease, locked when it is asked for in a transaction with the attempt that a write names. */
  async #find(db: Queries, account: number, lease: number, attempt?: number): Promise<FoundLease> {
    const query = db
      .selectFrom('lease')
      .select(['address', 'attempt', 'origin', 'state'])
      .select(sql<number>`extract(epoch from expires - now())::double precision`.as('seconds'))
      .where('id', '=', lease)
      .where('account', '=', account);
    const found = await (attempt === undefined ? query : query.forUpdate()).executeTakeFirst();
    if (found === undefined) throw new HubError('ENONE', `There is no lease ${lease} of yours.`);
    if (attempt !== undefined && attempt !== found.attempt)
      throw new HubError(
        'ELEASE',
        `Lease ${lease} is attempt ${found.attempt}, not ${attempt}. Nothing was changed.`,
      );
    return found;
  }

  #end(): ReturnType<typeof sql<Date>> {
    return sql<Date>`now() + ${this.#seconds} * interval '1 second'`;
  }
}

interface Outlook {
  readonly over: boolean;
  readonly open: boolean;
}

interface FoundLease {
  readonly address: string;
  readonly attempt: number;
  readonly origin: string;
  readonly state: LeaseState;
  /** Until it expires. */
  readonly seconds: number;
}

function assertHeld({ state, seconds, address }: FoundLease): void {
  if (state === 'held' && seconds > 0) return;
  const is = state === 'held' ? 'expired' : state;
  throw new HubError('ELEASE', `The lease of ${address} is ${is}. Nothing was changed; ask for other tiles.`);
}

function reportOf(lease: number, state: LeaseState, seconds: number): LeaseReport {
  const isHeld = state === 'held' && seconds > 0;
  return { lease, state: state === 'held' && !isHeld ? 'expired' : state, seconds: isHeld ? seconds : 0 };
}

/** Tiles that somebody may have. */
function openTo(
  db: Queries,
  account: number,
  origin: string,
): SelectQueryBuilder<Schema, 'tile', { address: string }> {
  return (
    db
      .selectFrom('tile')
      .select('address')
      .where('held', '=', true)
      .where('state', 'in', ['ready', 'doubted'])
      .where((where) =>
        where.not(
          where.exists(
            where
              .selectFrom('result')
              .select('result.id')
              .whereRef('result.address', '=', 'tile.address')
              .where('result.state', '!=', 'valid')
              .where((own) =>
                own.or([
                  own('result.account', '=', account),
                  own.and([own('result.origin', '=', origin), own('result.state', '=', 'pending')]),
                ]),
              ),
          ),
        ),
      )
      // Whoever could not compute it, or says so, leaves it to others.
      .where((where) =>
        where.not(
          where.exists(
            where
              .selectFrom('lease')
              .select('lease.id')
              .whereRef('lease.address', '=', 'tile.address')
              .where('lease.account', '=', account)
              .where('lease.state', '=', 'failed'),
          ),
        ),
      )
  );
}

/** Tiles that nobody has any more may be given again; where results wait, for another opinion. */
export async function reopen(tx: Queries, addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) return;
  await tx
    .updateTable('tile')
    .set({
      state: sql`case when exists (select 1 from result where result.address = tile.address and result.state = 'pending')
        then 'doubted' else 'ready' end`,
      since: sql`now()`,
    })
    .where('address', 'in', [...addresses])
    .where('state', 'in', ['leased', 'judging'])
    .execute();
}

/**
 * Counts a failure of a tile; one that has failed too often is set aside. Not so where results wait: those are judged in the end, by the
 * hub's own calculation where nobody else's comes.
 */
export async function countFailure(tx: Queries, address: string, reason: string): Promise<void> {
  // Of whatever somebody sent, one line.
  const line = Array.from(reason.replaceAll(/[\p{C}\s]+/gu, ' '))
    .slice(0, MAX_REASON)
    .join('');
  const failed = await tx
    .updateTable('tile')
    .set({ failures: sql`failures + 1`, reasons: sql`left(reasons || ${`${line}\n`}, ${MAX_REASONS})` })
    .where('address', '=', address)
    .returning('failures')
    .returning(
      sql<boolean>`exists (select 1 from result where result.address = tile.address and result.state = 'pending')`.as(
        'waits',
      ),
    )
    .executeTakeFirst();
  if (failed === undefined || failed.failures < MAX_FAILURES || failed.waits) {
    await reopen(tx, [address]);
    return;
  }
  await tx
    .updateTable('tile')
    .set({ state: 'aside', since: sql`now()` })
    .where('address', '=', address)
    .execute();
}
