import type { Result } from '../cache/merge.js';
import type { PictureFormat } from '../tile/picture-format.js';
import type { Statistics } from '../subdivide/statistics.js';
import type { Address } from '../tile/address.js';

/**
 * What is to be done with a tile: `subdivide` a claimed one, `remake` the damaged raw file of one, or `make` one that was asked
 * for.
 */
export interface Task {
  readonly kind: 'subdivide' | 'remake' | 'make';
  readonly address: Address;
}

/** What a worker thread is asked for; everything it needs, for it shares nothing with the main thread. */
export interface Job {
  /** One task, or several tiles to subdivide together. */
  readonly tasks: readonly Task[];
  /** The cache's directory. */
  readonly root: string;
  readonly client: string;
  readonly theme: string;
  readonly image: PictureFormat;
}

/** What a worker answers to each task, in their order. */
export type Outcome =
  /** The tile or its children, and the pictures, are durable in the client's work folder. */
  | { readonly kind: 'computed'; readonly result: Result; readonly statistics: Statistics }
  /** The raw file of the tile is there again. */
  | { readonly kind: 'remade' }
  /** The raw file cannot be read as a tile. */
  | { readonly kind: 'damaged'; readonly reason: string }
  /** The raw file is gone: others took this client for dead and recovered it. */
  | { readonly kind: 'gone' }
  /** The file system failed. An error's code would be lost on its way between threads. */
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string }
  /** There should be no such tile. */
  | { readonly kind: 'needless'; readonly reason: string };
