/** Values that are remembered at the most. */
const KEPT = 1000;

/** The mean of what was measured lately. */
export class MeanMeter {
  readonly #window: number;
  #values: { readonly at: number; readonly value: number }[] = [];

  /** @param windowSeconds how far "lately" reaches back */
  constructor(windowSeconds: number) {
    this.#window = windowSeconds * 1000;
  }

  /** @param now milliseconds of a monotonic clock, here and below */
  add(value: number, now: number): void {
    this.#values.push({ at: now, value });
    if (this.#values.length > 2 * KEPT) this.#values = this.#values.slice(-KEPT);
  }

  /** The mean; 0 when nothing was measured lately. */
  mean(now: number): number {
    this.#values = this.#values.filter(({ at }) => at > now - this.#window);
    const sum = this.#values.reduce((total, { value }) => total + value, 0);
    return this.#values.length > 0 ? sum / this.#values.length : 0;
  }
}
