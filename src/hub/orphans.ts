import { sql } from 'kysely';
import { inTransaction, type Database } from './db/database.js';

/**
 * Takes over what hubs that are gone have left in the database: one that was killed and is started under another name, as in a container, would leave
 * tiles for ever that are given out and stand nowhere, and results that nobody judges. What they held is claimed from the cache like any tile.
 *
 * @param own the name of the hub that takes them over
 * @param clients lists the cache's clients, hubs among them; asked while the rows are locked. A hub joins before it writes that it holds a tile, so one
 * that starts meanwhile is seen, or waits and writes then.
 * @returns how many tiles
 */
export async function adoptOrphans(
  db: Database,
  own: string,
  clients: () => Promise<readonly string[]>,
): Promise<number> {
  const present = [own, ...(await clients())];
  const { rows } = await sql`select 1 from tile where hub <> all (${present}) limit 1`.execute(db);
  if (rows.length === 0) return 0;
  return await inTransaction(db, async (tx) => {
    const left = await tx
      .selectFrom('tile')
      .select(['address', 'hub'])
      .where('hub', '!=', own)
      .orderBy('address')
      .forUpdate()
      .execute();
    const now = new Set(await clients());
    const orphans = left.filter(({ hub }) => !now.has(hub)).map(({ address }) => address);
    if (orphans.length === 0) return 0;
    await tx
      .updateTable('tile')
      .set({ hub: own, held: false })
      .where('address', '=', sql<string>`any (${orphans})`)
      .execute();
    await tx
      .deleteFrom('tile')
      .where('address', '=', sql<string>`any (${orphans})`)
      .where('state', '=', 'ready')
      .where('failures', '=', 0)
      .execute();
    return orphans.length;
  });
}
