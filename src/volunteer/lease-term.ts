/** No lease is believed to be longer, in seconds. */
const MAX_SECONDS = 7 * 86_400;
/** The hub is not asked more often than this for one lease, in milliseconds. */
const MIN_INTERVAL_MS = 500;

/** How long a lease is known to be held, by the volunteer's monotonic clock in milliseconds. */
export class LeaseTerm {
  #span = 0;
  #end = 0;
  #asked = -Infinity;

  /**
   * @param seconds what the hub has said
   * @param asked when the request was sent: the answer's way does not count as time that is left
   */
  constructor(seconds: number, asked: number) {
    this.renew(seconds, asked);
  }

  /** The hub has said it again. */
  renew(seconds: number, asked: number): void {
    this.#span = 1000 * Math.min(MAX_SECONDS, seconds);
    this.#end = asked + this.#span;
  }

  /** Nothing is known any more: the machine has slept. */
  doubt(): void {
    this.#end = -Infinity;
  }

  /** The hub is being asked to extend it. */
  ask(now: number): void {
    this.#asked = now;
  }

  /** Milliseconds that are left; 0 or less when it has expired. */
  left(now: number): number {
    return this.#end - now;
  }

  /** When it should be extended: at half of its time. */
  get renewalDue(): number {
    return Math.max(this.#end - this.#span / 2, this.#asked + Math.max(MIN_INTERVAL_MS, this.#span / 8));
  }

  /** Whether work on it may begin without asking: a quarter of its time is left. */
  isSure(now: number): boolean {
    return this.left(now) > this.#span / 4;
  }

  /** What the hub gave the last time, in milliseconds. */
  get span(): number {
    return this.#span;
  }
}
