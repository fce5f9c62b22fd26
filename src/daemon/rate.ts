/** Counts events and tells how many a second there were lately. */
export class RateMeter {
  readonly #window: number;
  readonly #start: number;
  #times: number[] = [];

  /**
   * @param windowSeconds how far "lately" reaches back
   * @param now milliseconds of a monotonic clock
   */
  constructor(windowSeconds: number, now: number) {
    this.#window = windowSeconds * 1000;
    this.#start = now;
  }

  /** Counts `count` events at `now`. */
  add(count: number, now: number): void {
    for (let i = 0; i < count; i++) this.#times.push(now);
    this.#forget(now);
  }

  /** Events a second over the window, or since the start when that is shorter. */
  rate(now: number): number {
    this.#forget(now);
    const seconds = Math.min(this.#window, now - this.#start) / 1000;
    return seconds > 0 ? this.#times.length / seconds : 0;
  }

  #forget(now: number): void {
    const old = this.#times.findIndex((time) => time > now - this.#window);
    if (old !== 0) this.#times = old < 0 ? [] : this.#times.slice(old);
  }
}
