import { sql } from 'kysely';
import type { Account } from './accounts.js';
import { inTransaction, type Database } from './db/database.js';
import { HubError } from './hub-error.js';
import { Recent } from './recent.js';
import { digestOf, newSecret } from './secrets.js';

/** A token as its owner sees it; the secret is told once only. */
export interface TokenEntry {
  readonly id: number;
  readonly name: string;
  readonly created: Date;
  readonly used: Date | null;
  readonly revoked: Date | null;
}

/** So long a token is believed without asking the database again, in milliseconds: another hub on it may have revoked it. */
const BELIEVED_MS = 30_000;
/** When tokens were used last is noted so often, in milliseconds. */
const USE_MS = 10_000;
/** Tokens of an account that are not revoked. */
const MAX_TOKENS = 50;
/** Revoked tokens of an account that are remembered, the latest ones, and for how long: it is for their owner only to see what he did. */
const MAX_REVOKED = 50;
const REVOKED_DAYS = 90;

/** The tokens of accounts: what a program proves by that it acts for one. */
export class Tokens {
  readonly #db: Database;
  /** By the tokens' digests: a volunteer's program asks every few seconds. */
  readonly #recent: Recent<Account>;
  /** Tokens whose use is not noted in the database yet. */
  readonly #used = new Set<number>();
  #noteAfter = -Infinity;

  /** @param believedMs how long a token is believed without asking again, in milliseconds */
  constructor(db: Database, believedMs: number = BELIEVED_MS) {
    this.#db = db;
    this.#recent = new Recent(believedMs);
  }

  /** Whose token it is; null when it is none, or revoked: by another hub on the same database, half a minute ago at the least. */
  async ownerOf(secret: string): Promise<Account | null> {
    const digest = digestOf(secret);
    return await this.#recent.get(digest.toString('hex'), async () => await this.#find(digest));
  }

  /** Accounts have changed: whose tokens are whose is looked for anew. */
  forget(): void {
    this.#recent.forget();
  }

  async #find(digest: Uint8Array): Promise<Account | null> {
    const found = await this.#db
      .selectFrom('token')
      .innerJoin('account', 'account.id', 'token.account')
      .select(['account.id', 'account.name', 'account.role', 'token.id as token'])
      .where('token.digest', '=', digest)
      .where('token.revoked', 'is', null)
      .executeTakeFirst();
    if (found?.name == null) return null;
    await this.#noteUse(found.token);
    return { id: found.id, name: found.name, role: found.role };
  }

  /** All of some seconds in one statement: not every request is worth a write. */
  async #noteUse(token: number): Promise<void> {
    this.#used.add(token);
    if (performance.now() < this.#noteAfter) return;
    this.#noteAfter = performance.now() + USE_MS;
    const used = [...this.#used];
    this.#used.clear();
    await this.#db
      .updateTable('token')
      .set({ used: sql`now()` })
      .where('id', 'in', used)
      .execute();
  }

  /**
   * Makes a token.
   *
   * @returns its number, and the secret, which is not kept
   * @throws HubError EBODY when the name is none or there are too many
   */
  async make(account: number, name: string): Promise<{ readonly id: number; readonly secret: string }> {
    if (!/^\P{C}{1,60}$/u.test(name))
      throw new HubError('EBODY', 'expected a name of 1 to 60 characters for the token, such as "laptop"');
    const secret = newSecret('mandeld_');
    return await inTransaction(this.#db, async (tx) => {
      // One at a time, or two would each find room for one.
      await tx.selectFrom('account').select('id').where('id', '=', account).forNoKeyUpdate().execute();
      const { count } = await tx
        .selectFrom('token')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('account', '=', account)
        .where('revoked', 'is', null)
        .executeTakeFirstOrThrow();
      if (count >= MAX_TOKENS)
        throw new HubError(
          'EBODY',
          `There are ${MAX_TOKENS} tokens already. Revoke some that are not needed.`,
        );
      const { id } = await tx
        .insertInto('token')
        .values({ account, name, digest: digestOf(secret) })
        .returning('id')
        .executeTakeFirstOrThrow();
      return { id, secret };
    });
  }

  async list(account: number): Promise<TokenEntry[]> {
    return await this.#db
      .selectFrom('token')
      .select(['id', 'name', 'created', 'used', 'revoked'])
      .where('account', '=', account)
      .orderBy('id')
      .execute();
  }

  /** @throws HubError ENONE when the account has no such token */
  async revoke(account: number, id: number): Promise<void> {
    const { numUpdatedRows } = await this.#db
      .updateTable('token')
      .set({ revoked: sql`coalesce(revoked, now())` })
      .where('id', '=', id)
      .where('account', '=', account)
      .executeTakeFirst();
    this.#recent.forget();
    if (numUpdatedRows === 0n) throw new HubError('ENONE', 'There is no such token.');
    await this.#db
      .deleteFrom('token')
      .where((where) =>
        where.or([
          where('revoked', '<', sql<Date>`now() - ${`${REVOKED_DAYS} days`}::interval`),
          where('id', 'in', (token) =>
            token
              .selectFrom('token')
              .select('id')
              .where('account', '=', account)
              .where('revoked', 'is not', null)
              .orderBy('revoked', 'desc')
              .orderBy('id', 'desc')
              .offset(MAX_REVOKED),
          ),
        ]),
      )
      .execute();
  }
}
