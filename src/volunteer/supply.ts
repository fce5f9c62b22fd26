import type { Logger } from 'pino';
import { MAX_CHECKOUT, type Lease } from '../wire/messages.js';
import type { Bell, Clock } from './clock.js';
import { flawOf, type HeldTile, type Holdings } from './holdings.js';
import type { HubClient } from './hub-client.js';
import { HubError } from './hub-error.js';
import type { HubLink } from './hub-link.js';
import type { Pace } from './pace.js';
import { sideBySide } from './side-by-side.js';

/** What the supply works with. */
export interface SupplyParts {
  readonly client: HubClient;
  readonly link: HubLink;
  readonly holdings: Holdings;
  readonly pace: Pace;
  readonly clock: Clock;
  /** Breaks off a checkout that is on its way. */
  readonly breakOff: AbortSignal;
  /** Rung when something has changed. */
  readonly bell: Bell;
  readonly logger: Logger;
  /** Tiles that are missing now. */
  readonly missing: () => number;
  readonly onLeased: (tiles: readonly HeldTile[]) => void;
  /** A tile that cannot be computed; null for no fault of its own. */
  readonly giveBack: (tile: HeldTile, reason: string | null) => void;
  readonly onFatal: (error: HubError) => void;
}

/** Downloads side by side: as many as uploads. */
const MAX_DOWNLOADS = 8;
/** A tile whose raw file has not come after so many failures is given back. */
const MAX_FAILURES = 8;
/** Seconds for which a hub without work is left alone. */
const IDLE_SECONDS = { min: 1, max: 300 } as const;
const LOOK_MS = 1000;

/** Asks for tiles and fetches their raw files, before threads need them. */
export class Supply {
  readonly #parts: SupplyParts;
  #isIdle = false;
  /** The hub is not asked for tiles before this. */
  #nextCheckout = -Infinity;
  #downloads = 0;

  constructor(parts: SupplyParts) {
    this.#parts = parts;
  }

  /** Whether the hub had no work when it was asked last. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** The hub has something again: a tile was given back. */
  forgetIdle(): void {
    this.#isIdle = false;
  }

  /** Works until the signal; ends when what was running then has ended. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#checkOut(signal), this.#fetch(signal)]);
  }

  async #checkOut(signal: AbortSignal): Promise<void> {
    const { client, link, clock, bell, breakOff, pace, missing, onFatal } = this.#parts;
    while (!signal.aborted) {
      const count = Math.min(MAX_CHECKOUT, missing());
      const rest = this.#nextCheckout - clock.now();
      if (count < 1 || rest > 0) {
        await bell.wait(Math.max(1, Math.min(LOOK_MS, rest > 0 ? rest : LOOK_MS)), signal);
        continue;
      }
      try {
        let asked = 0;
        const { leases, retryAfter } = await link.ask(async () => {
          asked = clock.now();
          // Not broken off by the end of the supply: the hub may have given leases already, which are to be returned.
          return await client.checkout(count, breakOff);
        }, signal);
        this.#isIdle = leases.length === 0;
        pace.countCheckout(clock.now() - asked);
        // A hub that gives nothing new is not asked at once again either.
        if (this.#take(leases, count, asked) === 0) {
          const seconds = Math.max(IDLE_SECONDS.min, Math.min(IDLE_SECONDS.max, retryAfter));
          this.#nextCheckout = clock.now() + 1000 * seconds;
        }
        bell.ring();
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        if (error.code === 'ETOKEN' || error.code === 'EVERSION') onFatal(error);
        // The link knows when to try again after what passes; for a refusal there is no better time.
        else if (!error.isPassing && error.code !== 'EABORTED') {
          this.#parts.logger.warn({ err: error }, 'the hub refuses to give tiles; trying again');
          this.#nextCheckout = clock.now() + 1000 * IDLE_SECONDS.max;
        }
      }
    }
  }

  /**
   * @param count what was asked for: more is not kept
   * @returns how many it has taken
   */
  #take(leases: readonly Lease[], count: number, asked: number): number {
    const { holdings, pace, giveBack, onLeased } = this.#parts;
    const taken: HeldTile[] = [];
    for (const lease of leases) {
      const tile = holdings.add(lease, asked);
      // A lease that is held already: the hub's answer came twice.
      if (tile === null) continue;
      const flaw = flawOf(tile.address);
      if (flaw !== null || taken.length >= count) {
        giveBack(tile, flaw);
        continue;
      }
      pace.countLease(tile.term.span);
      taken.push(tile);
    }
    if (taken.length > 0) onLeased(taken);
    return taken.length;
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const { holdings, bell } = this.#parts;
    const due = (): HeldTile[] => holdings.list('leased').slice(0, MAX_DOWNLOADS - this.#downloads);
    await sideBySide(bell, signal, due, async (tile) => await this.#download(tile, signal));
  }

  async #download(tile: HeldTile, signal: AbortSignal): Promise<void> {
    const { client, link, holdings, pace, clock, giveBack, onFatal } = this.#parts;
    this.#downloads++;
    tile.stage = 'fetching';
    try {
      let start = 0;
      const raw = await link.ask(async () => {
        start = clock.now();
        return await client.raw(tile, signal);
      }, signal);
      pace.countDownload(clock.now() - start);
      tile.raw = raw;
      tile.stage = 'waiting';
    } catch (error) {
      tile.stage = 'leased';
      if (!(error instanceof HubError)) throw error;
      if (error.code === 'ETOKEN' || error.code === 'EVERSION') onFatal(error);
      else if (error.code === 'ELEASE') holdings.remove(tile);
      else if (error.code !== 'EABORTED') {
        // While the hub is away it is no fault of the tile.
        if (link.successes > tile.failedAt) tile.failures++;
        tile.failedAt = link.successes;
        // What the network does is no fault of the tile either: others may be luckier.
        if (!error.isPassing) giveBack(tile, `its raw file is refused: ${error.message}`);
        else if (tile.failures >= MAX_FAILURES) giveBack(tile, null);
      }
    } finally {
      this.#downloads--;
    }
  }
}
