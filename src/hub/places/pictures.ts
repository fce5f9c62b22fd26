import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { inTransaction, type Database } from '../db/database.js';
import type { PlaceView } from './picture-frame.js';

/** The key of a picture whose view was changed, and that was not thought of since. */
export const UNPLANNED = '';

/** A picture that is to be made. */
export interface PictureTask {
  readonly place: number;
  readonly key: string;
  /** How often it was begun before. */
  readonly tries: number;
  readonly view: PlaceView;
}

/** A picture that is there. */
export interface StoredPicture {
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
  /** A JPEG file. */
  readonly bytes: Uint8Array;
}

/** Minutes that a picture may take when it is begun for the first time; with every time it is twice as long. */
const FIRST_MINUTES = 2;
/** No time is longer. */
const MOST_MINUTES = 16;
/** Nor is the pause before the next one, which is twice as long with every time as well. */
const MOST_PAUSE_MINUTES = 1440;

/** Pictures that are kept at the most, of some 100 KB each: 2 GB. */
const MOST_PICTURES = 20_000;

/** Milliseconds that a picture may take. */
export function timeFor({ tries }: Pick<PictureTask, 'tries'>): number {
  return Math.min(MOST_MINUTES, FIRST_MINUTES * 2 ** tries) * 60_000;
}

/**
 * Pictures of places: which are to be made, and those that are there. They stand in the database, so that hubs share them, and go with their
 * places. A picture whose hub has died, or that did not come in its time, is begun again later.
 */
export class Pictures {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Places, or changed views of places, whose pictures were not thought of yet. */
  async unknown(most: number): Promise<readonly { readonly place: number; readonly view: PlaceView }[]> {
    const rows = await this.#db
      .selectFrom('place')
      .select(['id', 're', 'im', 'radius', 'theme'])
      .where((where) =>
        where.not(
          where.exists(
            where
              .selectFrom('picture')
              .select('picture.place')
              .whereRef('picture.place', '=', 'place.id')
              .where('picture.key', '!=', UNPLANNED),
          ),
        ),
      )
      .orderBy('id')
      .limit(most)
      .execute();
    return rows.map(({ id, ...view }) => ({ place: id, view }));
  }

  /**
   * Plans a picture, unless the place is gone, was changed, or another hub has planned it.
   *
   * @param key a hash of what determines it
   * @param level deepest level of its tiles; null when there is nothing to be seen
   */
  async plan(place: number, view: PlaceView, key: string, level: number | null): Promise<void> {
    await this.#db
      .insertInto('picture')
      .columns(['place', 'key', 'level'])
      .expression((from) =>
        from
          .selectFrom('place')
          .select(['id', sql<string>`${key}::text`.as('key'), sql<number>`${level}::integer`.as('level')])
          .where('id', '=', place)
          .where((where) => where.and({ ...view })),
      )
      .onConflict((conflict) =>
        conflict.column('place').doUpdateSet({ key, level }).where('picture.key', '=', UNPLANNED),
      )
      .execute();
  }

  /** Takes the next picture to be made of open places: those that were begun least often first, so that none holds up those that are new. */
  async claim(maxLevel: number): Promise<PictureTask | null> {
    return await inTransaction(this.#db, async (tx) => {
      const found = await tx
        .selectFrom('picture')
        .innerJoin('place', 'place.id', 'picture.place')
        .select(['picture.place', 'picture.key', 'picture.tries'])
        .select(['place.re', 'place.im', 'place.radius', 'place.theme'])
        .where('picture.digest', 'is', null)
        .where('picture.level', '<=', maxLevel)
        .where('picture.due', '<=', sql<Date>`now()`)
        .where('place.state', '=', 'open')
        .where(
          (select) =>
            select
              .selectFrom('picture as kept')
              .where('kept.digest', 'is not', null)
              .select((inner) => inner.fn.countAll<number>().as('count')),
          '<',
          MOST_PICTURES,
        )
        .orderBy('picture.tries')
        .orderBy('picture.due')
        .orderBy('picture.place')
        .limit(1)
        .forUpdate('picture')
        .skipLocked()
        .executeTakeFirst();
      if (found === undefined) return null;
      const { place, key, tries, ...view } = found;
      const pause = Math.min(MOST_PAUSE_MINUTES, 2 ** tries) * 60_000;
      await tx
        .updateTable('picture')
        .set({ tries: tries + 1, due: inMilliseconds(timeFor(found) + pause) })
        .where('place', '=', place)
        .execute();
      return { place, key, tries, view };
    });
  }

  /** Gives a picture back that was not made, through no fault of its own. */
  async release({ place, key, tries }: PictureTask): Promise<void> {
    await this.#db
      .updateTable('picture')
      .set({ tries, due: sql`now()` })
      .where('place', '=', place)
      .where('key', '=', key)
      .where('digest', 'is', null)
      .execute();
  }

  /** Keeps a picture, unless its place is gone or shows something else by now. */
  async keep({ place, key }: PictureTask, bytes: Uint8Array): Promise<void> {
    const digest = createHash('sha256').update(bytes).digest('hex');
    await this.#db
      .updateTable('picture')
      .set({ digest, bytes })
      .where('place', '=', place)
      .where('key', '=', key)
      .execute();
  }

  /** The picture of a place; null when there is none yet. */
  async read(place: number): Promise<StoredPicture | null> {
    const found = await this.#db
      .selectFrom('picture')
      .select(['digest', 'bytes'])
      .where('place', '=', place)
      .executeTakeFirst();
    return found?.digest == null || found.bytes === null
      ? null
      : { digest: found.digest, bytes: found.bytes };
  }
}

function inMilliseconds(ms: number) {
  return sql<Date>`now() + ${`${ms} milliseconds`}::interval`;
}
