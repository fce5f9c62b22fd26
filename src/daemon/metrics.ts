import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SectionTimes } from '../cache/lock.js';
import type { Mode, Progress } from './options.js';

/** Upper bounds of the histograms' buckets, in seconds: a section takes milliseconds, and is given up after 30 s. */
const LOCK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const MODES: readonly Mode[] = ['joining', 'working', 'idle', 'waiting for space', 'stopping', 'stopped'];

/** Counters by name (without `mandeld_` and `_total`): what they count, and where it stands in a look at the daemon. */
const COUNTERS: Readonly<Record<string, readonly [string, (progress: Progress) => number]>> = {
  tiles_subdivided: ['Tiles subdivided and merged.', ({ subdivided }) => subdivided],
  tiles_made: ['Tiles made because somebody asked for them, and merged.', ({ made }) => made],
  boring_lines: ['Lines written to boring.txt.', ({ boring }) => boring],
  errors: ['Lines logged at level error.', ({ errors }) => errors],
  recovered_clients: [
    'Clients whose work was recovered, its own earlier runs among them.',
    ({ recovered }) => recovered,
  ],
  broken_locks: ['Abandoned locks that were broken.', ({ brokenLocks }) => brokenLocks],
};

/** Gauges by name (without `mandeld_`), in the same way; null where there is nothing to tell. */
const GAUGES: Readonly<Record<string, readonly [string, (progress: Progress) => number | null]>> = {
  workers: ['Threads that compute.', ({ workers }) => workers],
  tiles_held: ['Tiles that this daemon holds: waiting, in hand, or not merged yet.', (p) => p.holding.length],
  oldest_tile_seconds: [
    'Age of the tile that a thread has had in hand for longest; 0 when there is none.',
    ({ current }) => current[0]?.seconds ?? 0,
  ],
  todo_tiles: ['Tiles in todo/ when it was listed last.', ({ todo }) => todo],
  level: ['Level of the tiles that came about last.', ({ level }) => level],
  heartbeat_age_seconds: ['Seconds since the last heartbeat was written.', (p) => p.heartbeatAge],
  free_bytes: ['Bytes left on the disk at the last look.', ({ room }) => room?.freeBytes ?? null],
  free_inodes: [
    'Files that may still be made on the disk at the last look.',
    (p) => p.room?.freeInodes ?? null,
  ],
};

/** A daemon in Prometheus' text format. Everything is asked of the daemon when it is scraped; only the times of sections are kept here. */
export class Metrics {
  readonly #registry: Registry = new Registry();
  readonly #waits: Histogram;
  readonly #holds: Histogram;

  /**
   * @param look a look at the daemon; null while there is none yet
   * @param labels what tells this daemon from others
   */
  constructor(look: () => Progress | null, labels: { readonly client: string; readonly version: string }) {
    const registers = [this.#registry];
    for (const [name, [help, read]] of Object.entries(COUNTERS)) {
      this.#counter(name, help, [], (counter) => {
        const progress = look();
        if (progress) counter.inc(read(progress));
      });
    }
    this.#counter('samples', 'Samples of tiles, by how they came about.', ['kind'], (counter) => {
      for (const [kind, count] of Object.entries(look()?.statistics ?? {})) {
        // Those are counted among the computed ones, and a sum over the kinds should be one.
        if (kind !== 'unresolved') counter.inc({ kind }, Number(count));
      }
    });
    this.#counter('samples_unresolved', 'Samples that the budget did not resolve.', [], (counter) =>
      counter.inc(look()?.statistics.unresolved ?? 0),
    );
    for (const [name, [help, read]] of Object.entries(GAUGES)) {
      this.#gauge(name, help, [], (gauge) => {
        const progress = look();
        const value = progress && read(progress);
        if (value !== null) gauge.set(value);
      });
    }
    this.#gauge('state', '1 for the state that the daemon is in.', ['state'], (gauge) => {
      const mode = look()?.mode ?? 'joining';
      for (const state of MODES) gauge.set({ state }, state === mode ? 1 : 0);
    });
    this.#gauge('info', 'Always 1; its labels say who this is.', ['client', 'version'], (gauge) =>
      gauge.set(labels, 1),
    );
    const buckets = LOCK_BUCKETS;
    this.#waits = new Histogram({
      name: 'mandeld_lock_wait_seconds',
      help: 'How long the lock was waited for.',
      buckets,
      registers,
    });
    this.#holds = new Histogram({
      name: 'mandeld_lock_hold_seconds',
      help: 'How long the lock was held.',
      buckets,
      registers,
    });
  }

  /** Counts a section under the lock. */
  observeSection({ waited, held }: SectionTimes): void {
    this.#waits.observe(waited / 1000);
    this.#holds.observe(held / 1000);
  }

  /** The format's media type. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics as they are now. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  #counter(name: string, help: string, labelNames: string[], read: (counter: Counter) => void): void {
    const registers = [this.#registry];
    const counter: Counter = new Counter({
      name: `mandeld_${name}_total`,
      help,
      labelNames,
      registers,
      collect: () => {
        counter.reset();
        read(counter);
      },
    });
  }

  #gauge(name: string, help: string, labelNames: string[], read: (gauge: Gauge) => void): void {
    const registers = [this.#registry];
    const gauge: Gauge = new Gauge({
      name: `mandeld_${name}`,
      help,
      labelNames,
      registers,
      collect: () => {
        // Without labels, a reset would leave a 0 where there is nothing to tell.
        if (labelNames.length > 0) gauge.reset();
        else gauge.remove();
        read(gauge);
      },
    });
  }
}
