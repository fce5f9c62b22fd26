import type { Logger } from 'pino';
import type { LastError } from '../cache/status-file.js';

/** The errors of a daemon: each goes to the log, is counted, and the last one is remembered for those who ask from outside. */
export class ErrorLog {
  readonly #logger: Logger;
  #count = 0;
  #last: { readonly text: string; readonly at: number } | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Errors since the start. */
  get count(): number {
    return this.#count;
  }

  /**
   * Logs an error.
   *
   * @param details fields of the log line, the error itself as `err`
   */
  report(details: Readonly<Record<string, unknown>>, message: string): void {
    this.#logger.error(details, message);
    this.#count++;
    const { err, reason } = details;
    const cause = err instanceof Error ? err.message : reason;
    this.#last = {
      text: typeof cause === 'string' ? `${message}: ${cause}` : message,
      at: performance.now(),
    };
  }

  /**
   * The last error, or null.
   *
   * @param now milliseconds of the clock of performance.now()
   */
  last(now: number): LastError | null {
    return (
      this.#last && { text: this.#last.text, seconds: Number(((now - this.#last.at) / 1000).toFixed(1)) }
    );
  }
}
