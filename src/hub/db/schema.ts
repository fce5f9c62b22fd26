import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Feature } from '../features/feature.js';

/** The tables, as migrations.ts makes them. Times are the database's. */
export interface Schema {
  account: AccountTable;
  session: SessionTable;
  token: TokenTable;
  tile: TileTable;
  lease: LeaseTable;
  result: ResultTable;
  bean: BeanTable;
  demand: DemandTable;
  comment: CommentTable;
  feature: FeatureTable;
  flag: FlagTable;
  picture: PictureTable;
  place: PlaceTable;
  place_vote: PlaceVoteTable;
  feature_list: FeatureListTable;
}

/** What an account may do. */
export type Role = 'user' | 'curator' | 'admin';

/** Somebody who takes part. A deleted one keeps its row, without a name, so that the ledger stays true. */
export interface AccountTable {
  id: GeneratedAlways<number>;
  name: string | null;
  /** The name in lower case: no two differ by case only. */
  name_key: string | null;
  /** As passwords.ts writes it; null of a deleted account. */
  password: string | null;
  role: Generated<Role>;
  /** Valid results since the last false one. */
  streak: Generated<number>;
  created: Generated<Date>;
  deleted: Date | null;
}

/** A browser that is signed in. */
export interface SessionTable {
  /** SHA-256 of the cookie. */
  digest: Uint8Array;
  account: number;
  created: Generated<Date>;
  expires: Date;
}

/** A program that may act for an account. */
export interface TokenTable {
  id: GeneratedAlways<number>;
  account: number;
  name: string;
  /** SHA-256 of the token. */
  digest: Uint8Array;
  created: Generated<Date>;
  used: Date | null;
  revoked: Date | null;
}

/**
 * How a tile of the hub's stands:
 *
 * ```
 * ready ──checkout──> leased ──upload──> judging ──valid, merged──> (no row)
 *   ^                   │                  │ └──────> doubted ──checkout──> leased
 *   └──expired, returned┴──────false───────┘                    another account's opinion is wanted
 *   └──three failures──> aside
 * ```
 */
export type TileState = 'ready' | 'leased' | 'judging' | 'doubted' | 'aside';

/** A tile that a hub has claimed, or that results are there of. */
export interface TileTable {
  address: string;
  /** The hub's name as a client of the cache. */
  hub: string;
  /** Whether it stands in that hub's work folder now. */
  held: boolean;
  state: Generated<TileState>;
  /** Leases that it has had. */
  attempts: Generated<number>;
  failures: Generated<number>;
  /** Why it failed, one line each. */
  reasons: Generated<string>;
  /** Its place in the queue: what is smaller goes first. */
  rank: number;
  since: Generated<Date>;
}

/** How a lease ended, or that it has not. */
export type LeaseState = 'held' | 'uploaded' | 'returned' | 'expired' | 'failed';

/** A tile that was given to somebody for a time. */
export interface LeaseTable {
  id: GeneratedAlways<number>;
  address: string;
  /** The tile's count of leases with this one. */
  attempt: number;
  account: number;
  /** Network that it was given to. */
  origin: string;
  state: Generated<LeaseState>;
  issued: Generated<Date>;
  expires: Date;
}

/** What is known of a result. */
export type ResultState = 'pending' | 'valid' | 'false';
/** By what a result was found valid: another account's, the hub's own calculation, or the cheap checks alone. */
export type Proof = 'replica' | 'recomputed' | 'alone';

/** What somebody sent for a tile. */
export interface ResultTable {
  id: GeneratedAlways<number>;
  lease: number;
  account: number;
  origin: string;
  address: string;
  /** SHA-256 of the upload. */
  digest: Uint8Array;
  /** The upload; null when it has been decided on. */
  body: Uint8Array | null;
  /** Samples that had to be computed, by the hub's own count. */
  work: number | null;
  state: Generated<ResultState>;
  proof: Proof | null;
  /** Why it is false. */
  reason: string | null;
  /** Whether it is to be looked into again: its account was caught later. */
  suspect: Generated<boolean>;
  received: Generated<Date>;
  decided: Date | null;
}

/** A line of the ledger; lines are only ever added. */
export interface BeanTable {
  id: GeneratedAlways<number>;
  account: number;
  /** Negative where beans are taken back. */
  amount: number;
  /** What for. */
  result: number;
  kind: 'granted' | 'revoked';
  at: Generated<Date>;
}

/** A hyperbolic component. */
export interface FeatureTable extends Feature {
  readonly id: GeneratedAlways<number>;
}

/** How far the list of a period's components has come. */
export interface FeatureListTable {
  period: number;
  /** The word to continue from. */
  next: number;
  done: boolean;
}

/** How much a waiting tile is asked for. */
export interface DemandTable {
  address: string;
  /** Looks at what it leads to; they decay from `at` on. */
  votes: number;
  /** Its time before the first vote, seconds. */
  base: number;
  at: Generated<Date>;
}

/** A thing worth seeing. */
export interface PlaceTable {
  id: GeneratedAlways<number>;
  account: number;
  title: string;
  text: string;
  links: ColumnType<{ label: string; url: string }[], string, string>;
  re: string;
  im: string;
  radius: string;
  /** The centre as the nearest doubles, to look for it by. */
  re_near: number;
  im_near: number;
  theme: string;
  tags: string[];
  /** The words that it is found by. */
  search: string;
  /** As many as `place_vote` has lines of it. */
  votes: Generated<number>;
  /** Hidden ones are seen by their authors and by curators. */
  state: Generated<'open' | 'hidden'>;
  created: Generated<Date>;
  edited: Date | null;
}

/** The picture of a place's view, or how far it is. Without a line it was not thought of yet. */
export interface PictureTable {
  place: number;
  /** A hash of what determines the picture, so that of a view which was changed meanwhile is not kept; '' when it was not thought of since. */
  key: string;
  /** Deepest level of whose tiles it is made; null when there is nothing to be seen, outside of the root. */
  level: number | null;
  /** How often a hub has begun it, or its view was changed. */
  tries: Generated<number>;
  /** Not before then a hub may begin it again. */
  due: Generated<Date>;
  /** SHA-256 of the file in hexadecimal digits, by which it is named; null until it is there. */
  digest: string | null;
  /** A JPEG file, which the hub has painted itself. */
  bytes: Uint8Array | null;
}

/** Who likes what. */
export interface PlaceVoteTable {
  place: number;
  account: number;
}

/** What somebody says of a place. */
export interface CommentTable {
  id: GeneratedAlways<number>;
  place: number;
  account: number;
  text: string;
  state: Generated<'open' | 'hidden'>;
  created: Generated<Date>;
}

/** Somebody thinks that something should not stand there. */
export interface FlagTable {
  subject: 'place' | 'comment';
  target: number;
  account: number;
  reason: string;
  at: Generated<Date>;
  /** When a curator has decided. */
  settled: Date | null;
}
