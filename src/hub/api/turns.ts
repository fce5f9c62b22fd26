/** Keys that are remembered; whoever is forgotten begins anew. */
const MAX_KEYS = 10_000;

/**
 * So many may act at once for a key, and then one after the other: who comes too early is told how long to wait (the generic cell rate algorithm, ITU-T
 * I.371). Unlike a bucket that is empty, it keeps nobody out who has some patience, however many others try.
 */
export class Turns {
  readonly #clock: () => number;
  readonly #burst: number;
  readonly #interval: number;
  readonly #patience: number;
  /** When everything that was asked for is over, the latest used last. */
  readonly #over = new Map<string, number>();

  /**
   * @param clock milliseconds, never going back
   * @param burst turns at once
   * @param interval milliseconds between further ones
   * @param patience nobody waits for longer, milliseconds
   */
  constructor(clock: () => number, burst: number, interval: number, patience: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#interval = interval;
    this.#patience = patience;
  }

  /** Takes a turn. @returns milliseconds to wait for it; null, and nothing is taken, when too many wait */
  take(key: string): number | null {
    const now = this.#clock();
    const over = Math.max(now, this.#over.get(key) ?? now) + this.#interval;
    const wait = Math.max(0, over - this.#burst * this.#interval - now);
    if (wait > this.#patience) return null;
    this.#over.delete(key);
    this.#over.set(key, over);
    if (this.#over.size > MAX_KEYS) this.#over.delete(this.#over.keys().next().value ?? '');
    return wait;
  }
}
