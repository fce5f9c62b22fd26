import type { HubClient } from './hub-client.js';
import type { HeldTile } from './holdings.js';
import { HubError } from './hub-error.js';
import type { HubLink } from './hub-link.js';

/** Requests side by side. */
const MAX_REQUESTS = 4;

/**
 * Tiles that are given back. Each one is tried once, and not at all while the hub is away: its lease expires by itself, so this only
 * saves others the time until then.
 */
export class Returns {
  readonly #client: HubClient;
  readonly #link: HubLink;
  readonly #signal: AbortSignal;
  readonly #queue: { readonly tile: HeldTile; readonly reason: string | null }[] = [];
  readonly #running = new Set<Promise<void>>();

  /** @param signal breaks off what runs */
  constructor(client: HubClient, link: HubLink, signal: AbortSignal) {
    this.#client = client;
    this.#link = link;
    this.#signal = signal;
  }

  /** @param reason why it cannot be computed; null when nothing is wrong with it */
  add(tile: HeldTile, reason: string | null): void {
    this.#queue.push({ tile, reason });
    this.#feed();
  }

  /** Waits until all have gone, or cannot. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #feed(): void {
    while (this.#running.size < MAX_REQUESTS) {
      const next = this.#queue.shift();
      if (!next) return;
      const sending = this.#send(next.tile, next.reason).finally(() => {
        this.#running.delete(sending);
        this.#feed();
      });
      this.#running.add(sending);
    }
  }

  async #send(tile: HeldTile, reason: string | null): Promise<void> {
    if (this.#link.state === 'away' || this.#signal.aborted) return;
    try {
      await this.#link.ask(async () => await this.#client.giveBack(tile, reason, this.#signal), this.#signal);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
    }
  }
}
