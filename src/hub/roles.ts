import { keyOf } from './accounts.js';
import type { Database } from './db/database.js';
import type { Role } from './db/schema.js';
import { HubError } from './hub-error.js';
import type { Tokens } from './tokens.js';

/** Who may do more than others. */
export class Roles {
  readonly #db: Database;
  readonly #tokens: Pick<Tokens, 'forget'>;

  /** @param tokens told when somebody has another role */
  constructor(db: Database, tokens: Pick<Tokens, 'forget'>) {
    this.#db = db;
    this.#tokens = tokens;
  }

  /** Those who may do more than others, by name. */
  async appointed(): Promise<{ readonly name: string; readonly role: Role }[]> {
    const rows = await this.#db
      .selectFrom('account')
      .select(['name', 'role'])
      .where('role', '!=', 'user')
      .orderBy('name')
      .execute();
    return rows.flatMap(({ name, role }) => (name === null ? [] : [{ name, role }]));
  }

  /**
   * Makes an account a curator, or one like all others. Administrators stay what they are: they are made where the hub is started.
   *
   * @throws HubError ENONE, EFORBIDDEN
   */
  async appoint(name: string, role: Exclude<Role, 'admin'>): Promise<void> {
    const { numUpdatedRows } = await this.#db
      .updateTable('account')
      .set({ role })
      .where('name_key', '=', keyOf(name))
      .where('role', '!=', 'admin')
      .executeTakeFirst();
    this.#tokens.forget();
    if (numUpdatedRows > 0n) return;
    const found = await this.#db
      .selectFrom('account')
      .select('id')
      .where('name_key', '=', keyOf(name))
      .executeTakeFirst();
    if (found) throw new HubError('EFORBIDDEN', 'An administrator stays one.');
    throw new HubError('ENONE', 'There is no account of this name.');
  }
}
