import { sql } from 'kysely';
import type { Account } from '../accounts.js';
import { inTransaction, type Database } from '../db/database.js';
import { HubError } from '../hub-error.js';
import { assertThere, mayChange } from './access.js';
import { assertAllowance } from './allowance.js';
import { boxOf, isIn, type Area } from './area.js';
import type { PlaceText } from './place.js';
import { UNPLANNED } from './pictures.js';
import { columnsOf, placeOf, type PictureState, type Place } from './place-rows.js';

/** Places of one answer. */
const PAGE = 24;
/** Places of an area that are looked at more exactly than doubles tell. */
const CANDIDATES = 500;
/** Places that an account may add in a day. */
const PER_DAY = 20;

/** What a place is to somebody who has signed in. */
export interface Standing {
  readonly voted: boolean;
  readonly mayChange: boolean;
  readonly isCurator: boolean;
}

/** What places are looked for by; all that is given must hold. */
export interface PlaceQuery {
  /** Words, in any order. */
  readonly words?: string;
  readonly tag?: string;
  /** Where their centres are. */
  readonly area?: Area;
  readonly sort: 'votes' | 'new';
  /** How many to pass over. */
  readonly from: number;
}

/** Some of the places that were looked for. */
export interface PlacePage {
  readonly places: Place[];
  readonly hasMore: boolean;
}

/** Things worth seeing, as people have described them. */
export class Places {
  readonly #db: Database;
  readonly #pictureLevel: number;

  /** @param pictureLevel deepest level of whose tiles pictures are made */
  constructor(db: Database, pictureLevel: number) {
    this.#db = db;
    this.#pictureLevel = pictureLevel;
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
    const { re, im, radius, theme } = place;
    await inTransaction(this.#db, async (tx) => {
      // The picture of another view is none of this one; a hub plans another, which waits longer than those of places that stay as they are.
      await tx
        .updateTable('picture')
        .set({
          key: UNPLANNED,
          level: null,
          digest: null,
          bytes: null,
          tries: sql`tries + 1`,
          due: sql`now()`,
        })
        .where('place', 'in', (from) =>
          from
            .selectFrom('place')
            .select('id')
            .where('id', '=', id)
            .where((where) => where.not(where.and({ re, im, radius, theme }))),
        )
        .execute();
      await tx
        .updateTable('place')
        .set({ ...columnsOf(place), edited: sql`now()` })
        .where('id', '=', id)
        .execute();
    });
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
    const found = await selectPlaces(this.#db, this.#pictureLevel)
      .where('place.id', '=', id)
      .executeTakeFirst();
    if (found === undefined || (found.state === 'hidden' && !mayChange(viewer, found.account)))
      throw new HubError('ENONE', 'There is no such place.');
    return placeOf(found);
  }

  /** What a place that is there is to somebody; null for whoever has not signed in. */
  async standing({ id: account, role }: Account, id: number): Promise<Standing | null> {
    if (account === 0) return null;
    const found = await this.#db
      .selectFrom('place')
      .leftJoin('place_vote', (join) =>
        join.onRef('place_vote.place', '=', 'place.id').on('place_vote.account', '=', account),
      )
      .select(['place.account as author', 'place_vote.account as vote'])
      .where('place.id', '=', id)
      .executeTakeFirst();
    const isCurator = role !== 'user';
    return {
      voted: found?.vote != null,
      mayChange: isCurator || found?.author === account,
      isCurator,
    };
  }

  /** Open places, and whether there are more. @throws RangeError for an area that is none */
  async list({ words, tag, area, sort, from }: PlaceQuery): Promise<PlacePage> {
    const box = area && boxOf(area);
    const rows = await selectPlaces(this.#db, this.#pictureLevel)
      .where('place.state', '=', 'open')
      .$if(words !== undefined, (query) =>
        query.where(sql<boolean>`place.search @@ websearch_to_tsquery('simple', ${words})`),
      )
      .$if(tag !== undefined, (query) => query.where(sql<boolean>`${tag} = any (place.tags)`))
      .$if(box !== undefined, (query) =>
        query
          .where('place.re_near', '>=', box!.west)
          .where('place.re_near', '<=', box!.east)
          .where('place.im_near', '>=', box!.south)
          .where('place.im_near', '<=', box!.north),
      )
      .orderBy(sort === 'votes' ? 'place.votes' : 'place.created', 'desc')
      .orderBy('place.id', 'desc')
      .offset(area ? 0 : from)
      .limit(area ? CANDIDATES : PAGE + 1)
      .execute();
    const found = area ? rows.filter(isIn(area)).slice(from) : rows;
    return { places: found.slice(0, PAGE).map(placeOf), hasMore: found.length > PAGE };
  }

  /** Votes for a place, or takes the vote back; as often as one likes, it counts once. */
  async vote(account: number, id: number, isFor: boolean): Promise<void> {
    await inTransaction(this.#db, async (tx) => {
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

/** Places with all that is told of them. @param pictureLevel deepest level of whose tiles pictures are made */
function selectPlaces(db: Database, pictureLevel: number) {
  return db
    .selectFrom('place')
    .innerJoin('account', 'account.id', 'place.account')
    .leftJoin('picture', 'picture.place', 'place.id')
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
      'picture.digest as picture',
    ])
    .select(
      sql<PictureState>`case when picture.digest is not null then 'ready' when picture.place is null or picture.key = ${UNPLANNED} then 'waiting'
        when picture.level is null then 'outside' when picture.level > ${pictureLevel} then 'deep' else 'waiting' end`.as(
        'picture_state',
      ),
    )
    .select((select) =>
      select
        .selectFrom('comment')
        .whereRef('comment.place', '=', 'place.id')
        .where('comment.state', '=', 'open')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .as('comments'),
    );
}
