import { sql } from 'kysely';
import { inTransaction, type Database } from './db/database.js';
import type { Role } from './db/schema.js';
import { HubError } from './hub-error.js';
import { reopen } from './leases.js';
import { hashPassword, isPassword } from './passwords.js';
import { digestOf, isSame, newSecret, signatureOf } from './secrets.js';
import { Tokens } from './tokens.js';

/** Who asks. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{1,38}[\p{L}\p{N}]$/u;
/** Their letters look like each other's: in one name they would be there to be taken for another one. */
const ALPHABETS = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u];
const PASSWORD = { least: 10, most: 200 } as const;
const SESSION_DAYS = 30;
/** Browsers in which an account is signed in; one more signs the oldest out. */
const MAX_SESSIONS = 50;

/** Accounts, and how people and programs prove that they act for one: by a session's cookie or a token. */
export class Accounts {
  readonly tokens: Tokens;
  readonly #db: Database;

  constructor(db: Database, tokens: Tokens = new Tokens(db)) {
    this.#db = db;
    this.tokens = tokens;
  }

  /** @throws HubError EBODY for a name or password that is none, ENAME for a name that is taken */
  async signUp(name: string, password: string): Promise<Account> {
    checkName(name);
    checkPassword(password);
    const kept = await hashPassword(password);
    const made = await this.#db
      .insertInto('account')
      .values({ name, name_key: keyOf(name), password: kept })
      .onConflict((conflict) => conflict.column('name_key').doNothing())
      .returning(['id', 'role'])
      .executeTakeFirst();
    if (made === undefined)
      throw new HubError('ENAME', `There is somebody named ${name} already. Choose another name.`);
    return { ...made, name };
  }

  /** @throws HubError ESIGNIN when there is no such account, or another password belongs to it */
  async signIn(name: string, password: string): Promise<Account> {
    const found = await this.#db
      .selectFrom('account')
      .select(['id', 'name', 'role', 'password'])
      .where('name_key', '=', keyOf(name))
      .executeTakeFirst();
    const isRight = await isPassword(password, found?.password ?? null);
    if (found?.name == null || !isRight) throw new HubError('ESIGNIN', 'Name or password are not right.');
    return { id: found.id, name: found.name, role: found.role };
  }

  /**
   * What a browser keeps by which it is known to have been signed in to an account, until that has another password. It opens nothing.
   *
   * @returns a text; nothing of it is kept here
   */
  async newDevice(account: number): Promise<string> {
    const { password } = await this.#db
      .selectFrom('account')
      .select('password')
      .where('id', '=', account)
      .executeTakeFirstOrThrow();
    const nonce = newSecret('');
    return `${nonce}.${signatureOf(nonce, password ?? '')}`;
  }

  /** Whether {@link newDevice} has made a text for the account of a name. */
  async isDevice(name: string, device: string): Promise<boolean> {
    const found = await this.#db
      .selectFrom('account')
      .select('password')
      .where('name_key', '=', keyOf(name))
      .executeTakeFirst();
    const [nonce, signature = ''] = device.split('.', 2);
    return found?.password != null && isSame(signature, signatureOf(nonce, found.password));
  }

  /** Begins a session. @returns what the browser keeps */
  async openSession(account: number): Promise<string> {
    const secret = newSecret('');
    await this.#db
      .insertInto('session')
      .values({
        digest: digestOf(secret),
        account,
        expires: sql`now() + ${`${SESSION_DAYS} days`}::interval`,
      })
      .execute();
    await this.#db
      .deleteFrom('session')
      .where((where) =>
        where.or([
          where('expires', '<', sql<Date>`now()`),
          where('digest', 'in', (session) =>
            session
              .selectFrom('session')
              .select('digest')
              .where('account', '=', account)
              .orderBy('created', 'desc')
              .orderBy('digest')
              .offset(MAX_SESSIONS),
          ),
        ]),
      )
      .execute();
    return secret;
  }

  async closeSession(secret: string): Promise<void> {
    await this.#db.deleteFrom('session').where('digest', '=', digestOf(secret)).execute();
  }

  /** Whose session it is; null when it is none, or over. */
  async ofSession(secret: string): Promise<Account | null> {
    const found = await this.#db
      .selectFrom('session')
      .innerJoin('account', 'account.id', 'session.account')
      .select(['account.id', 'account.name', 'account.role'])
      .where('session.digest', '=', digestOf(secret))
      .where('session.expires', '>', sql<Date>`now()`)
      .executeTakeFirst();
    return found?.name == null ? null : { ...found, name: found.name };
  }

  /** Gives an account another role. @returns false when there is none of the name */
  async setRole(name: string, role: Role): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('account')
      .set({ role })
      .where('name_key', '=', keyOf(name))
      .executeTakeFirst();
    this.tokens.forget();
    return numUpdatedRows > 0n;
  }

  /**
   * Removes what tells who somebody is, and where from. The row stays, so that the ledger stays true. What he has leased is given back, or an upload that
   * is on its way would be of no network. Of a result that is not decided on the network stays until then, so that nobody gives a second opinion of his
   * own tile.
   */
  async delete(account: number): Promise<void> {
    await inTransaction(this.#db, async (tx) => {
      await tx
        .updateTable('account')
        .set({ name: null, name_key: null, password: null, role: 'user', deleted: sql`now()` })
        .where('id', '=', account)
        .execute();
      await tx.deleteFrom('session').where('account', '=', account).execute();
      await tx.deleteFrom('token').where('account', '=', account).execute();
      const held = await tx
        .updateTable('lease')
        .set({ state: 'returned' })
        .where('account', '=', account)
        .where('state', '=', 'held')
        .returning('address')
        .execute();
      await reopen(
        tx,
        held.map(({ address }) => address),
      );
      await tx.updateTable('lease').set({ origin: '' }).where('account', '=', account).execute();
      await tx
        .updateTable('result')
        .set({ origin: '' })
        .where('account', '=', account)
        .where('state', '!=', 'pending')
        .execute();
    });
    this.tokens.forget();
  }
}

/**
 * What a name is found by: no two accounts' names have the same. By way of the upper case, for some letters have two small ones (σ and ς).
 * What no name consists of is left out: the database could not even be asked for some of it.
 */
export function keyOf(name: string): string {
  return name.replaceAll(/\p{C}/gu, '').normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

function checkName(name: string): void {
  const alphabets = ALPHABETS.filter((alphabet) => alphabet.test(name));
  if (name === name.normalize('NFKC') && NAME.test(name) && !/ {2}/.test(name) && alphabets.length <= 1)
    return;
  throw new HubError(
    'EBODY',
    'expected a name of 3 to 40 letters and digits of one alphabet, with single spaces, dots, hyphens and underscores between them',
  );
}

function checkPassword(password: string): void {
  if (password.length >= PASSWORD.least && password.length <= PASSWORD.most) return;
  throw new HubError('EBODY', `expected a password of ${PASSWORD.least} to ${PASSWORD.most} characters`);
}
