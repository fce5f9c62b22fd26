import { RateMeter } from '../daemon/rate.js';
import { WorkerPool } from '../daemon/pool.js';
import { Bell } from './clock.js';
import { Holdings, type HeldTile } from './holdings.js';
import { HubClient, type LeaseName } from './hub-client.js';
import type { HubError } from './hub-error.js';
import { HubLink, type HubState } from './hub-link.js';
import type { TileJob, TileOutcome, TilePool } from './job.js';
import { KeptResults } from './kept-results.js';
import { LeaseKeeper } from './lease-keeper.js';
import { TIMES, type Mode, type Progress, type Times, type VolunteerOptions } from './options.js';
import { Outbox } from './outbox.js';
import { Pace } from './pace.js';
import { Returns } from './returns.js';
import { Supply } from './supply.js';
import { Threads } from './threads.js';
import { VolunteerError } from './volunteer-error.js';
import type { Receipt } from '../wire/messages.js';

/** Tiles that a thread subdivides together, and how long they should take (see daemon/crew.ts). */
const TILES_PER_JOB = 4;
const JOB_MS = 400;
/** A tile that could not be computed, or was damaged, so often is given back. */
const MAX_FLAWS = 2;
/** No tiles are asked for while so many results for each thread wait for the hub. */
const PENDING_A_THREAD = 16;
const RATE_SECONDS = 60;
const LOOK_MS = 500;
const FLUSH_LOOK_MS = 50;
/** At the end, a hub that does not answer is waited for no longer than this, in milliseconds. */
const AWAY_MS = 2000;

/**
 * A volunteer: gets tiles from a hub, subdivides them, and sends back their children.
 *
 * ```
 * starting ──► working ◄──► idle              the hub had no tiles when it was asked last, and none is in hand
 *                 ▲  ▼
 *              off hours                      threads have finished, the rest is given back; uploads go on
 *
 * any of them ──► finishing ──► stopped       stop(), maxTiles, untilIdle, or a refusal that ends it
 * ```
 *
 * Finishing: nothing is asked for; tiles that are not begun are given back; what runs is finished, or given back when it takes long;
 * results are uploaded, or kept for the next start when the hub is away. Whether the hub is there is no mode but the link's state:
 * what is in hand is computed all the same.
 *
 * Four loops run side by side and wake each other by the bell: the supply, the threads, the outbox and the lease keeper. Each has its
 * own signal to end by; they share the holdings, in which a tile is at one stage at a time.
 */
export class Volunteer {
  readonly #options: VolunteerOptions;
  readonly #times: Times;
  readonly #bell: Bell;
  readonly #client: HubClient;
  readonly #link: HubLink;
  readonly #holdings = new Holdings();
  readonly #pace: Pace;
  readonly #rate: RateMeter;
  readonly #threads: Threads;
  readonly #supply: Supply;
  readonly #outbox: Outbox;
  readonly #keeper: LeaseKeeper;
  readonly #returns: Returns;
  readonly #endSupply = new AbortController();
  readonly #endThreads = new AbortController();
  readonly #endNetwork = new AbortController();
  #mode: Mode = 'starting';
  #isStopping = false;
  #fatal: VolunteerError | null = null;
  #computed = 0;
  #uploaded = 0;
  #dropped = 0;
  #returned = 0;

