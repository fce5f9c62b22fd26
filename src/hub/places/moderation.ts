import { sql } from 'kysely';
import type { Account } from '../accounts.js';
import { inTransaction, type Database } from '../db/database.js';
import { HubError } from '../hub-error.js';

/** What so many accounts have flagged is hidden until a curator has looked at it. */
const HIDDEN_FROM = 3;
/** Cases of one answer. */
const PAGE = 100;

/** What can be flagged. */
export type Subject = 'place' | 'comment';

/** Something that a curator should look at. */
export interface FlaggedCase {
  readonly subject: Subject;
  readonly id: number;
  /** The place, or that of the comment. */
  readonly place: number;
  readonly state: 'open' | 'hidden';
  /** The title, or the comment. */
  readonly text: string;
  readonly flags: number;
  /** What was said, one line each. */
  readonly reasons: string;
}

/** Something that is hidden, and that no curator has to decide on. */
export type HiddenCase = Pick<FlaggedCase, 'subject' | 'id' | 'place' | 'text'>;

/** Flags, and what curators do about them. */
export class Moderation {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Says that something should not stand there; an account's word counts once. @throws HubError ENONE */
  async flag(account: number, subject: Subject, id: number, reason: string): Promise<void> {
    await inTransaction(this.#db, async (tx) => {
      const found = await tx.selectFrom(subject).select('id').where('id', '=', id).executeTakeFirst();
      if (found === undefined) throw new HubError('ENONE', `There is no such ${subject}.`);
      await tx
        .insertInto('flag')
        .values({ subject, target: id, account, reason })
        .onConflict((conflict) => conflict.columns(['subject', 'target', 'account']).doUpdateSet({ reason }))
        .execute();
      const { flags } = await tx
        .selectFrom('flag')
        .select((select) => select.fn.countAll<number>().as('flags'))
        .where('subject', '=', subject)
        .where('target', '=', id)
        .where('settled', 'is', null)
        .executeTakeFirstOrThrow();
      if (flags >= HIDDEN_FROM)
        await tx.updateTable(subject).set({ state: 'hidden' }).where('id', '=', id).execute();
    });
  }

  /** What nobody has decided on yet, most flags first. @throws HubError EFORBIDDEN */
  async cases(curator: Account): Promise<FlaggedCase[]> {
    assertCurator(curator);
    const { rows } = await sql<FlaggedCase>`
      select flag.subject, flag.target as id, count(*) as flags, string_agg(flag.reason, e'\n' order by flag.at) as reasons,
        coalesce(place.id, comment.place) as place, coalesce(place.state, comment.state) as state, coalesce(place.title, comment.text) as text
      from flag
      left join place on flag.subject = 'place' and place.id = flag.target
      left join comment on flag.subject = 'comment' and comment.id = flag.target
      where flag.settled is null and coalesce(place.id, comment.id) is not null
      group by flag.subject, flag.target, place.id, comment.place, place.state, comment.state, place.title, comment.text
      order by flags desc, flag.subject, flag.target
      limit ${PAGE}`.execute(this.#db);
    return rows;
  }

  /** What is hidden by a decision, the newest first. @throws HubError EFORBIDDEN */
  async hidden(curator: Account): Promise<HiddenCase[]> {
    assertCurator(curator);
    const { rows } = await sql<HiddenCase>`
      select subject, id, place, text from (
        select 'place' as subject, id, id as place, title as text, created from place where state = 'hidden'
        union all select 'comment', id, place, text, created from comment where state = 'hidden'
      ) as hidden
      where not exists (
        select from flag where flag.subject = hidden.subject and flag.target = hidden.id and flag.settled is null
      )
      order by created desc, subject, id desc
      limit ${PAGE}`.execute(this.#db);
    return rows;
  }

  /** Decides: shown or hidden. What was flagged before is settled by that. @throws HubError EFORBIDDEN, ENONE */
  async decide(curator: Account, subject: Subject, id: number, state: 'open' | 'hidden'): Promise<void> {
    assertCurator(curator);
    await inTransaction(this.#db, async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable(subject)
        .set({ state })
        .where('id', '=', id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new HubError('ENONE', `There is no such ${subject}.`);
      await tx
        .updateTable('flag')
        .set({ settled: sql`now()` })
        .where('subject', '=', subject)
        .where('target', '=', id)
        .where('settled', 'is', null)
        .execute();
    });
  }
}

function assertCurator({ role }: Account): void {
  if (role === 'user') throw new HubError('EFORBIDDEN', 'Only curators may do that.');
}
