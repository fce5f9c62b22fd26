/** Lets in so many at a time, and so many of one network: what they send is held in memory. */
export class Gate {
  readonly #most: number;
  readonly #mostOfOne: number;
  #count = 0;
  readonly #inside = new Map<string, number>();

  /**
   * @param most of all networks together
   * @param mostOfOne of one
   */
  constructor(most: number, mostOfOne: number) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
  }

  /** Lets somebody in. @returns what must be called once when he leaves; null when there is no room */
  enter(network: string): (() => void) | null {
    const own = this.#inside.get(network) ?? 0;
    if (this.#count >= this.#most || own >= this.#mostOfOne) return null;
    this.#count++;
    this.#inside.set(network, own + 1);
    return () => {
      this.#count--;
      const left = (this.#inside.get(network) ?? 1) - 1;
      if (left > 0) this.#inside.set(network, left);
      else this.#inside.delete(network);
    };
  }
}
