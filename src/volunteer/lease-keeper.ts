import type { Bell, Clock } from './clock.js';
import type { HeldTile, Holdings } from './holdings.js';
import type { HubClient, LeaseName } from './hub-client.js';
import { HubError } from './hub-error.js';
import type { HubLink } from './hub-link.js';
import type { LeaseTerm } from './lease-term.js';
import type { Outbox } from './outbox.js';

/** What the keeper works with. */
export interface LeaseKeeperParts {
  readonly client: HubClient;
  readonly link: HubLink;
  readonly holdings: Holdings;
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Rung when something has changed. */
  readonly bell: Bell;
  /** A tile is somebody else's by now. */
  readonly onLost: (tile: HeldTile) => void;
  readonly onFatal: (error: HubError) => void;
}

/** A lease to be kept. */
interface Kept {
  readonly name: LeaseName;
  readonly term: LeaseTerm;
  /** It is not held any more. */
  readonly lost: () => void;
}

/** Requests side by side. */
const MAX_REQUESTS = 4;
const LOOK_MS = 1000;
const LEAST_MS = 50;
/** When the date moves by so much more than the monotonic clock, the machine has slept, in milliseconds. */
const SLEPT_MS = 10_000;

/**
 * Extends the leases of all tiles in hand, and so asks whether they are still held: at half of their time, and after the machine has
 * slept, which the monotonic clock does not see.
 */
export class LeaseKeeper {
  readonly #parts: LeaseKeeperParts;
  readonly #asking = new Set<LeaseTerm>();

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
  }

  /** Works until the signal; ends when what was running then has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, bell } = this.#parts;
    const running = new Set<Promise<void>>();
    let ahead = this.#dateAhead();
    while (!signal.aborted) {
      const all = this.#kept();
      if (this.#dateAhead() - ahead > SLEPT_MS) for (const { term } of all) term.doubt();
      ahead = this.#dateAhead();
      const now = clock.now();
      const idle = all.filter(({ term }) => !this.#asking.has(term));
      const due = idle.filter(({ term }) => term.renewalDue <= now);
      for (const one of due.slice(0, MAX_REQUESTS - this.#asking.size)) {
        const asking = this.#extend(one, signal).finally(() => {
          running.delete(asking);
          bell.ring();
        });
        running.add(asking);
      }
      const next = idle.filter((one) => !due.includes(one)).map(({ term }) => term.renewalDue - now);
      await bell.wait(Math.max(LEAST_MS, Math.min(LOOK_MS, ...next)), signal);
    }
    await Promise.all(running);
  }

  /** Milliseconds by which the date is ahead of the monotonic clock. */
  #dateAhead(): number {
    const { clock } = this.#parts;
    return clock.date().getTime() - clock.now();
  }

  #kept(): Kept[] {
    const { holdings, outbox, onLost } = this.#parts;
    return [
      ...holdings.list().map((tile) => ({ name: tile, term: tile.term, lost: () => onLost(tile) })),
      ...outbox.leased.map(({ name, term, forget }) => ({ name, term, lost: forget })),
    ];
  }

  async #extend({ name, term, lost }: Kept, signal: AbortSignal): Promise<void> {
    const { client, link, clock, onFatal } = this.#parts;
    this.#asking.add(term);
    try {
      let asked = 0;
      const { state, seconds } = await link.ask(async () => {
        asked = clock.now();
        term.ask(asked);
        return await client.extend(name, signal);
      }, signal);
      if (state === 'held' && seconds > 0) term.renew(seconds, asked);
      else lost();
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      if (error.code === 'ETOKEN' || error.code === 'EVERSION') onFatal(error);
      else if (error.code === 'ELEASE') lost();
      // Refused extensions leave the lease as it is: it runs until its end.
    } finally {
      this.#asking.delete(term);
    }
  }
}
