import type { PictureFormat } from '../tile/picture-format.js';
import type { Address } from '../tile/address.js';

/** What every job of the judge's threads says. */
interface Common {
  /** The cache's directory. */
  readonly root: string;
  readonly theme: string;
  readonly image: PictureFormat;
  /** The hub's name as a client. */
  readonly client: string;
  readonly address: Address;
}

/**
 * What a thread is asked for: to `examine` an upload by the cheap checks, to `recompute` what it should have been, or to `store` one that
 * was found valid in the hub's work folder; or to `repair` what was made of tiles by false results.
 */
export type JudgeJob =
  | (Common & { readonly kind: 'examine'; readonly body: Uint8Array; readonly spots: number })
  | (Common & { readonly kind: 'recompute' })
  | (Common & { readonly kind: 'store'; readonly body: Uint8Array })
  | (Omit<Common, 'address'> & {
      readonly kind: 'repair';
      readonly addresses: readonly Address[];
      /** Whether everything below is looked at, and not only what was made of something false. */
      readonly isThorough: boolean;
      readonly lease: number;
    });

/** What a thread answers. */
export type JudgeAnswer =
  /**
   * What is wrong with an upload, null when nothing was seen; a neighbour that it does not fit, of which either may be the false one; and the
   * samples that had to be computed for it.
   */
  | {
      readonly kind: 'examined';
      readonly flaw: string | null;
      readonly misfit: Address | null;
      readonly work: number;
    }
  /** The right upload. */
  | { readonly kind: 'recomputed'; readonly body: Uint8Array; readonly work: number }
  /** Children and pictures are durable in the work folder; these were boring. */
  | {
      readonly kind: 'stored';
      readonly boring: readonly { readonly address: Address; readonly period: number }[];
    }
  /** What lies below the tiles is right again; so many problems were mended. */
  | { readonly kind: 'repaired'; readonly mended: number }
  /** The tile is nowhere (ENOTILE) or cannot be read just now (EPARENT); or the file system refused something. */
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string };
