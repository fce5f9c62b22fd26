import { setTimeout as delay } from 'node:timers/promises';
import { mapInGroups } from '../cache/groups.js';
import type { Key, Layout } from '../cache/layout.js';
import { listClients } from '../cache/liveness.js';
import { readStatus } from '../cache/status-file.js';
import { WorkerPool } from '../daemon/pool.js';
import type { Address } from '../tile/address.js';
import { FilmTilesError } from './film-error.js';
import type { FrameJob, FrameResult } from './frame-job.js';
import { frameKey } from './frame-key.js';
import type { FilmPath, Frame } from './path.js';
import { tilesOf } from './plan.js';
import type { ZoomRequest } from './request.js';
import { TileBook } from './tile-book.js';
import { Wishes } from './wishes.js';

/** How often to look whether tiles have come, milliseconds. */
const LOOK_MS = 200;
/** How often the cluster's threads are counted, milliseconds. */
const COUNT_MS = 3000;
/** Pause when nothing could be done, milliseconds. */
const PAUSE_MS = 20;
/** Frames for which tiles are asked ahead, at the most. */
const AHEAD = 400;
/** A tile that was there and cannot be read is looked for anew so often before it counts as failed. */
const MAX_READS = 3;

/** How far a film is. */
export interface FilmProgress {
  readonly frames: number;
  /** Frames in the film. */
  readonly done: number;
  /** Of these, painted before. */
  readonly stored: number;
  /** Tiles that frames have needed so far: there at once, made meanwhile, waited for now. */
  readonly cached: number;
  readonly computed: number;
  readonly missing: number;
}

/** What the leader needs. */
export interface LeaderOptions {
  readonly layout: Layout;
  readonly request: ZoomRequest;
  readonly path: FilmPath;
  /** Threads that paint. */
  readonly workers: number;
  /** Takes the frames in their order, with the names by which they are kept. */
  readonly onFrame: (rgb: Uint8Array, key: Key) => Promise<void>;
  readonly onProgress: (progress: FilmProgress) => void;
  /** Told again and again which tiles are waited for. */
  readonly onLacking?: (tiles: readonly Address[]) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A frame on its way. */
interface Pending {
  readonly frame: Frame;
  readonly key: Key;
  readonly tiles: readonly Address[];
  painted: Promise<Uint8Array | null> | null;
}

/**
 * The leader of a film: sees which tiles its frames need, takes those that are there, asks for the others in the order in which frames need them,
 * and has frames painted as soon as their tiles are there. Whoever serves the cache makes the tiles.
 *
 * A frame waits for tiles, is painted, and is handed on in its turn. All that it leaves in the cache is named by what it is, so a leader that was
 * killed is simply started again, and two share what they have in common.
 */
export class Leader {
  readonly #options: LeaderOptions;
  readonly #book: TileBook;
  readonly #wishes: Wishes;
  readonly #pool: WorkerPool<FrameJob, FrameResult>;
  readonly #pending: Pending[] = [];
  /** Tiles of frames for which no source is known yet. */
  readonly #unsettled = new Set<Address>();
  readonly #unread = new Map<Address, number>();
  #nextLook = 0;
  #nextCount = 0;
  #threads = 0;
  #planned = 0;
  #done = 0;
  #stored = 0;
  #painting = 0;
  #missing = 0;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#book = new TileBook(options.layout);
    this.#wishes = new Wishes(options.layout, this.#book);
    const program = new URL('../../dist/zoom/frame-worker.js', import.meta.url);
    this.#pool = new WorkerPool(program, options.workers);
  }

