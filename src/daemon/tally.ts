import type { Result } from '../cache/merge.js';
import { levelOf } from '../tile/address.js';
import { MeanMeter } from './mean.js';
import { RateMeter } from './rate.js';

/** What a daemon has done since its start, counted. */
export class Tally {
  /** Tiles subdivided, merged. */
  subdivided = 0;
  /** Tiles made because somebody asked for them, merged. */
  made = 0;
  /** Lines written to boring.txt. */
  boring = 0;
  /** Level of the tiles that came about last. */
  level = 0;
  /** Clients whose work was recovered, its own earlier runs among them. */
  recovered = 0;
  /** Abandoned locks that were broken. */
  brokenLocks = 0;
  readonly #minute: RateMeter;
  readonly #fiveMinutes: RateMeter;
  readonly #waits = new MeanMeter(60);

  /** @param now milliseconds of a monotonic clock, here and below */
  constructor(now: number) {
    this.#minute = new RateMeter(60, now);
    this.#fiveMinutes = new RateMeter(300, now);
  }

  /** Tiles subdivided or made. */
  get tiles(): number {
    return this.subdivided + this.made;
  }

  /**
   * Counts what was merged.
   *
   * @param boring lines that it has brought
   */
  countMerge(results: readonly Result[], boring: number, now: number): void {
    for (const { kind, address } of results) {
      if (kind === 'subdivided') this.subdivided++;
      else this.made++;
      this.level = levelOf(address) + (kind === 'subdivided' ? 1 : 0);
    }
    this.boring += boring;
    this.#minute.add(results.length, now);
    this.#fiveMinutes.add(results.length, now);
  }

  /** Counts a section under the lock, which was waited for so many seconds. */
  countWait(seconds: number, now: number): void {
    this.#waits.add(seconds, now);
  }

  /** Seconds that the lock was waited for, the mean over the last minute. */
  lockWait(now: number): number {
    return this.#waits.mean(now);
  }

  /** Tiles subdivided or made a second, lately. */
  rates(now: number): { readonly minute: number; readonly fiveMinutes: number } {
    return { minute: this.#minute.rate(now), fiveMinutes: this.#fiveMinutes.rate(now) };
  }
}
