import { sql } from 'kysely';
import type { Database } from '../../../src/hub/db/database.js';
import { Stock } from '../../../src/hub/stock.js';
import type { Address } from '../../../src/tile/address.js';

/** A network of a test's. */
export const HOME = '192.0.2.1';
export const OFFICE = '192.0.2.2';

let people = 0;

/** Somebody with an account, whose password nobody knows: to hash one takes a tenth of a second. */
export async function newcomer(db: Database): Promise<number> {
  const name = `Person ${++people}`;
  const { id } = await db
    .insertInto('account')
    .values({ name, name_key: name.toLowerCase(), password: '' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** So many addresses, all different, in their order in a queue. */
export function addresses(count: number): Address[] {
  return Array.from({ length: count }, (_, i) => `M0${i.toString(4).padStart(5, '0')}` as Address);
}

/** Tiles of ascending times. */
export function inOrder(tiles: readonly Address[], from: number): { address: Address; time: number }[] {
  return tiles.map((address, i) => ({ address, time: from + i / 1000 }));
}

/** Gives a hub tiles to hand out. */
export async function stocked(db: Database, count: number, hub = 'hub-a'): Promise<Address[]> {
  const tiles = addresses(count);
  await new Stock(db, hub).add(inOrder(tiles, 1000));
  return tiles;
}

/** Lets a lease's time be over, by the database's clock. */
export async function runOut(db: Database, lease: number): Promise<void> {
  await db
    .updateTable('lease')
    .set({ expires: sql`now() - interval '1 millisecond'` })
    .where('id', '=', lease)
    .execute();
}

/** How a tile stands. */
export async function tileOf(db: Database, address: string) {
  return await db.selectFrom('tile').selectAll().where('address', '=', address).executeTakeFirstOrThrow();
}

/** All that leases, tiles, results and beans say: for "nothing was changed". */
export async function everything(db: Database): Promise<unknown> {
  return {
    tiles: await db.selectFrom('tile').selectAll().orderBy('address').execute(),
    leases: await db.selectFrom('lease').selectAll().orderBy('id').execute(),
    results: await db.selectFrom('result').selectAll().orderBy('id').execute(),
    beans: await db.selectFrom('bean').selectAll().orderBy('id').execute(),
  };
}
