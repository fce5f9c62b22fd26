/** Time, as a volunteer is given it. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Local date and time. */
  date(): Date;
  /** Milliseconds of processor time that this program has used, all threads together; not every clock knows. */
  cpu?(): number;
  /** Waits; ends early, without an error, when the signal is given. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Wakes those who wait for something to happen. */
export class Bell {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something has happened: all who wait look again. */
  ring(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Waits until it rings, but not for longer than this, nor beyond the signal. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || milliseconds <= 0) return;
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake);
    try {
      await this.#clock.sleep(milliseconds, woken.signal);
    } finally {
      this.#waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }
}
