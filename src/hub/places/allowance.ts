import { sql } from 'kysely';
import type { Database } from '../db/database.js';
import { HubError } from '../hub-error.js';

/** @throws HubError ERATE when an account has added so many places, or comments, within a day */
export async function assertAllowance(
  db: Database,
  table: 'place' | 'comment',
  account: number,
  perDay: number,
): Promise<void> {
  const { today } = await db
    .selectFrom(table)
    .select((select) => select.fn.countAll<number>().as('today'))
    .where('account', '=', account)
    .where('created', '>', sql<Date>`now() - interval '1 day'`)
    .executeTakeFirstOrThrow();
  if (today >= perDay)
    throw new HubError('ERATE', `${perDay} ${table}s a day are enough. Come back tomorrow.`, 86_400);
}
