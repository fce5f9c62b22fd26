import { sql } from 'kysely';
import type { PlaceText } from './place.js';

/**
 * How the picture of a place stands: there, not yet, too deep for pictures to be made, or there is nothing to be seen, outside of the root.
 */
export type PictureState = 'ready' | 'waiting' | 'deep' | 'outside';

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
  readonly picture_state: PictureState;
  /** By what the picture is named; null while there is none. */
  readonly picture: string | null;
}

/** What is asked for of a place. */
export type PlaceRow = Omit<Place, 'comments'> & {
  readonly account: number;
  readonly comments: number | null;
};

/** A place, without what is nobody's business. */
export function placeOf(row: PlaceRow): Place {
  const { account: _, comments, ...rest } = row;
  return { ...rest, comments: comments ?? 0 };
}

/** The columns that a place's author decides, and the words that it is found by. */
export function columnsOf({ tags, links, ...place }: PlaceText): PlaceColumns {
  const words = [place.title, ...tags, place.text, ...links.map(({ label }) => label)].join('\n');
  return {
    ...place,
    tags: [...tags],
    links: JSON.stringify(links),
    re_near: Number(place.re),
    im_near: Number(place.im),
    search: sql<string>`to_tsvector('simple', ${words})`,
  };
}

type PlaceColumns = Omit<PlaceText, 'tags' | 'links'> & {
  readonly tags: string[];
  readonly re_near: number;
  readonly im_near: number;
  readonly links: string;
  readonly search: ReturnType<typeof sql<string>>;
};
