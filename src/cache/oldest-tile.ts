import type { Address } from '../tile/address.js';
import { RAWS, scanTiles } from './listing.js';

/** The tile that has waited for longest. */
export interface OldestTile {
  readonly address: Address;
  /** Modification time in milliseconds, by the file server's clock. */
  readonly modified: number;
  /** Whether all tiles were looked at; if not, there may be older ones. */
  readonly isCertain: boolean;
}

/** Files that are looked at: each costs a question to the file server, some 50 microseconds on NFS. */
const MOST = 20_000;

/** The oldest raw file of a folder, as the daemons take them: ties by name. Null when there is none. */
export async function oldestTile(folder: string, most: number = MOST): Promise<OldestTile | null> {
  let oldest: { address: Address; modified: number } | null = null;
  let looked = 0;
  for await (const tile of scanTiles(folder, RAWS)) {
    if (!('address' in tile)) continue;
    if (looked === most) return oldest && { ...oldest, isCertain: false };
    looked++;
    const { address, modified } = tile;
    const isOlder =
      oldest === null ||
      modified < oldest.modified ||
      (modified === oldest.modified && address < oldest.address);
    if (isOlder) oldest = { address, modified };
  }
  return oldest && { ...oldest, isCertain: true };
}
