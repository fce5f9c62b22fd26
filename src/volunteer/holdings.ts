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
  /** How often the raw file did not come. */
  failures: number;
  /** How often it was damaged, or could not be computed; then it is computed alone. */
  flaws: number;
  /** Answers that the hub had given at the last of them (HubLink.successes). */
  failedAt: number;
}

/** Leases of the past that are remembered. */
const MAX_PAST = 1024;

/** Tiles in hand that are not computed yet, the oldest lease first. */
export class Holdings {
  /** Leases that were held: a hub whose answer comes twice does not get their tiles computed twice. */
  readonly #past = new Set<string>();
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
   * @returns null when it is held already, or was
   */
  add({ lease, attempt, address, seconds }: Lease, asked: number): HeldTile | null {
    const key = keyOf({ lease, attempt });
    if (this.#tiles.has(key) || this.#past.has(key)) return null;
    const term = new LeaseTerm(seconds, asked);
    const fresh = { stage: 'leased', raw: null, failures: 0, flaws: 0, failedAt: -1 } as const;
    const tile: HeldTile = { lease, attempt, address, term, ...fresh };
    this.#tiles.set(key, tile);
    return tile;
  }

  /** Whether it was still held. */
  remove(tile: LeaseName): boolean {
    const key = keyOf(tile);
    this.#past.add(key);
    for (const oldest of this.#past) {
      if (this.#past.size <= MAX_PAST) break;
      this.#past.delete(oldest);
    }
    return this.#tiles.delete(key);
  }
}

/** Names a lease among those of one hub. */
function keyOf({ lease, attempt }: LeaseName): string {
  return `${lease}/${attempt}`;
}

/** Why a tile cannot be computed here; null when it can. */
export function flawOf(address: Address): string | null {
  if (levelOf(address) < MAX_LEVEL) return null;
  return `its children lie below level ${MAX_LEVEL}, the deepest that this program computes`;
}
