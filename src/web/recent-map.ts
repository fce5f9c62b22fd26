/** A map that remembers so many entries: those that were put in last. To put in once more what is there makes it the last to go. */
export class RecentMap<K, V> {
  readonly #most: number;
  readonly #onForgotten: (value: V) => void;
  readonly #entries = new Map<K, V>();

  /**
   * @param most entries at the most
   * @param onForgotten told what had to go for another one
   */
  constructor(most: number, onForgotten: (value: V) => void = () => undefined) {
    this.#most = most;
    this.#onForgotten = onForgotten;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const [oldest, forgotten] of this.#entries) {
      if (this.#entries.size <= this.#most) break;
      this.#entries.delete(oldest);
      this.#onForgotten(forgotten);
    }
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }
}
