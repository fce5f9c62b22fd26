import { sql } from 'kysely';
import type { Database } from './db/database.js';
import type { Proof, ResultState } from './db/schema.js';
import { balance } from './ledger.js';

/** Results of one page. */
const PAGE = 100;

/** How an account stands. */
export interface AccountStanding {
  readonly beans: number;
  readonly valid: number;
  readonly pending: number;
  readonly false: number;
  /** Valid results since the last false one. */
  readonly streak: number;
}

/** What became of a result. */
export interface HistoryEntry {
  readonly id: number;
  readonly address: string;
  readonly state: ResultState;
  readonly proof: Proof | null;
  readonly reason: string | null;
  readonly beans: number;
  readonly received: string;
  readonly decided: string | null;
}

export async function standingOf(db: Database, account: number): Promise<AccountStanding> {
  const count = (state: ResultState): ReturnType<typeof sql<number>> =>
    sql<number>`count(*) filter (where state = ${sql.lit(state)})`;
  const counts = await db
    .selectFrom('result')
    .select([count('valid').as('valid'), count('pending').as('pending'), count('false').as('false')])
    .where('account', '=', account)
    .executeTakeFirstOrThrow();
  const { streak } = await db
    .selectFrom('account')
    .select('streak')
    .where('id', '=', account)
    .executeTakeFirstOrThrow();
  return { beans: await balance(db, account), ...counts, streak };
}

/**
 * The latest results of an account.
 *
 * @param before only those with smaller numbers; null for the latest
 */
export async function historyOf(
  db: Database,
  account: number,
  before: number | null,
): Promise<HistoryEntry[]> {
  const rows = await db
    .selectFrom('result')
    .select(['id', 'address', 'state', 'proof', 'reason', 'received', 'decided'])
    .select((select) =>
      select
        .selectFrom('bean')
        .whereRef('bean.result', '=', 'result.id')
        .select(sql<number>`coalesce(sum(amount), 0)::bigint`.as('sum'))
        .as('beans'),
    )
    .where('account', '=', account)
    .$if(before !== null, (query) => query.where('id', '<', before))
    .orderBy('id', 'desc')
    .limit(PAGE)
    .execute();
  return rows.map(({ received, decided, beans, ...rest }) => ({
    ...rest,
    beans: beans ?? 0,
    received: received.toISOString(),
    decided: decided?.toISOString() ?? null,
  }));
}