  private constructor(options: VolunteerOptions, kept: KeptResults) {
    const { clock, random, logger, hub, token, version, workers, share } = options;
    this.#options = options;
    this.#times = { ...TIMES, ...options.times };
    this.#bell = new Bell(clock);
    this.#client = new HubClient({ hub, token, version, timeout: this.#times.request });
    this.#link = new HubLink({ clock, random, onState: (state, error) => this.#onHub(state, error) });
    this.#pace = new Pace(workers, share);
    this.#rate = new RateMeter(RATE_SECONDS, clock.now());
    const onFatal = (error: HubError): void => this.#onFatal(error);
    const shared = { client: this.#client, link: this.#link, clock, bell: this.#bell, onFatal };
    this.#returns = new Returns(this.#client, this.#link, this.#endNetwork.signal);
    this.#outbox = new Outbox({
      ...shared,
      kept,
      random,
      logger,
      onUploaded: (name, receipt) => this.#onUploaded(name, receipt),
      onDropped: ({ lease, attempt }, code) => {
        this.#dropped++;
        options.onEvent?.({ event: 'dropped', lease, attempt, code });
      },
    });
    this.#keeper = new LeaseKeeper({
      ...shared,
      holdings: this.#holdings,
      outbox: this.#outbox,
      onLost: (tile) => this.#onLost(tile),
    });
    this.#supply = new Supply({
      ...shared,
      holdings: this.#holdings,
      pace: this.#pace,
      logger,
      missing: () => this.#missing(),
      onLeased: (tiles) => options.onEvent?.({ event: 'leased', tiles: tiles.map(({ address }) => address) }),
      giveBack: (tile, reason) => this.#giveBack(tile, reason),
    });
    this.#threads = new Threads({
      workers,
      share,
      pool: options.pool ?? createPool(workers),
      clock,
      bell: this.#bell,
      take: (free) => this.#take(free),
      onOutcome: (tile, outcome, ms) => this.#onOutcome(tile, outcome, ms),
      onFailure: (tiles, error) => this.#onFailure(tiles, error),
    });
  }

  /**
   * Makes a volunteer, which works when it is told to.
   *
   * @throws VolunteerError ESTATE
   */
  static async create(options: VolunteerOptions): Promise<Volunteer> {
    const kept = await KeptResults.open(options.state, options.hub, options.clock.date().getTime());
    return new Volunteer(options, kept);
  }

  /**
   * Works until there is a reason to end.
   *
   * @throws VolunteerError ETOKEN, EVERSION
   */
  async run(): Promise<Progress> {
    const found = await this.#outbox.load();
    if (found > 0)
      this.#options.logger.info({ tiles: found }, 'finished tiles of an earlier run will be uploaded');
    const threads = this.#threads.run(this.#endThreads.signal);
    const supply = this.#supply.run(this.#endSupply.signal);
    const network = [this.#outbox.run(this.#endNetwork.signal), this.#keeper.run(this.#endNetwork.signal)];
    // A loop that fails is a bug: it ends the volunteer, and is told below.
    for (const loop of [threads, supply, ...network]) void loop.catch(() => this.stop());
    try {
      await this.#supervise();
      this.#setMode('finishing');
      await this.#finish(supply, threads);
    } finally {
      for (const end of [this.#endSupply, this.#endThreads, this.#endNetwork]) end.abort();
      await this.#threads.close();
      await Promise.allSettled([supply, threads, ...network]);
      this.#setMode('stopped');
    }
    await Promise.all([supply, threads, ...network]);
    if (this.#fatal) throw this.#fatal;
    return this.progress;
  }

  /** Asks it to end: see {@link run}, which then does. */
  stop(): void {
    this.#isStopping = true;
    this.#bell.ring();
  }

  get progress(): Progress {
    const computing = this.#holdings.list('computing').length;
    return {
      mode: this.#mode,
      hub: this.#link.state,
      uploaded: this.#uploaded,
      computed: this.#computed,
      dropped: this.#dropped,
      returned: this.#returned,
      waiting: this.#holdings.size - computing,
      computing,
      pending: this.#outbox.size,
      rate: this.#rate.rate(this.#options.clock.now()),
    };
  }

  #setMode(mode: Mode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#options.logger.debug({ mode }, 'mode');
  }

  /** Watches the hours and the reasons to end. */
  async #supervise(): Promise<void> {
    const { hours, clock, logger } = this.#options;
    while (!this.#isStopping && !this.#hasDone()) {
      const wasOff = this.#mode === 'off hours';
      if (!hours.isOpen(clock.date())) {
        if (!wasOff) logger.info('outside the hours: finishing what is being computed, then waiting');
        this.#setMode('off hours');
        this.#giveBackWaiting();
      } else {
        if (wasOff) logger.info('within the hours again');
        this.#setMode(this.#supply.isIdle && this.#holdings.size === 0 ? 'idle' : 'working');
      }
      await this.#bell.wait(LOOK_MS, this.#endNetwork.signal);
    }
  }

  #hasDone(): boolean {
    const { maxTiles, untilIdle } = this.#options;
    if (this.#holdings.size > 0 || this.#outbox.size > 0 || this.#returns.size > 0) return false;
    return (maxTiles !== null && this.#computed >= maxTiles) || (untilIdle && this.#supply.isIdle);
  }

  async #finish(supply: Promise<void>, threads: Promise<void>): Promise<void> {
    const { logger } = this.#options;
    this.#endSupply.abort();
    this.#endThreads.abort();
    await supply;
    this.#giveBackWaiting();
    await this.#within(this.#times.finish, threads);
    if (this.#holdings.size > 0) {
      logger.info({ tiles: this.#holdings.size }, 'giving back what takes longer');
      await this.#threads.close();
      for (const tile of this.#holdings.list()) this.#giveBack(tile, null);
    }
    await this.#outbox.written();
    await this.#flush();
    if (this.#outbox.size > 0) {
      logger.info({ tiles: this.#outbox.size }, 'finished tiles are kept, and uploaded at the next start');
    }
  }

  /** Lets uploads and returns end, unless the hub does not want them. */
  async #flush(): Promise<void> {
    const { clock } = this.#options;
    const start = clock.now();
    while (this.#outbox.size + this.#returns.size > 0 && !this.#fatal) {
      const time = this.#link.state === 'away' ? Math.min(AWAY_MS, this.#times.flush) : this.#times.flush;
      const rest = start + time - clock.now();
      if (rest <= 0) return;
      await this.#bell.wait(Math.min(FLUSH_LOOK_MS, rest), this.#endNetwork.signal);
    }
  }

  async #within(milliseconds: number, work: Promise<void>): Promise<void> {
    const done = new AbortController();
    const wait = this.#options.clock.sleep(milliseconds, done.signal);
    await Promise.race([work, wait]);
    done.abort();
  }

  /** Tiles that should be asked for now. */
  #missing(): number {
    const { hours, clock, maxTiles, workers } = this.#options;
    if (this.#isStopping || this.#fatal || !hours.isOpen(clock.date())) return 0;
    if (this.#outbox.size >= PENDING_A_THREAD * workers) return 0;
    const held = this.#holdings.size;
    const most = maxTiles === null ? Infinity : maxTiles - this.#computed - held;
    const missing = this.#pace.target - held;
    // Some at a time: a request for each would keep the hub busy.
    return missing >= this.#pace.target / 4 ? Math.min(missing, most) : 0;
  }

  /** The next job: tiles whose leases are good, those that have failed one by one. */
  #take(free: number): HeldTile[] {
    const { hours, clock } = this.#options;
    if (this.#isStopping || !hours.isOpen(clock.date())) return [];
    const now = clock.now();
    const isAway = this.#link.state === 'away';
    const ready = this.#holdings
      .list('waiting')
      .filter(({ term }) => term.isSure(now) || (isAway && term.left(now) > 0));
    const share = Math.ceil(ready.length / Math.max(1, free));
    const count = Math.min(TILES_PER_JOB, share, Math.floor(JOB_MS / this.#pace.msPerTile));
    const alone = ready.findIndex(({ flaws }) => flaws > 0);
    const tiles = ready.slice(0, Math.max(1, alone < 0 ? count : Math.min(count, alone)));
    for (const tile of tiles) tile.stage = 'computing';
    if (tiles.length > 0) this.#bell.ring();
    return tiles;
  }

  #onOutcome(tile: HeldTile, outcome: TileOutcome, ms: number): void {
    const { clock, logger, onEvent } = this.#options;
    tile.raw = null;
    if (outcome.kind === 'damaged') {
      logger.warn({ address: tile.address, reason: outcome.reason }, 'a tile arrived damaged');
      this.#retry(tile, `its raw file is damaged: ${outcome.reason}`);
      return;
    }
    this.#pace.countTile(ms);
    this.#computed++;
    this.#rate.add(1, clock.now());
    const { result } = outcome;
    this.#outbox.put(tile, tile.term, result);
    this.#holdings.remove(tile);
    onEvent?.({ event: 'computed', address: tile.address, ms: Math.round(ms), bytes: result.length });
    this.#bell.ring();
  }

  #onFailure(tiles: readonly HeldTile[], error: unknown): void {
    for (const tile of tiles) {
      this.#options.logger.error({ address: tile.address, err: error }, 'a tile could not be computed');
      this.#retry(
        tile,
        `it could not be computed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Fetches a tile again, which then is computed alone, or gives up. */
  #retry(tile: HeldTile, reason: string): void {
    tile.raw = null;
    tile.flaws++;
    if (tile.flaws >= MAX_FLAWS) this.#giveBack(tile, reason);
    else tile.stage = 'leased';
    this.#bell.ring();
  }

  #onUploaded({ lease, attempt }: LeaseName, { result, state }: Receipt): void {
    this.#uploaded++;
    if (state === 'false') {
      this.#options.logger.error({ lease, attempt }, 'the hub has found a finished tile to be wrong');
    }
    this.#options.onEvent?.({ event: 'uploaded', lease, attempt, result, state });
  }

  /** What is not begun is dropped; what runs is offered all the same. */
  #onLost(tile: HeldTile): void {
    if (tile.stage === 'computing') return;
    if (this.#holdings.remove(tile)) {
      this.#options.logger.info(
        { address: tile.address },
        'a lease has expired before the tile was begun; dropped',
      );
    }
    this.#bell.ring();
  }

  #giveBackWaiting(): void {
    for (const tile of this.#holdings.list()) if (tile.stage !== 'computing') this.#giveBack(tile, null);
  }

  #giveBack(tile: HeldTile, reason: string | null): void {
    this.#holdings.remove(tile);
    this.#returned++;
    this.#supply.forgetIdle();
    this.#returns.add(tile, reason);
    this.#options.onEvent?.({ event: 'returned', address: tile.address, reason });
    this.#bell.ring();
  }

  #onHub(state: HubState, error: HubError | null): void {
    const { logger, onEvent, hub } = this.#options;
    const message = error?.message ?? null;
    if (state === 'up') logger.info({ hub: hub.url }, 'the hub answers');
    else logger.warn({ hub: hub.url, reason: message }, 'the hub does not answer; trying again');
    onEvent?.({ event: 'hub', state, message });
    this.#bell.ring();
  }

  #onFatal({ code, message }: HubError): void {
    const { url } = this.#options.hub;
    const isToken = code === 'ETOKEN';
    const advice = isToken
      ? 'Ask whoever runs the hub for a token, and give it by --token-file or MANDELD_TOKEN. Finished tiles are kept.'
      : 'Install the version of mandeld that the hub works with; finished tiles are kept.';
    const text = isToken
      ? `${message}. ${advice}`
      : `${url} works with another version: ${message} ${advice}`;
    this.#fatal ??= new VolunteerError(isToken ? 'ETOKEN' : 'EVERSION', url, text);
    this.stop();
  }
}

function createPool(workers: number): TilePool {
  return new WorkerPool<TileJob, TileOutcome[]>(
    new URL('../../dist/volunteer/worker.js', import.meta.url),
    workers,
  );
}
