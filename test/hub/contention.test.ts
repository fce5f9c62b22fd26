import { sql, type Transaction } from 'kysely';
import { describe, expect, it } from 'vitest';
import { inTransaction, type Database } from '../../src/hub/db/database.js';
import type { Schema } from '../../src/hub/db/schema.js';
import { Docket, type PendingResult } from '../../src/hub/docket.js';
import { Leases } from '../../src/hub/leases.js';
import { Suspicions } from '../../src/hub/suspicions.js';
import type { Address } from '../../src/tile/address.js';
import { onEachDatabase } from './support/database.js';
import { HOME, newcomer, stocked } from './support/people.js';

/** Two hubs' ways through the rows; of the second one's tile the accounts come the other way round. */
const WAYS: Record<string, (db: Database, results: readonly PendingResult[]) => Promise<unknown>> = {
  accept: async (db, results) =>
    await new Docket(db, 'hub-a').accept(
      results.map((result, i) => ({ address: `M0${i}` as Address, results: [result], proof: 'replica' })),
    ),
  convict: async (db, results) => await new Docket(db, 'hub-a').convict(results, 'false'),
  overturn: async (db, results) =>
    await new Suspicions(db).overturn(
      results.map(({ id }) => id),
      [],
      'false',
    ),
};

async function touch(tx: Transaction<Schema>, account: number): Promise<void> {
  await tx
    .updateTable('account')
    .set({ streak: sql`streak + 1` })
    .where('id', '=', account)
    .execute();
}

async function streaks(db: Database): Promise<number[]> {
  return (await db.selectFrom('account').select('streak').orderBy('id').execute()).map(
    ({ streak }) => streak,
  );
}

/** Lets the first so many who come wait for each other. */
function meeting(count: number): () => Promise<void> {
  let missing = count;
  let open = (): void => undefined;
  const met = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    if (--missing <= 0) open();
    await met;
  };
}

/** Until a statement waits for a row. */
async function waitForWaiting(db: Database): Promise<void> {
  for (;;) {
    const { rows } = await sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
    if (rows.length > 0) return;
  }
}

/** Results that wait, one of each account. */
async function resultsOf(db: Database, accounts: readonly number[]): Promise<PendingResult[]> {
  const tiles = await stocked(db, accounts.length);
  const leases = new Leases(db, 600);
  for (const account of accounts) {
    const [{ lease, attempt }] = await leases.checkout(account, HOME, 1);
    await leases.upload(account, lease, attempt, Buffer.from('body'));
  }
  const docket = new Docket(db, 'hub-a');
  return (await Promise.all(tiles.map(async (tile) => await docket.pending(tile)))).flat();
}

onEachDatabase((fresh, kind) => {
  // The embedded database has one connection: there, nobody waits for anybody.
  describe.runIf(kind === 'server')('two hubs', () => {
    it('that wait for each other’s rows: one of them tries again, and all counts once', async () => {
      const { db, another } = await fresh();
      const other = await another();
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const meet = meeting(2);
      let tries = 0;
      const cross = async (own: Database, first: number, second: number): Promise<void> =>
        await inTransaction(own, async (tx) => {
          tries++;
          await touch(tx, first);
          await meet();
          await touch(tx, second);
        });
      await Promise.all([cross(db, ann, bob), cross(other, bob, ann)]);
      expect(tries).toBe(3);
      expect(await streaks(db)).toEqual([2, 2]);
    });

    it.each(Object.keys(WAYS))('take accounts in one order: %s', async (way) => {
      const { db, another } = await fresh();
      const other = await another();
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const results = await resultsOf(db, [bob, ann]);
      if (way === 'overturn')
        await new Docket(db, 'hub-a').accept([{ address: 'M' as Address, results, proof: 'alone' }]);
      let acting: Promise<unknown> = Promise.resolve();
      await other.transaction().execute(async (tx) => {
        const take = async (account: number): Promise<unknown> =>
          await sql`select 1 from account where id = ${account} for no key update nowait`.execute(tx);
        await take(ann);
        acting = WAYS[way](db, results);
        await waitForWaiting(db);
        // Were it theirs already, each would wait for the other.
        await take(bob);
      });
      await acting;
      const states = await db.selectFrom('result').select('state').execute();
      expect(states.map(({ state }) => state)).toEqual(
        way === 'accept' ? ['valid', 'valid'] : ['false', 'false'],
      );
    });
  });

  it('a transaction whose error does not pass is tried once', async () => {
    const { db } = await fresh();
    const ann = await newcomer(db);
    let tries = 0;
    const acting = inTransaction(db, async (tx) => {
      tries++;
      await touch(tx, ann);
      throw new Error('a mistake');
    });
    await expect(acting).rejects.toThrow('a mistake');
    expect(tries).toBe(1);
    expect(await streaks(db)).toEqual([0]);
  });
});
