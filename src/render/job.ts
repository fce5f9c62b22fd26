import type { Reference } from '../math/deep-kernel.js';
import type { Geometry } from './view.js';

/** What a thread is asked for. */
export type RenderJob =
  /** The reference of a deep view. */
  | { readonly kind: 'reference'; readonly geometry: Geometry }
  /** Rows of pixels. */
  | {
      readonly kind: 'rows';
      readonly geometry: Geometry;
      /** From this row on, counted from the top. */
      readonly first: number;
      readonly count: number;
      /** Iterations a pixel. */
      readonly budget: number;
      /** Null where doubles suffice. */
      readonly reference: Reference | null;
    };

/** Pixels that a thread has computed. */
export interface Rows {
  /** Palette indices (src/image/palette-index.ts). */
  readonly indices: Uint8Array;
  readonly interior: number;
  readonly unresolved: number;
}
