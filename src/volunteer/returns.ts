import type { HubClient } from './hub-client.js';
import type { HeldTile } from './holdings.js';
import { HubError } from './hub-error.js';
import type { HubLink } from './hub-link.js';

/** Requests side by side. */
const MAX_REQUESTS = 4;

/** A return that did not get through is tried so often. */
const MAX_TRIES = 3;

/** Tiles that are given back. Their leases expire by themselves, so this only saves others the time until then. */
export class Returns {
  readonly #client: HubClient;
  readonly #link: HubLink;
  readonly #signal: AbortSignal;
  readonly #queue: { readonly tile: HeldTile; readonly reason: string | null }[] = [];
  #running = 0;

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

  /** Those that have not got through yet. */
  get size(): number {
    return this.#queue.length + this.#running;
  }

  #feed(): void {
    while (this.#running < MAX_REQUESTS) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#running++;
      void this.#send(next.tile, next.reason).finally(() => {
        this.#running--;
        this.#feed();
      });
    }
  }

  async #send(tile: HeldTile, reason: string | null): Promise<void> {
    const giveBack = async (): Promise<void> => await this.#client.giveBack(tile, reason, this.#signal);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      try {
        await this.#link.ask(giveBack, this.#signal);
        return;
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        if (!error.isPassing) return;
      }
    }
  }
}
