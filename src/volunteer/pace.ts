import { MAX_CHECKOUT } from '../wire/messages.js';

/** Tiles in hand for each thread, the running one included. */
const LEAST_A_THREAD = 2;
/** No more, however slow the network is. */
const MOST_A_THREAD = 32;
/** The last tile of the queue should be begun within this part of its lease. */
const LEASE_PART = 0.5;
/** Weight of the newest measurement. */
const NEWEST = 0.2;

/**
 * How many tiles to have in hand: enough for threads not to wait for the network, few enough for leases not to expire in the
 * queue.
 */
export class Pace {
  readonly #threads: number;
  readonly #share: number;
  /** Milliseconds that a thread takes for a tile; null before the first. */
  #tile: number | null = null;
  /** Milliseconds that asking for tiles takes, and fetching one. */
  #checkout = 0;
  #download = 0;
  /** The last lease's span in milliseconds. */
  #lease = Infinity;

  /** @param share of the time that threads work */
  constructor(threads: number, share: number) {
    this.#threads = threads;
    this.#share = share;
  }

  countTile(milliseconds: number): void {
    this.#tile = this.#tile === null ? milliseconds : mix(this.#tile, milliseconds);
  }

  countCheckout(milliseconds: number): void {
    this.#checkout = mix(this.#checkout, milliseconds);
  }

  countDownload(milliseconds: number): void {
    this.#download = mix(this.#download, milliseconds);
  }

  countLease(milliseconds: number): void {
    this.#lease = milliseconds;
  }

  /** Milliseconds that a tile takes, by what is known. */
  get msPerTile(): number {
    return this.#tile ?? Infinity;
  }

  /** Tiles to have in hand, those that are computed included: one a thread at least. */
  get target(): number {
    const threads = this.#threads;
    // Nothing is known of the first ones.
    if (this.#tile === null) return Math.min(MAX_CHECKOUT, LEAST_A_THREAD * threads);
    const turn = Math.max(1, this.#tile / this.#share);
    const wanted = 1 + Math.ceil((2 * (this.#checkout + this.#download)) / turn);
    const aThread = Math.max(LEAST_A_THREAD, Math.min(MOST_A_THREAD, wanted));
    const inTime = Math.floor((LEASE_PART * this.#lease) / turn);
    return Math.max(1, threads, Math.min(aThread, 1 + inTime) * threads);
  }
}

function mix(old: number, value: number): number {
  return old + NEWEST * (value - old);
}
