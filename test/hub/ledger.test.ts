import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { Accounts } from '../../src/hub/accounts.js';
import type { Database } from '../../src/hub/db/database.js';
import { historyOf, standingOf } from '../../src/hub/history.js';
import { balance, beansFor, grant, leaderboard, revoke } from '../../src/hub/ledger.js';
import { onEachDatabase } from './support/database.js';
import { HOME, newcomer } from './support/people.js';

let made = 0;

/** A valid result of an account. */
async function resultOf(db: Database, account: number): Promise<number> {
  const address = `M0${(made++).toString(4)}`;
  const { id: lease } = await db
    .insertInto('lease')
    .values({ address, attempt: 1, account, origin: HOME, state: 'uploaded', expires: sql`now()` })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id } = await db
    .insertInto('result')
    .values({
      lease,
      account,
      origin: HOME,
      address,
      digest: Buffer.alloc(32),
      state: 'valid',
      proof: 'alone',
      decided: sql`now()`,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

it('a bean is due for ten thousand samples, one at the least', () => {
  expect([0, 1, 14_999, 15_000, 65_536, 250_000].map(beansFor)).toEqual([1, 1, 1, 2, 7, 25]);
});

onEachDatabase((fresh) => {
  it('grows only', async () => {
    const { db } = await fresh();
    const ann = await newcomer(db);
    await grant(db, await resultOf(db, ann), ann, 5);
    const refused = /the ledger only grows/;
    await expect(db.updateTable('bean').set({ amount: 500 }).execute()).rejects.toThrow(refused);
    await expect(db.deleteFrom('bean').execute()).rejects.toThrow(refused);
    await expect(sql`truncate bean`.execute(db)).rejects.toThrow(refused);
    await expect(sql`truncate account cascade`.execute(db)).rejects.toThrow(refused);
    expect(await balance(db, ann)).toBe(5);
  });

  it('takes no line that makes no sense', async () => {
    const { db } = await fresh();
    const ann = await newcomer(db);
    const result = await resultOf(db, ann);
    await expect(grant(db, result, ann, 0)).rejects.toThrow(/check constraint/);
    await expect(grant(db, result, ann, -3)).rejects.toThrow(/check constraint/);
    await expect(grant(db, result + 1, ann, 3)).rejects.toThrow(/foreign key/);
    await expect(grant(db, result, ann + 1, 3)).rejects.toThrow(/foreign key/);
    expect(await balance(db, ann)).toBe(0);
  });

  it('grants once, however many do it at the same time, and revokes once', async () => {
    const { db, another } = await fresh();
    const both = [db, await another()];
    const ann = await newcomer(db);
    const result = await resultOf(db, ann);
    // Nothing was granted that could be taken back.
    await revoke(db, result);
    expect(await balance(db, ann)).toBe(0);
    await Promise.all(Array.from({ length: 8 }, async (_, i) => await grant(both[i % 2], result, ann, 7)));
    expect(await balance(db, ann)).toBe(7);
    await Promise.all(Array.from({ length: 8 }, async (_, i) => await revoke(both[i % 2], result)));
    expect(await balance(db, ann)).toBe(0);
    await grant(db, result, ann, 7);
    expect(await balance(db, ann)).toBe(0);
    const lines = await db.selectFrom('bean').select(['amount', 'kind']).orderBy('id').execute();
    expect(lines).toEqual([
      { amount: 7, kind: 'granted' },
      { amount: -7, kind: 'revoked' },
    ]);
  });

  it('always adds up', async () => {
    const { db } = await fresh();
    const act = fc.record({
      kind: fc.constantFrom('grant', 'grant', 'revoke', 'delete'),
      who: fc.nat({ max: 2 }),
      which: fc.nat({ max: 4 }),
      amount: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        const accounts = new Accounts(db);
        const people = await Promise.all([0, 1, 2].map(async () => await newcomer(db)));
        const names = await Promise.all(
          people.map(
            async (id) =>
              (await db.selectFrom('account').select('name').where('id', '=', id).executeTakeFirstOrThrow())
                .name,
          ),
        );
        const results: number[][] = [];
        for (const one of people) {
          const own: number[] = [];
          for (let i = 0; i < 5; i++) own.push(await resultOf(db, one));
          results.push(own);
        }
        // By hand: what each result is worth.
        const worth = new Map<number, { granted: number; revoked: boolean }>();
        const deleted = new Set<number>();
        for (const { kind, who, which, amount } of acts) {
          const result = results[who][which];
          const known = worth.get(result);
          if (kind === 'grant') {
            await grant(db, result, people[who], amount);
            if (!known) worth.set(result, { granted: amount, revoked: false });
          } else if (kind === 'revoke') {
            await revoke(db, result);
            if (known) known.revoked = true;
          } else {
            await accounts.delete(people[who]);
            deleted.add(who);
          }
        }
        const board = await leaderboard(db, 'all', 100_000);
        for (const [who, person] of people.entries()) {
          const due = results[who].map((result) => {
            const { granted = 0, revoked = false } = worth.get(result) ?? {};
            return revoked ? 0 : granted;
          });
          const sum = due.reduce((a, b) => a + b, 0);
          expect(await balance(db, person)).toBe(sum);
          expect((await standingOf(db, person)).beans).toBe(sum);
          const history = await historyOf(db, person, null);
          expect(history.map(({ beans }) => beans)).toEqual(due.toReversed());
          const standing = board.find(({ name }) => name === names[who]);
          const tiles = due.filter((beans) => beans > 0).length;
          if (deleted.has(who) || sum === 0) expect(standing).toBeUndefined();
          else expect(standing).toEqual({ name: names[who], beans: sum, tiles });
        }
      }),
      { numRuns: 15 },
    );
  });

  it('has a leaderboard of all times and one of the last seven days', async () => {
    const { db } = await fresh();
    const [ann, bob, cy] = [await newcomer(db), await newcomer(db), await newcomer(db)];
    for (let i = 0; i < 3; i++) await grant(db, await resultOf(db, ann), ann, 10);
    const old = await resultOf(db, bob);
    await db
      .insertInto('bean')
      .values({ account: bob, amount: 100, result: old, kind: 'granted', at: sql`now() - interval '8 days'` })
      .execute();
    const last = await resultOf(db, cy);
    await grant(db, last, cy, 30);
    const names = async (span: 'all' | 'week', most = 10): Promise<[number, number][]> =>
      (await leaderboard(db, span, most)).map(({ beans, tiles }) => [beans, tiles]);
    expect(await names('all')).toEqual([
      [100, 1],
      [30, 3],
      [30, 1],
    ]);
    expect(await names('week')).toEqual([
      [30, 3],
      [30, 1],
    ]);
    expect(await names('all', 1)).toEqual([[100, 1]]);
    await new Accounts(db).delete(bob);
    await revoke(db, last);
    expect(await names('all')).toEqual([[30, 3]]);
    // A deleted account's lines stay.
    expect(await balance(db, bob)).toBe(100);
  });
});

onEachDatabase((fresh) => {
  it('a history comes in pages, the latest first, each result once', async () => {
    const { db } = await fresh();
    const [ann, bob] = [await newcomer(db), await newcomer(db)];
    const own: number[] = [];
    for (let i = 0; i < 230; i++) {
      own.push(await resultOf(db, ann));
      if (i % 50 === 0) await resultOf(db, bob);
    }
    await grant(db, own[229], ann, 4);
    const seen: number[] = [];
    const sizes: number[] = [];
    for (let before: number | null = null; ;) {
      const page = await historyOf(db, ann, before);
      sizes.push(page.length);
      if (page.length === 0) break;
      if (before === null)
        expect(page[0]).toMatchObject({
          id: own[229],
          beans: 4,
          state: 'valid',
          proof: 'alone',
          reason: null,
        });
      seen.push(...page.map(({ id }) => id));
      before = page[page.length - 1].id;
    }
    expect(sizes).toEqual([100, 100, 30, 0]);
    expect(seen).toEqual(own.toReversed());
    expect(await standingOf(db, ann)).toEqual({ beans: 4, valid: 230, pending: 0, false: 0, streak: 0 });
  });
});
