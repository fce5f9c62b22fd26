import type { Samples } from '../../tile/samples.js';
import type { Address } from '../../tile/address.js';
import type { Layout } from '../layout.js';
import type { HeldLock } from '../lock.js';

/** What can be wrong with a cache; the remedies are told with each. */
export type ProblemKind =
  | 'stray' // something in a folder that does not belong there
  | 'damaged raw'
  | 'wrong bytes' // a raw file or a picture that is whole and says something else than the mathematics
  | 'duplicate' // a tile in two places
  | 'orphan' // a tile whose parent is not done, and that was not made ahead of it
  | 'missing' // a child of a done tile, or a tile made ahead, that is nowhere
  | 'needless mark' // of a tile made ahead whose parent is done by now
  | 'below boring' // a tile within a boring one
  | 'boring line' // a line of boring.txt that is none, stands there twice, or is false
  | 'missing picture'
  | 'damaged picture'
  | 'needless picture' // of a tile that is not there
  | 'leftover' // of a client or command that was killed
  | 'future time'; // of a tile in todo/, which would be the last one for ever

/** Something that is wrong. */
export interface Problem {
  /** The tile's address, or what else is meant: a path, `P2`, a line number. */
  readonly address: string;
  readonly kind: ProblemKind;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
  /** What does it; null where only a person or a daemon can. */
  readonly heal: Healing | null;
}

/** How a problem is mended. */
export interface Healing {
  /** A tile that must be computed for it, which takes long, so that it is done before the lock is taken. */
  readonly needs?: Address;
  /**
   * Looks again, for the cache may have changed since, and mends it.
   *
   * @returns whether there was still something to mend
   */
  readonly act: (hands: Hands) => Promise<boolean>;
}

/** What a healing works with, under the lock. */
export interface Hands {
  readonly layout: Layout;
  readonly held: HeldLock;
  readonly maker: Maker;
  /** Whether a client is dead by now. */
  readonly isDead: (client: string) => Promise<boolean>;
}

/** A tile as it must be: its files, or its period where it is boring. */
export type Made = { readonly raw: Uint8Array; readonly picture: Uint8Array } | { readonly period: number };

/** What makes tiles and pictures; src/cache knows none of the mathematics. */
export interface Maker {
  /** The tile of an address, from nothing. */
  readonly make: (address: Address) => Made;
  readonly picture: (samples: Samples) => Uint8Array;
  readonly boringPicture: (period: number) => Uint8Array;
}

/** What a step has found. */
export interface Findings {
  readonly examined: number;
  readonly problems: Problem[];
}
