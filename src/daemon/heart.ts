/** The heart of a client: beats at intervals. A beat is left out while the one before hangs in the file system. */
export class Heart {
  readonly #beat: () => Promise<void>;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | null = null;

  /** @param beat must not reject */
  constructor(intervalMs: number, beat: () => Promise<void>) {
    this.#intervalMs = intervalMs;
    this.#beat = beat;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#beating ??= this.#beat().finally(() => (this.#beating = null));
    }, this.#intervalMs);
  }

  /** Beats no more; what has begun comes to its end. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
  }
}
