import { levelOf, type Address } from '../tile/address.js';
import { MAX_LEVEL } from '../tile/grid.js';
import type { Lease } from '../wire/messages.js';
import type { LeaseName } from './hub-client.js';
import { LeaseTerm } from './lease-term.js';

/**
 * How far a tile is:
 *
 * ```
 * leased ──► fetching ──► waiting ──► computing ──► (Outbox)
 *    ▲          │            │
 *    └──────────┴────────────┘ the raw file did not come, or was damaged
 * ```
 */
export type Stage = 'leased' | 'fetching' | 'waiting' | 'computing';

/** A tile that is this volunteer's to compute. */
export interface HeldTile extends LeaseName {
  readonly address: Address;
  readonly term: LeaseTerm;
  stage: Stage;
  /** The raw file, while it waits or is computed. */
  raw: Uint8Array | null;
  /** How often the raw file did not come, or was damaged. */
  failures: number;
  /** Answers that the hub had given at the last of them (HubLink.successes). */
  failedAt: number;
}

/** Tiles in hand that are not computed yet, the oldest lease first. */
export class Holdings {
  readonly #tiles = new Map<string, HeldTile>();

  get size(): number {
    return this.#tiles.size;
  }

  /** All of them, or those of one stage. */
  list(stage?: Stage): HeldTile[] {
    const all = [...this.#tiles.values()];
    return stage === undefined ? all : all.filter((tile) => tile.stage === stage);
  }

  /**
   * Takes a lease in.
   *
   * @param asked when it was asked for
   * @returns null when it is held already
   */
  add({ lease, attempt, address, seconds }: Lease, asked: number): HeldTile | null {
    const key = keyOf({ lease, attempt });
    if (this.#tiles.has(key)) return null;
    const term = new LeaseTerm(seconds, asked);
    const fresh = { stage: 'leased', raw: null, failures: 0, failedAt: -1 } as const;
    const tile: HeldTile = { lease, attempt, address, term, ...fresh };
    this.#tiles.set(key, tile);
    return tile;
  }

  /** Whether it is still held. */
  has(tile: LeaseName): boolean {
    return this.#tiles.has(keyOf(tile));
  }

  remove(tile: LeaseName): boolean {
    return this.#tiles.delete(keyOf(tile));
  }
}

/** Names a lease among those of one hub. */
export function keyOf({ lease, attempt }: LeaseName): string {
  return `${lease}/${attempt}`;
}

/** Why a tile cannot be computed here; null when it can. */
export function flawOf(address: Address): string | null {
  if (levelOf(address) < MAX_LEVEL) return null;
  return `its children lie below level ${MAX_LEVEL}, the deepest that this program computes`;
}
