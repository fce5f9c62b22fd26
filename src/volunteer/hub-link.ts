import { Backoff } from './backoff.js';
import { Bell, type Clock } from './clock.js';
import { HubError } from './hub-error.js';

/** How the hub is, by what its last answer was. */
export type HubState = 'unknown' | 'up' | 'away';

/** What the link works with. */
export interface HubLinkParts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Told when the state changes, with the failure when it has become `away`, and of every further failure then. */
  readonly onState: (state: HubState, error: HubError | null) => void;
}

/**
 * The way to the hub, which all requests go.
 *
 * ```
 * unknown ──► up ◄──► away
 *    └─────────────────▲
 * ```
 *
 * `away` begins with a passing failure (HubError.isPassing) and ends with any answer that a hub gives, be it a refusal. While it
 * lasts, one request is let through at a time, each after a longer wait than the one before, and all others wait for it.
 */
export class HubLink {
  readonly #parts: HubLinkParts;
  readonly #backoff: Backoff;
  readonly #bell: Bell;
  #state: HubState = 'unknown';
  /** Rises with every failure that counts: of requests that ran side by side only the first does. */
  #failures = 0;
  #successes = 0;
  #wait = 0;
  #nextTry = 0;

  constructor(parts: HubLinkParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.random);
    this.#bell = new Bell(parts.clock);
  }

  get state(): HubState {
    return this.#state;
  }

  /** Answers of a hub since the start. */
  get successes(): number {
    return this.#successes;
  }

  /**
   * Sends a request when its turn has come, once.
   *
   * @throws HubError of the request; EABORTED when the signal comes first
   */
  async ask<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    const failures = this.#failures;
    try {
      const answer = await request();
      this.#succeed();
      return answer;
    } catch (error) {
      if (error instanceof HubError) {
        if (error.isPassing) this.#fail(error, failures);
        else if (error.code !== 'EABORTED') this.#succeed();
      }
      throw error;
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    for (;;) {
      if (signal.aborted) throw new HubError('EABORTED', 'not wanted any more');
      if (this.#state !== 'away') return;
      const now = clock.now();
      if (now >= this.#nextTry) {
        // The next one waits as long again, unless this one succeeds.
        this.#nextTry = now + this.#wait;
        return;
      }
      await this.#bell.wait(this.#nextTry - now, signal);
    }
  }

  #succeed(): void {
    this.#successes++;
    this.#backoff.succeed();
    this.#setState('up', null);
  }

  #fail(error: HubError, failuresBefore: number): void {
    if (failuresBefore !== this.#failures) return;
    this.#failures++;
    this.#wait = this.#backoff.fail(error.retryAfter);
    this.#nextTry = this.#parts.clock.now() + this.#wait;
    this.#setState('away', error);
  }

  #setState(state: HubState, error: HubError | null): void {
    const isNew = state !== this.#state;
    this.#state = state;
    if (isNew || error !== null) this.#parts.onState(state, error);
    if (isNew) this.#bell.ring();
  }
}
