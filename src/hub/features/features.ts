import { sql, type Selectable } from 'kysely';
import { componentCount } from '../../math/features/components.js';
import { formatAngle, parseAngle } from '../../math/features/angle.js';
import { formatAddress, parseAddress } from '../../math/features/angled-address.js';
import { inTransaction, type Database, type Queries } from '../db/database.js';
import type { FeatureTable } from '../db/schema.js';
import type { Feature } from './feature.js';

/** Features of one answer. */
const MAX_FEATURES = 200;

/** A feature with its number. */
export type KnownFeature = Selectable<FeatureTable>;

/** What features are looked for by; all that is given must hold. */
export interface FeatureQuery {
  readonly period?: number;
  /** An angled internal address, such as "1_1/3->3_1/2->4". */
  readonly address?: string;
  /** An external angle of either ray, such as "3/7". */
  readonly angle?: string;
  /** Part of a name. */
  readonly name?: string;
  /** Angled internal address of the component that they belong to. */
  readonly parent?: string;
}

/** A part of the plane, in decimal numbers of any length. */
export interface View {
  readonly re: string;
  readonly im: string;
  /** Half of its height. */
  readonly radius: string;
}

/** Features of a list, and whether there are more of them. */
export interface FeaturePage {
  readonly features: readonly KnownFeature[];
  readonly more: boolean;
}

/** By so much, at the most, a place of the set differs from its rounded one, and the bounds of a view from theirs. */
const ROUNDING = 2 ** -48;

/** The database of hyperbolic components. */
export class Features {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** From which word on a period's components are to be listed; null when all are. */
  async nextOf(period: number): Promise<number | null> {
    const list = await this.#db
      .selectFrom('feature_list')
      .select(['next', 'done'])
      .where('period', '=', period)
      .executeTakeFirst();
    return list?.done ? null : (list?.next ?? 0);
  }

  /**
   * Adds a part of the list of a period; what is known already stays as it is.
   *
   * @param next where to go on, null at the end
   * @throws Error at the end, when some are missing: that would be a mistake in the mathematics
   */
  async addList(period: number, features: readonly Feature[], next: number | null): Promise<void> {
    await inTransaction(this.#db, async (tx) => {
      await insert(tx, features);
      if (next === null) {
        const { known } = await tx
          .selectFrom('feature')
          .select((select) => select.fn.countAll<number>().as('known'))
          .where('period', '=', period)
          .executeTakeFirstOrThrow();
        const expected = componentCount(period);
        if (known !== expected)
          throw new Error(`expected ${expected} components of period ${period}, got ${known}`);
      }
      const state = { next: next ?? 0, done: next === null };
      await tx
        .insertInto('feature_list')
        .values({ period, ...state })
        .onConflict((conflict) => conflict.column('period').doUpdateSet(state))
        .execute();
    });
  }

  /** Adds one that somebody has pointed at, and returns it as it is known. */
  async add(feature: Feature): Promise<KnownFeature> {
    await insert(this.#db, [feature]);
    const { period, re, im, address } = feature;
    return await this.#db
      .selectFrom('feature')
      .selectAll()
      .where((where) => (address === null ? where.and({ period, re, im }) : where('address', '=', address)))
      .executeTakeFirstOrThrow();
  }

  /**
   * Features by their properties, short periods and large ones first; {@link MAX_FEATURES} at the most.
   *
   * @param from how many to pass over
   * @throws RangeError for an address or an angle that is none
   */
  async search({ period, address, angle, name, parent }: FeatureQuery, from = 0): Promise<FeaturePage> {
    const exactAngle = angle === undefined ? null : formatAngle(parseAngle(angle));
    const found = await this.#db
      .selectFrom('feature')
      .selectAll()
      .$if(period !== undefined, (query) => query.where('period', '=', period!))
      .$if(address !== undefined, (query) =>
        query.where('address', '=', formatAddress(parseAddress(address!))),
      )
      .$if(parent !== undefined, (query) => query.where('parent', '=', formatAddress(parseAddress(parent!))))
      .$if(exactAngle !== null, (query) =>
        query.where((where) =>
          where.or([where('lower_angle', '=', exactAngle), where('upper_angle', '=', exactAngle)]),
        ),
      )
      .$if(name !== undefined, (query) => query.where('name', 'ilike', `%${escapeLike(name!)}%`))
      .orderBy('period')
      .orderBy('log2_size', 'desc')
      .orderBy('id')
      .offset(from)
      .limit(MAX_FEATURES + 1)
      .execute();
    return { features: found.slice(0, MAX_FEATURES), more: found.length > MAX_FEATURES };
  }

  /** The features whose nuclei lie in a view, exactly, the largest first. */
  async within({ re, im, radius }: View): Promise<KnownFeature[]> {
    const [near, half] = [{ re: Number(re), im: Number(im) }, Number(radius)];
    const [x, y, r] = [re, im, radius].map((text) => sql`${text}::numeric`);
    return await this.#db
      .selectFrom('feature')
      .selectAll()
      // What the index knows, then what all digits say.
      .where('re_near', '>=', near.re - 2 * half - ROUNDING)
      .where('re_near', '<=', near.re + 2 * half + ROUNDING)
      .where('im_near', '>=', near.im - half - ROUNDING)
      .where('im_near', '<=', near.im + half + ROUNDING)
      .where(sql<boolean>`re::numeric between ${x} - 2 * ${r} and ${x} + 2 * ${r}`)
      .where(sql<boolean>`im::numeric between ${y} - ${r} and ${y} + ${r}`)
      .orderBy('log2_size', 'desc')
      .orderBy('id')
      .limit(MAX_FEATURES)
      .execute();
  }
}

async function insert(db: Queries, features: readonly Feature[]): Promise<void> {
  if (features.length === 0) return;
  await db
    .insertInto('feature')
    .values([...features])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}
