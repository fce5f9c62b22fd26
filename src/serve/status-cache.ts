import { reportStatus } from '../cache/status-report.js';

/** A report serves so long, in milliseconds. */
const FRESH_MS = 1000;
/** And so many times what it has cost: a cache of a million tiles takes seconds to list. */
const COST_FACTOR = 10;

/** What `mandeld status --json` prints, kept for a moment, so that many who ask cost no more than one. */
export class StatusCache {
  readonly #root: string;
  readonly #clock: () => number;
  #text: Promise<string> | null = null;
  #freshUntil = 0;

  constructor(root: string, clock: () => number) {
    this.#root = root;
    this.#clock = clock;
  }

  /**
   * One line of JSON.
   *
   * @throws CacheError when the cache is no longer one
   */
  async get(): Promise<string> {
    if (this.#text === null || this.#clock() >= this.#freshUntil) {
      const before = this.#clock();
      // Until it is known what it costs, all wait for this one.
      this.#freshUntil = Infinity;
      this.#text = this.#look(before);
    }
    return await this.#text;
  }

  async #look(before: number): Promise<string> {
    try {
      return JSON.stringify(await reportStatus(this.#root));
    } finally {
      const now = this.#clock();
      this.#freshUntil = now + Math.max(FRESH_MS, COST_FACTOR * (now - before));
    }
  }
}
