/** Entries; when there are more all are forgotten. */
const MAX_ENTRIES = 10_000;

/** What was found of late, for some seconds: whoever asks again meanwhile, or at the same time, gets the same answer. */
export class Recent<T> {
  readonly #ms: number;
  readonly #found = new Map<string, { readonly answer: Promise<T | null>; readonly until: number }>();

  /** @param ms how long an answer serves, in milliseconds */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** What was found, or what is found now; that there is nothing is not remembered. */
  async get(key: string, find: () => Promise<T | null>): Promise<T | null> {
    const known = this.#found.get(key);
    if (known !== undefined && known.until > performance.now()) return await known.answer;
    if (this.#found.size >= MAX_ENTRIES) this.#found.clear();
    const entry = { answer: find(), until: performance.now() + this.#ms };
    this.#found.set(key, entry);
    let answer: T | null = null;
    try {
      answer = await entry.answer;
      return answer;
    } finally {
      if (answer === null && this.#found.get(key) === entry) this.#found.delete(key);
    }
  }

  /** Something has changed: all is looked for anew. */
  forget(): void {
    this.#found.clear();
  }
}
