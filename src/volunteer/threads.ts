import type { Bell, Clock } from './clock.js';
import { DutyCycle, Overhead } from './duty-cycle.js';
import type { HeldTile } from './holdings.js';
import type { TileOutcome, TilePool } from './job.js';

/** What the threads work with. */
export interface ThreadsParts {
  readonly workers: number;
  /** Share of the time that each one works. */
  readonly share: number;
  readonly pool: TilePool;
  readonly clock: Clock;
  /** Rung when there may be work. */
  readonly bell: Bell;
  /** Takes the next tiles from the queue, `free` being the threads that could; none when there are none. */
  readonly take: (free: number) => HeldTile[];
  /** Receives a tile's outcome. */
  readonly onOutcome: (tile: HeldTile, outcome: TileOutcome, ms: number) => void;
  /** A job has failed: a bug, or memory that ran out. */
  readonly onFailure: (tiles: readonly HeldTile[], error: unknown) => void;
}

/** A thread that has nothing to do looks again after this, in milliseconds, even if nobody calls. */
const LOOK_MS = 1000;

/** The threads: each of them takes tiles, computes, and rests for as long as its duty cycle says. */
export class Threads {
  readonly #parts: ThreadsParts;
  readonly #overhead: Overhead;
  #busy = 0;
  #isClosed = false;

  constructor(parts: ThreadsParts) {
    this.#parts = parts;
    this.#overhead = new Overhead(parts.clock.cpu?.() ?? 0);
  }

  /** Works until the signal; ends when what was running then has ended. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: this.#parts.workers }, async () => await this.#work(signal)));
  }

  /** Ends at once; what runs is lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#parts.pool.close();
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { share, clock, bell, take, workers } = this.#parts;
    const duty = new DutyCycle(share);
    while (!signal.aborted) {
      await clock.sleep(duty.rest(clock.now()), signal);
      if (signal.aborted) return;
      const tiles = take(workers - this.#busy);
      if (tiles.length === 0) {
        await bell.wait(LOOK_MS, signal);
        continue;
      }
      this.#busy++;
      const start = clock.now();
      await this.#compute(tiles);
      const worked = clock.now() - start;
      const cost = worked * this.#overhead.add(worked, clock.cpu?.() ?? 0);
      duty.work(start, start + cost);
      this.#busy--;
    }
  }

  async #compute(tiles: readonly HeldTile[]): Promise<void> {
    const { pool, clock, onOutcome, onFailure } = this.#parts;
    const start = clock.now();
    try {
      const job = tiles.map(({ address, raw }) => ({ address, raw: raw ?? new Uint8Array() }));
      const outcomes = await pool.run(job);
      const ms = (clock.now() - start) / tiles.length;
      for (const [i, outcome] of outcomes.entries()) onOutcome(tiles[i], outcome, ms);
    } catch (error) {
      // A closed pool breaks off what runs.
      if (!this.#isClosed) onFailure(tiles, error);
    }
  }
}
