import { sql } from 'kysely';
import type { Database, Queries } from './db/database.js';

/** Samples that a bean is granted for. */
const SAMPLES_PER_BEAN = 10_000;

/** A line of a leaderboard. */
export interface Standing {
  readonly name: string;
  readonly beans: number;
  readonly tiles: number;
}

/** Beans for a tile of so many samples that had to be computed; one at the least. */
export function beansFor(work: number): number {
  return Math.max(1, Math.round(work / SAMPLES_PER_BEAN));
}

/** Grants beans for a result that was found valid; once, however often it is called. */
export async function grant(tx: Queries, result: number, account: number, amount: number): Promise<void> {
  await tx
    .insertInto('bean')
    .values({ account, amount, result, kind: 'granted' })
    .onConflict((conflict) => conflict.columns(['result', 'kind']).doNothing())
    .execute();
}

/** Takes back what was granted for a result that has turned out to be false. */
export async function revoke(tx: Queries, result: number): Promise<void> {
  await tx
    .insertInto('bean')
    .columns(['account', 'amount', 'result', 'kind'])
    .expression((from) =>
      from
        .selectFrom('bean')
        .select([
          'account',
          sql<number>`-amount`.as('amount'),
          'result',
          sql<'revoked'>`'revoked'`.as('kind'),
        ])
        .where('result', '=', result)
        .where('kind', '=', 'granted'),
    )
    .onConflict((conflict) => conflict.columns(['result', 'kind']).doNothing())
    .execute();
}

/** Beans of an account. */
export async function balance(db: Queries, account: number): Promise<number> {
  const { sum } = await db
    .selectFrom('bean')
    .select(sql<number>`coalesce(sum(amount), 0)::bigint`.as('sum'))
    .where('account', '=', account)
    .executeTakeFirstOrThrow();
  return sum;
}

/** Who has most beans, of all times or of the last seven days. Deleted accounts are not among them. */
export async function leaderboard(db: Database, span: 'all' | 'week', most: number): Promise<Standing[]> {
  const rows = await db
    .selectFrom('bean')
    .innerJoin('account', 'account.id', 'bean.account')
    .select([
      sql<string>`account.name`.as('name'),
      sql<number>`sum(bean.amount)::bigint`.as('beans'),
      sql<number>`sum(case when bean.kind = 'granted' then 1 else -1 end)::bigint`.as('tiles'),
    ])
    .where('account.name', 'is not', null)
    .$if(span === 'week', (query) => query.where('bean.at', '>', sql<Date>`now() - interval '7 days'`))
    .groupBy(['account.id', 'account.name'])
    .orderBy('beans', 'desc')
    .orderBy('account.id')
    .limit(most)
    .execute();
  return rows.filter(({ beans }) => beans > 0);
}
