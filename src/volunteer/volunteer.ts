import { setMaxListeners } from 'node:events';
import { WorkerPool } from '../daemon/pool.js';
import { Bell } from './clock.js';
import { Desk } from './desk.js';
import { Holdings } from './holdings.js';
import { HubClient } from './hub-client.js';
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
import { Tally } from './tally.js';
import { Threads } from './threads.js';
import { VolunteerError } from './volunteer-error.js';

/** Those who wait for an end, some a thread. */
const MAX_LISTENERS = 4096;
/** No tiles are asked for while so many results for each thread wait for the hub. */
const PENDING_A_THREAD = 32;
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
  readonly #tally: Tally;
  readonly #desk: Desk;
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

  private constructor(options: VolunteerOptions, kept: KeptResults) {
    // A dozen transfers, leases and threads wait for each: no leak, which Node would suspect from the eleventh on.
    setMaxListeners(MAX_LISTENERS, this.#endSupply.signal, this.#endThreads.signal, this.#endNetwork.signal);
    const { clock, random, logger, hub, token, version, workers, share } = options;
    this.#options = options;
    this.#times = { ...TIMES, ...options.times };
    this.#bell = new Bell(clock);
    this.#client = new HubClient({ hub, token, version, timeout: this.#times.request });
    this.#link = new HubLink({ clock, random, onState: (state, error) => this.#onHub(state, error) });
    this.#pace = new Pace(workers, share);
    this.#tally = new Tally({ clock, logger, onEvent: (event) => options.onEvent?.(event) });
    const onFatal = (error: HubError): void => this.#onFatal(error);
    const shared = { client: this.#client, link: this.#link, clock, bell: this.#bell, onFatal };
    this.#returns = new Returns(this.#client, this.#link, this.#endNetwork.signal);
    this.#outbox = new Outbox({
      ...shared,
      kept,
      random,
      logger,
      onUploaded: (name, receipt) => this.#tally.countUploaded(name, receipt),
      onDropped: (name, code) => this.#tally.countDropped(name, code),
    });
    this.#desk = new Desk({
      ...shared,
      holdings: this.#holdings,
      outbox: this.#outbox,
      returns: this.#returns,
      pace: this.#pace,
      tally: this.#tally,
      logger,
    });
    this.#keeper = new LeaseKeeper({
      ...shared,
      holdings: this.#holdings,
      outbox: this.#outbox,
      onLost: (tile) => this.#desk.lose(tile),
    });
    this.#supply = new Supply({
      ...shared,
      holdings: this.#holdings,
      pace: this.#pace,
      logger,
      breakOff: this.#endNetwork.signal,
      missing: () => this.#missing(),
      onLeased: (tiles) => this.#tally.countLeased(tiles),
      giveBack: (tile, reason) => this.#desk.giveBack(tile, reason),
    });
    this.#threads = new Threads({
      workers,
      share,
      pool: options.pool ?? createPool(workers),
      clock,
      bell: this.#bell,
      take: (free) => (this.#mayWork ? this.#desk.take(free) : []),
      onOutcome: (tile, outcome, ms) => this.#desk.receive(tile, outcome, ms),
      onFailure: (tiles, error) => this.#desk.receiveFailure(tiles, error),
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
    const { logger } = this.#options;
    const threads = this.#threads.run(this.#endThreads.signal);
    const supply = this.#supply.run(this.#endSupply.signal);
    const network = [this.#outbox.run(this.#endNetwork.signal), this.#keeper.run(this.#endNetwork.signal)];
    // A loop that fails is a bug: it ends the volunteer, and is told below.
    for (const loop of [threads, supply, ...network]) void loop.catch(() => this.stop());
    try {
      const found = await this.#outbox.load();
      if (found > 0) logger.info({ tiles: found }, 'finished tiles of an earlier run will be uploaded');
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
      ...this.#tally.counts,
      waiting: this.#holdings.size - computing,
      computing,
      pending: this.#outbox.size,
    };
  }

  /** Whether anything may be begun now. */
  get #mayWork(): boolean {
    const { hours, clock } = this.#options;
    return !this.#isStopping && hours.isOpen(clock.date());
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
        this.#desk.giveBackWaiting();
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
    return (
      (maxTiles !== null && this.#tally.counts.computed >= maxTiles) || (untilIdle && this.#supply.isIdle)
    );
  }

  async #finish(supply: Promise<void>, threads: Promise<void>): Promise<void> {
    const { logger } = this.#options;
    this.#endSupply.abort();
    this.#endThreads.abort();
    this.#desk.giveBackWaiting();
    await this.#within(this.#times.finish, Promise.all([supply, threads]));
    this.#desk.giveBackWaiting();
    if (this.#holdings.size > 0) {
      logger.info({ tiles: this.#holdings.size }, 'giving back what takes longer');
      await this.#threads.close();
      for (const tile of this.#holdings.list()) this.#desk.giveBack(tile, null);
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

  async #within(milliseconds: number, work: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    const wait = this.#options.clock.sleep(milliseconds, done.signal);
    await Promise.race([work, wait]);
    done.abort();
  }

  /** Tiles that should be asked for now. */
  #missing(): number {
    const { maxTiles, workers } = this.#options;
    if (!this.#mayWork) return 0;
    if (this.#outbox.size >= PENDING_A_THREAD * workers) return 0;
    const held = this.#holdings.size;
    const most = maxTiles === null ? Infinity : maxTiles - this.#tally.counts.computed - held;
    const missing = this.#pace.target - held;
    // Some at a time: a request for each would keep the hub busy.
    return missing >= this.#pace.target / 4 ? Math.min(missing, most) : 0;
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
