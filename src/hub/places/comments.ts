import type { Account } from '../accounts.js';
import type { Database } from '../db/database.js';
import { HubError } from '../hub-error.js';
import { assertAllowance } from './allowance.js';
import { assertThere, assertVisible, mayChange } from './access.js';

/** Comments of one answer. */
const PAGE = 100;
/** Comments that an account may write in a day. */
const PER_DAY = 100;

/** A comment as everybody sees it. */
export interface Comment {
  readonly id: number;
  /** Who wrote it; null of a deleted account. */
  readonly by: string | null;
  readonly text: string;
  readonly created: Date;
  /** Whether whoever looks may remove it. */
  readonly mayRemove: boolean;
}

/** What people say of places. */
export class Comments {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @throws HubError ENONE, ERATE */
  async add(account: number, place: number, text: string): Promise<number> {
    await assertThere(this.#db, place);
    await assertAllowance(this.#db, 'comment', account, PER_DAY);
    const { id } = await this.#db
      .insertInto('comment')
      .values({ place, account, text })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  /** The open comments of a place, oldest first, after a number. @throws HubError ENONE */
  async list(viewer: Account, place: number, after: number): Promise<Comment[]> {
    await assertVisible(this.#db, viewer, place);
    const rows = await this.#db
      .selectFrom('comment')
      .innerJoin('account', 'account.id', 'comment.account')
      .select(['comment.id', 'comment.account', 'account.name as by', 'comment.text', 'comment.created'])
      .where('comment.place', '=', place)
      .where('comment.state', '=', 'open')
      .where('comment.id', '>', after)
      .orderBy('comment.id')
      .limit(PAGE)
      .execute();
    return rows.map(({ account, ...rest }) => ({ ...rest, mayRemove: mayChange(viewer, account) }));
  }

  /** @throws HubError ENONE, EFORBIDDEN */
  async remove(account: Account, id: number): Promise<void> {
    const found = await this.#db
      .selectFrom('comment')
      .select('account')
      .where('id', '=', id)
      .executeTakeFirst();
    if (found === undefined) throw new HubError('ENONE', 'There is no such comment.');
    if (!mayChange(account, found.account))
      throw new HubError('EFORBIDDEN', 'Only whoever has written it, or a curator, may remove this comment.');
    await this.#db.deleteFrom('comment').where('id', '=', id).execute();
  }
}
