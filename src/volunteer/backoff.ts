/** The first wait, in milliseconds. */
const FIRST_MS = 1000;
/** The longest, in milliseconds. */
const MAX_MS = 60_000;
/** A server that asks for more patience than this is not believed, in seconds. */
const MAX_RETRY_AFTER = 600;

/** Waits that double up to a minute, each of them shortened by chance, so that volunteers do not come back all at once. */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Counts a failure.
   *
   * @param retryAfter seconds that the server has asked for; null when it has not
   * @returns milliseconds to wait: half to all of 1, 2, 4 ... 60 s, or what the server has asked for when that is longer
   */
  fail(retryAfter: number | null): number {
    const most = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(this.#failures++, 10));
    const own = most * (0.5 + 0.5 * this.#random());
    return Math.max(own, 1000 * Math.min(MAX_RETRY_AFTER, retryAfter ?? 0));
  }

  succeed(): void {
    this.#failures = 0;
  }
}
