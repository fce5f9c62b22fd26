/** An answer serves so long, in milliseconds. */
const FRESH_MS = 1000;
/** And so many times what it has cost, so that finding it takes a tenth of the time at the most. */
const COST_FACTOR = 10;

/** An answer that is kept for a moment: however many ask, it is looked for once, and all who come meanwhile wait for that. */
export class SharedAnswer<T> {
  readonly #find: () => Promise<T>;
  readonly #clock: () => number;
  #answer: Promise<T> | null = null;
  #freshUntil = 0;

  /**
   * @param find looks for the answer
   * @param clock milliseconds, never going back
   */
  constructor(find: () => Promise<T>, clock: () => number) {
    this.#find = find;
    this.#clock = clock;
  }

  /** The present answer; throws what the search for it threw. */
  async get(): Promise<T> {
    if (this.#answer === null || this.#clock() >= this.#freshUntil) {
      // Until it is known what it costs, all wait for this one.
      this.#freshUntil = Infinity;
      this.#answer = this.#look();
    }
    return await this.#answer;
  }

  async #look(): Promise<T> {
    const before = this.#clock();
    try {
      return await this.#find();
    } finally {
      const now = this.#clock();
      this.#freshUntil = now + Math.max(FRESH_MS, COST_FACTOR * (now - before));
    }
  }
}
