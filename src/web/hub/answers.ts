/** Whoever has signed in, as the hub tells of him. */
export interface Me {
  readonly name: string;
  readonly role: 'user' | 'curator' | 'admin';
  readonly beans: number;
  readonly valid: number;
  readonly pending: number;
  readonly false: number;
  readonly streak: number;
}

/** A token, without its secret. Its name is its owner's text; times are ISO 8601. */
export interface Token {
  readonly id: number;
  readonly name: string;
  readonly created: string;
  readonly used: string | null;
  readonly revoked: string | null;
}

/** What became of an upload. */
export interface Result {
  readonly id: number;
  readonly address: string;
  readonly state: 'pending' | 'valid' | 'false';
  readonly proof: 'replica' | 'recomputed' | 'alone' | null;
  readonly reason: string | null;
  readonly beans: number;
  readonly received: string;
  readonly decided: string | null;
}

/** A line of a leaderboard. */
export interface Standing {
  readonly name: string;
  readonly beans: number;
  readonly tiles: number;
}

/** A hyperbolic component. */
export interface Feature {
  readonly period: number;
  /** Nucleus, with all digits that are known. */
  readonly re: string;
  readonly im: string;
  /** log2 of its size: that of the main cardioid is 1. */
  readonly log2Size: number;
  readonly kind: 'cardioid' | 'disc';
  /** Angled internal address; null where the angles were not looked for, as in the next two. */
  readonly address: string | null;
  readonly angles: readonly [string, string] | null;
  readonly parent: string | null;
  readonly name: string | null;
}

/** Components that were found, and whether there are others behind them. */
export interface FeatureList {
  readonly features: readonly Feature[];
  readonly more: boolean;
}

/** A place that somebody has described: all texts are anybody's. */
export interface HubPlace {
  readonly id: number;
  /** Who has described it; null of a deleted account. */
  readonly by: string | null;
  readonly title: string;
  readonly text: string;
  readonly links: readonly { readonly label: string; readonly url: string }[];
  readonly re: string;
  readonly im: string;
  /** Half of the view's height. */
  readonly radius: string;
  readonly theme: string;
  readonly tags: readonly string[];
  readonly votes: number;
  readonly comments: number;
  readonly state: 'open' | 'hidden';
  readonly created: string;
  readonly edited: string | null;
  /** There, not yet, too deep for one, or nothing to be seen. */
  readonly pictureState: 'ready' | 'waiting' | 'deep' | 'outside';
  /** Its name. */
  readonly picture: string | null;
}

/** The same for whoever looks at it. */
export interface ViewedPlace extends HubPlace {
  /** null for whoever has not signed in. */
  readonly viewer: {
    readonly voted: boolean;
    readonly mayChange: boolean;
    readonly isCurator: boolean;
  } | null;
}

/** Places that were looked for. */
export interface PlacePage {
  readonly places: readonly HubPlace[];
  readonly hasMore: boolean;
}

/** What somebody says of a place. */
export interface PlaceComment {
  readonly id: number;
  readonly by: string | null;
  readonly text: string;
  readonly created: string;
  readonly mayRemove: boolean;
}

/** Something that is hidden. */
export interface HiddenCase {
  readonly subject: 'place' | 'comment';
  readonly id: number;
  /** The place, or that of the comment. */
  readonly place: number;
  readonly text: string;
}

/** Something that was flagged. */
export interface FlaggedCase extends HiddenCase {
  readonly state: 'open' | 'hidden';
  readonly flags: number;
  /** One line each. */
  readonly reasons: string;
}

/** A tile that volunteers could not compute. */
export interface TileAside {
  readonly address: string;
  readonly failures: number;
  readonly reasons: string;
  readonly since: string;
}