  /**
   * Makes all frames.
   *
   * @throws FilmTilesError, the signal's reason, what `onFrame` throws, or a system error
   */
  async run(): Promise<void> {
    const { path, signal } = this.#options;
    try {
      while (this.#done < path.length) {
        signal.throwIfAborted();
        await this.#look();
        this.#paint();
        if (!(await this.#handOn())) await delay(PAUSE_MS);
      }
      this.#tell();
    } finally {
      await this.#pool.close();
      // Of a film that is given up no tile is worth the time.
      if (signal.aborted) await this.#wishes.withdraw().catch(() => undefined);
    }
  }

  /** Plans ahead, and asks for what is lacking. */
  async #look(): Promise<void> {
    const { path, request } = this.#options;
    const now = performance.now();
    if (now < this.#nextLook) return;
    this.#nextLook = now + LOOK_MS;
    let lacking = await this.#settle();
    while (this.#planned < path.length && this.#pending.length < AHEAD && Wishes.hasRoom(lacking.length)) {
      // Several at a time: each look goes through all that is waited for.
      for (let i = 0; i < 16 && this.#planned < path.length; i++) {
        const frame = path.frame(this.#planned++);
        const tiles = tilesOf(frame, request.SUPERSAMPLE);
        for (const tile of tiles) {
          if (this.#book.sourceOf(tile) === null) this.#unsettled.add(tile);
        }
        this.#pending.push({ frame, key: frameKey(frame, request), tiles, painted: null });
      }
      lacking = await this.#settle();
    }
    this.#missing = lacking.length;
    this.#options.onLacking?.(lacking);
    if (now >= this.#nextCount) {
      this.#nextCount = now + COUNT_MS;
      this.#threads = await threadsOf(this.#options.layout);
    }
    await this.#wishes.ask(lacking, now, this.#threads);
    if (this.#wishes.failed.length > 0) throw new FilmTilesError(this.#wishes.failed);
    this.#tell();
  }

  /** Looks for the tiles that were not there before; returns those that have to be made. */
  async #settle(): Promise<Address[]> {
    const lacking = await this.#book.look([...this.#unsettled]);
    for (const tile of this.#unsettled) if (this.#book.sourceOf(tile) !== null) this.#unsettled.delete(tile);
    return lacking;
  }

  /** Has frames painted whose tiles are there, two for each thread at a time. */
  #paint(): void {
    for (const pending of this.#pending) {
      if (this.#painting >= 2 * this.#options.workers) return;
      if (pending.painted !== null) continue;
      if (pending.tiles.some((tile) => this.#book.sourceOf(tile) === null)) continue;
      const sources = pending.tiles.map((tile) => [tile, this.#book.sourceOf(tile)] as const);
      this.#painting++;
      pending.painted = this.#paintOne(pending, sources as (readonly [Address, Address])[]).finally(
        () => this.#painting--,
      );
      // Whoever waits for it sees the error.
      pending.painted.catch(() => undefined);
    }
  }

  /** A frame's pixels; null when a tile could not be read, and is to be looked for anew. */
  async #paintOne({ frame, key }: Pending, sources: FrameJob['sources']): Promise<Uint8Array | null> {
    const { layout, request } = this.#options;
    const result = await this.#pool.run({
      root: layout.root,
      format: layout.format,
      frame,
      theme: request.THEME,
      supersample: request.SUPERSAMPLE,
      sources,
      key,
    });
    if ('rgb' in result) {
      if (result.isStored) this.#stored++;
      return result.rgb;
    }
    const { tile, reason } = result;
    const reads = (this.#unread.get(tile) ?? 0) + 1;
    this.#unread.set(tile, reads);
    if (reads >= MAX_READS) throw new FilmTilesError([{ address: tile, reason }]);
    return null;
  }

  /**
   * Hands on the frames that are next and painted.
   *
   * @returns whether there were any
   */
  async #handOn(): Promise<boolean> {
    const first = this.#pending[0];
    if (first === undefined || first.painted === null) return false;
    const rgb = await first.painted;
    if (rgb === null) {
      first.painted = null;
      return false;
    }
    this.#pending.shift();
    await this.#options.onFrame(rgb, first.key);
    this.#done++;
    this.#tell();
    return true;
  }

  #tell(): void {
    this.#options.onProgress({
      frames: this.#options.path.length,
      done: this.#done,
      stored: this.#stored,
      ...this.#book.counts,
      missing: this.#missing,
    });
  }
}

/** Threads of all daemons that say that they are there. */
async function threadsOf(layout: Layout): Promise<number> {
  const names = await listClients(layout);
  const said = await mapInGroups(names, async (name) => await readStatus(layout.work(name).status));
  return said.reduce((sum, status) => sum + (status?.workers ?? 0), 0);
}
