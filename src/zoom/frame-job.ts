import type { PictureFormat } from '../tile/picture-format.js';
import type { Address } from '../tile/address.js';
import type { Key } from '../cache/layout.js';
import type { Frame } from './path.js';
import type { ZoomRequest } from './request.js';

/** A frame, for a thread to paint. */
export interface FrameJob {
  readonly root: string;
  readonly format: PictureFormat;
  readonly frame: Frame;
  readonly theme: ZoomRequest['THEME'];
  readonly supersample: number;
  /** The tiles that it meets, and for each the one whose samples show it. */
  readonly sources: readonly (readonly [tile: Address, source: Address])[];
  readonly key: Key;
}

/** A painted frame, or the tile that could not be read. */
export type FrameResult =
  | { readonly rgb: Uint8Array; readonly isStored: boolean }
  | { readonly tile: Address; readonly reason: string };
