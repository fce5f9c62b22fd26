/**
 * What a request to the hub may end with. Branch on the code:
 *
 * - `EAWAY`: nothing came, or "later": the network, a timeout, 429, 5xx. Try again.
 * - `ENOTHUB`: an answer that no hub gives: a page, a redirect, too many bytes. Try again: a hotel's login page goes away.
 * - `ELEASE`: the lease is not held any more, or not known.
 * - `EREFUSED`: the hub will never take this.
 * - `ETOKEN`, `EVERSION`: nothing will be different until somebody changes something.
 * - `EABORTED`: the caller did not want it any more.
 */
export type HubErrorCode = 'EAWAY' | 'ENOTHUB' | 'ELEASE' | 'EREFUSED' | 'ETOKEN' | 'EVERSION' | 'EABORTED';

/** A request that did not succeed. */
export class HubError extends Error {
  readonly code: HubErrorCode;
  /** Seconds after which the hub wants to be asked again; null when it has not said. */
  readonly retryAfter: number | null;

  constructor(code: HubErrorCode, message: string, retryAfter: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HubError';
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.code === 'EAWAY' || this.code === 'ENOTHUB';
  }
}

/** Longest text of others in a message. */
const MAX_TEXT = 300;

/** Text of others as it may stand in a log or on a terminal: one line, no control characters, not long. */
export function plainText(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return short.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
