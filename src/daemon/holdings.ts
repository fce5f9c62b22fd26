import type { Result } from '../cache/merge.js';
import type { CurrentTile } from '../cache/status-file.js';
import type { Address } from '../tile/address.js';
import type { Task } from './job.js';

/** A tile that a thread has in hand. */
export interface Running {
  readonly kind: Task['kind'];
  /** When it was begun, by performance.now(). */
  readonly since: number;
  /** Settles when it was dealt with. */
  readonly done: Promise<void>;
}

/**
 * The tiles that a daemon holds, each in one place: waiting for a thread, running in one, or computed and not merged yet.
 */
export class Holdings {
  readonly waiting: Task[] = [];
  readonly running: Map<Address, Running> = new Map();
  readonly results: Result[] = [];
  readonly #failures = new Map<Address, number>();

  /** Whether a tile is held. */
  has(address: Address): boolean {
    return (
      this.running.has(address) ||
      this.waiting.some((job) => job.address === address) ||
      this.results.some((result) => result.address === address)
    );
  }

  /** All tiles that are held. */
  get addresses(): Address[] {
    return [
      ...this.running.keys(),
      ...this.waiting.map(({ address }) => address),
      ...this.results.map(({ address }) => address),
    ];
  }

  /** How many are held. */
  get size(): number {
    return this.running.size + this.waiting.length + this.results.length;
  }

  /**
   * The tiles that threads have in hand, the longest first.
   *
   * @param now milliseconds of the clock of performance.now()
   */
  current(now: number): CurrentTile[] {
    return [...this.running]
      .map(([address, { kind, since }]) => ({
        address,
        task: kind,
        seconds: Number(((now - since) / 1000).toFixed(1)),
      }))
      .toSorted((a, b) => b.seconds - a.seconds);
  }

  /** Counts a failure of a tile and tells how many it has had. */
  countFailure(address: Address): number {
    const count = (this.#failures.get(address) ?? 0) + 1;
    this.#failures.set(address, count);
    return count;
  }

  /** Whether a tile has failed before. */
  hasFailed(address: Address): boolean {
    return this.#failures.has(address);
  }

  /** Forgets everything but what is running, which cannot be stopped. */
  forget(): void {
    this.waiting.length = 0;
    this.results.length = 0;
  }
}
