import type { Logger } from 'pino';
import type { Bell, Clock } from './clock.js';
import type { HeldTile, Holdings } from './holdings.js';
import type { HubLink } from './hub-link.js';
import type { TileOutcome } from './job.js';
import type { Outbox } from './outbox.js';
import type { Pace } from './pace.js';
import type { Returns } from './returns.js';
import type { Tally } from './tally.js';

/** What the desk works with. */
export interface DeskParts {
  readonly holdings: Holdings;
  readonly outbox: Outbox;
  readonly returns: Returns;
  readonly pace: Pace;
  readonly tally: Tally;
  readonly link: HubLink;
  readonly clock: Clock;
  /** Rung when something has changed. */
  readonly bell: Bell;
  readonly logger: Logger;
}

/** Tiles that a thread subdivides together, and how long they should take (see daemon/crew.ts). */
const TILES_PER_JOB = 4;
const JOB_MS = 400;
/** A tile that was damaged, or could not be computed, so often is given back. */
const MAX_FLAWS = 2;

/** What becomes of tiles in hand: threads get them here, and bring here what came of them. */
export class Desk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /**
   * The next job: tiles whose leases are good, those with flaws one by one.
   *
   * @param free threads that could take some
   */
  take(free: number): HeldTile[] {
    const { holdings, pace, link, clock, bell } = this.#parts;
    const now = clock.now();
    const isAway = link.state === 'away';
    const ready = holdings
      .list('waiting')
      .filter(({ term }) => term.isSure(now) || (isAway && term.left(now) > 0));
    const share = Math.ceil(ready.length / Math.max(1, free));
    const count = Math.min(TILES_PER_JOB, share, Math.floor(JOB_MS / pace.msPerTile));
    const alone = ready.findIndex(({ flaws }) => flaws > 0);
    const tiles = ready.slice(0, Math.max(1, alone < 0 ? count : Math.min(count, alone)));
    for (const tile of tiles) tile.stage = 'computing';
    if (tiles.length > 0) bell.ring();
    return tiles;
  }

  /** A thread has done with a tile, in so many milliseconds. */
  receive(tile: HeldTile, outcome: TileOutcome, ms: number): void {
    const { holdings, outbox, pace, tally, bell, logger } = this.#parts;
    if (outcome.kind === 'damaged') {
      logger.warn({ address: tile.address, reason: outcome.reason }, 'a tile arrived damaged');
      this.#retry(tile, `its raw file is damaged: ${outcome.reason}`);
      return;
    }
    pace.countTile(ms);
    outbox.put(tile, tile.term, outcome.result);
    holdings.remove(tile);
    tally.countComputed(tile, ms, outcome.result.length);
    bell.ring();
  }

  /** A thread has failed: a bug, or memory that ran out. */
  receiveFailure(tiles: readonly HeldTile[], error: unknown): void {
    for (const tile of tiles) {
      this.#parts.logger.error({ address: tile.address, err: error }, 'a tile could not be computed');
      this.#retry(
        tile,
        `it could not be computed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** A lease is not held any more. A tile that is not begun is dropped; what runs is offered all the same. */
  lose(tile: HeldTile): void {
    const { holdings, bell, logger } = this.#parts;
    if (tile.stage === 'computing' || !holdings.remove(tile)) return;
    logger.info({ address: tile.address }, 'a lease has expired before the tile was begun; dropped');
    bell.ring();
  }

  /** @param reason why it cannot be computed; null when nothing is wrong with it */
  giveBack(tile: HeldTile, reason: string | null): void {
    const { holdings, returns, tally, bell } = this.#parts;
    holdings.remove(tile);
    returns.add(tile, reason);
    tally.countReturned(tile, reason);
    bell.ring();
  }

  /** Gives back what is not begun. */
  giveBackWaiting(): void {
    for (const tile of this.#parts.holdings.list()) if (tile.stage !== 'computing') this.giveBack(tile, null);
  }

  /** Fetches a tile again, or gives up. */
  #retry(tile: HeldTile, reason: string): void {
    tile.raw = null;
    tile.flaws++;
    if (tile.flaws >= MAX_FLAWS) this.giveBack(tile, reason);
    else tile.stage = 'leased';
    this.#parts.bell.ring();
  }
}
