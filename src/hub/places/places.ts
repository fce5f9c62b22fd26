import { sql } from 'kysely';
import type { Account } from '../accounts.js';
import type { Database, Queries } from '../db/database.js';
import { HubError } from '../hub-error.js';
import { assertAllowance } from './allowance.js';
import type { PlaceText } from './place.js';

/** Places of one answer. */
const PAGE = 50;
/** Places that an account may add in a day. */
const PER_DAY = 20;

/** A place as everybody sees it. */
export interface Place extends PlaceText {
  readonly id: number;
  /** Who added it; null of a deleted account. */
  readonly by: string | null;
  readonly votes: number;
  readonly comments: number;
  readonly state: 'open' | 'hidden';
  readonly created: Date;
  readonly edited: Date | null;
}

/** What places are looked for by; all that is given must hold. */
export interface PlaceQuery {
  /** Words, in any order. */
  readonly words?: string;
  readonly tag?: string;
  readonly sort: 'votes' | 'new';
  /** How many to pass over. */
  readonly from: number;
}

/** Things worth seeing, as people have described them. */
export class Places {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @throws HubError ERATE when the account has added many today */
  async add(account: number, place: PlaceText): Promise<number> {
    await assertAllowance(this.#db, 'place', account, PER_DAY);
    const { id } = await this.#db
      .insertInto('place')
      .values({ account, ...columnsOf(place) })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  /** @throws HubError ENONE, EFORBIDDEN */
  async edit(account: Account, id: number, place: PlaceText): Promise<void> {
    await this.#assertMayChange(account, id);
    await this.#db
      .updateTable('place')
      .set({ ...columnsOf(place), edited: sql`now()` })
      .where('id', '=', id)
      .execute();
  }

  /** @throws HubError ENONE, EFORBIDDEN */
  async remove(account: Account, id: number): Promise<void> {
    await this.#assertMayChange(account, id);
    await this.#db.deleteFrom('place').where('id', '=', id).execute();
  }

  /**
   * One place.
   *
   * @param viewer who looks: hidden ones are shown to their authors and to curators; 0 for anybody
   * @throws HubError ENONE
   */
  async get(viewer: Account, id: number): Promise<Place> {
    const found = await selectPlaces(this.#db).where('place.id', '=', id).executeTakeFirst();
    if (found === undefined || (found.state === 'hidden' && !mayChange(viewer, found.account)))
      throw new HubError('ENONE', 'There is no such place.');
    return placeOf(found);
  }

  /** Open places. */
  async list({ words, tag, sort, from }: PlaceQuery): Promise<Place[]> {
    const rows = await selectPlaces(this.#db)
      .where('place.state', '=', 'open')
      .$if(words !== undefined, (query) =>
        query.where(sql<boolean>`place.search @@ websearch_to_tsquery('simple', ${words})`),
      )
      .$if(tag !== undefined, (query) => query.where(sql<boolean>`${tag} = any (place.tags)`))
      .orderBy(sort === 'votes' ? 'place.votes' : 'place.created', 'desc')
      .orderBy('place.id', 'desc')
      .offset(from)
      .limit(PAGE)
      .execute();
    return rows.map(placeOf);
  }

  /** Votes for a place, or takes the vote back; as often as one likes, it counts once. */
  async vote(account: number, id: number, isFor: boolean): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await assertThere(tx, id);
      const { count } = isFor
        ? await tx
            .insertInto('place_vote')
            .values({ place: id, account })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst()
            .then(({ numInsertedOrUpdatedRows }) => ({ count: Number(numInsertedOrUpdatedRows ?? 0n) }))
        : await tx
            .deleteFrom('place_vote')
            .where('place', '=', id)
            .where('account', '=', account)
            .executeTakeFirst()
            .then(({ numDeletedRows }) => ({ count: -Number(numDeletedRows) }));
      await tx
        .updateTable('place')
        .set({ votes: sql`votes + ${count}` })
        .where('id', '=', id)
        .execute();
    });
  }

  async #assertMayChange(account: Account, id: number): Promise<void> {
    const found = await this.#db
      .selectFrom('place')
      .select('account')
      .where('id', '=', id)
      .executeTakeFirst();
    if (found === undefined) throw new HubError('ENONE', 'There is no such place.');
    if (!mayChange(account, found.account))
      throw new HubError('EFORBIDDEN', 'Only whoever has added it, or a curator, may change this place.');
  }
}

function selectPlaces(db: Database) {
  return db
    .selectFrom('place')
    .innerJoin('account', 'account.id', 'place.account')
    .select([
      'place.id',
      'place.account',
      'account.name as by',
      'place.title',
      'place.text',
      'place.links',
      'place.re',
      'place.im',
      'place.radius',
      'place.theme',
      'place.tags',
      'place.votes',
      'place.state',
      'place.created',
      'place.edited',
    ])
    .select((select) =>
      select
        .selectFrom('comment')
        .whereRef('comment.place', '=', 'place.id')
        .where('comment.state', '=', 'open')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .as('comments'),
    );
}

type PlaceRow = Omit<Place, 'comments'> & { readonly account: number; readonly comments: number | null };

function placeOf(row: PlaceRow): Place {
  const { account: _, comments, ...rest } = row;
  return { ...rest, comments: comments ?? 0 };
}

/** Whether somebody may change what an account has written. */
export function mayChange({ id, role }: Account, author: number): boolean {
  return id === author || role !== 'user';
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

/** The columns that a place's author decides, and the words that it is found by. */
function columnsOf({ tags, links, ...place }: PlaceText): PlaceColumns {
  const words = [place.title, ...tags, place.text, ...links.map(({ label }) => label)].join('\n');
  return {
    ...place,
    tags: [...tags],
    links: JSON.stringify(links),
    search: sql<string>`to_tsvector('simple', ${words})`,
  };
}

type PlaceColumns = Omit<PlaceText, 'tags' | 'links'> & {
  readonly tags: string[];
  readonly links: string;
  readonly search: ReturnType<typeof sql<string>>;
};
