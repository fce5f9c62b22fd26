import type { Account } from '../accounts.js';
import type { Queries } from '../db/database.js';
import { HubError } from '../hub-error.js';

/** Whether somebody may change what an account has written. */
export function mayChange({ id, role }: Account, author: number): boolean {
  return id === author || role !== 'user';
}

/** @throws HubError ENONE when there is no place of the number that somebody may see */
export async function assertVisible(db: Queries, viewer: Account, id: number): Promise<void> {
  const found = await db
    .selectFrom('place')
    .select(['account', 'state'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (found === undefined || (found.state === 'hidden' && !mayChange(viewer, found.account)))
    throw new HubError('ENONE', 'There is no such place.');
}

/** @throws HubError ENONE when there is no open place of the number */
export async function assertThere(db: Queries, id: number): Promise<void> {
  const found = await db
    .selectFrom('place')
    .select('id')
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst();
  if (found === undefined) throw new HubError('ENONE', 'There is no such place.');
}
