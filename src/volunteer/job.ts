import type { Address } from '../tile/address.js';

/** Tiles to subdivide together, for a worker thread. */
export type TileJob = readonly { readonly address: Address; readonly raw: Uint8Array }[];

/** What became of each of them, in their order. */
export type TileOutcome =
  /** An upload, as src/wire/result-codec.ts writes it. */
  | { readonly kind: 'computed'; readonly result: Uint8Array }
  /** The bytes are no tile. */
  | { readonly kind: 'damaged'; readonly reason: string };

/** What computes tiles: daemon/pool.ts, or a test's. */
export interface TilePool {
  run(job: TileJob): Promise<TileOutcome[]>;
  /** Ends at once; what runs is lost. */
  close(): Promise<void>;
}
