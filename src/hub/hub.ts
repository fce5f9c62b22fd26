import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Layout } from '../cache/layout.js';
import { listClients } from '../cache/liveness.js';
import { readSettings } from '../cache/settings.js';
import { TILES_PER_JOB } from '../daemon/crew.js';
import { Daemon } from '../daemon/daemon.js';
import { WorkerPool } from '../daemon/pool.js';
import { networkOf } from '../serve/rate-limit.js';
import type { Address } from '../tile/address.js';
import { MAX_LEVEL } from '../tile/grid.js';
import { Accounts } from './accounts.js';
import { accountRoutes } from './api/account-routes.js';
import { asideRoutes } from './api/aside-routes.js';
import { featureRoutes } from './api/feature-routes.js';
import { addApi } from './api/api.js';
import { roleRoutes } from './api/role-routes.js';
import { volunteerRoutes } from './api/volunteer-routes.js';
import { Auditor } from './auditor.js';
import { openDatabase, type Database, type DatabasePlace } from './db/database.js';
import { Demand } from './demand.js';
import { Docket } from './docket.js';
import type { FeatureAnswer, FeatureJob } from './features/feature-job.js';
import { Features } from './features/features.js';
import { FeatureLister } from './features/lister.js';
import { Gallery } from './gallery.js';
import { Judge } from './judge.js';
import { Leases } from './leases.js';
import { Mender } from './mender.js';
import { adoptOrphans } from './orphans.js';
import { RemoteCrew } from './remote-crew.js';
import { Roles } from './roles.js';
import { Stock } from './stock.js';
import { Suspicions } from './suspicions.js';

/** Leases that are over are looked for at these intervals at the least, in milliseconds. */
const EXPIRE_MS = 5000;
/** What hubs that are gone have left is looked for at these intervals, in milliseconds. */
const ADOPT_MS = 60_000;

/** In the place of a network, where pictures of places wait for tiles. */
const GALLERY = 'gallery';

/** How a hub works; all of it is decided by the command line. */
export interface HubOptions {
  /** The cache. */
  readonly root: string;
  readonly database: DatabasePlace;
  /** Its name as a client of the cache. */
  readonly client: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Threads that look into uploads. */
  readonly threads: number;
  /** Tiles that are held ready for volunteers. */
  readonly stock: number;
  /** Tiles of this level and deeper ones are not given out. */
  readonly maxLevel: number;
  /** Seconds that a lease lasts. */
  readonly lease: number;
  /** Seconds that a result waits for another one before the hub computes the tile itself. */
  readonly patience: number;
  /** Part of a thread's idle time that is spent on computing what was accepted without that, from 0 to 1. */
  readonly audits: number;
  /** All components up to this period are listed. */
  readonly periods: number;
  /** Whether browsers reach it over HTTPS only. */
  readonly isSecure: boolean;
  readonly minFree: number;
  /** Now, by the local clock; only to be shown. */
  readonly started: Date;
  readonly logger: Logger;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
}

/**
 * The hub: a client of the cache whose work is done by volunteers over HTTP. Tiles go from todo/ into its work folder and its stock, from
 * there to volunteers, what they upload to the judge, and what is right back into the cache, as any daemon's results do.
 */
export class Hub {
  readonly accounts: Accounts;
  readonly #db: Database;
  readonly #leases: Leases;
  readonly #stock: Stock;
  readonly #judge: Judge;
  readonly #auditor: Auditor;
  readonly #mender: Mender;
  readonly #daemon: Daemon;
  readonly #features: Features;
  readonly #featurePool: WorkerPool<FeatureJob, FeatureAnswer>;
  readonly #lister: FeatureLister;
  readonly #demand: Demand;
  readonly #gallery: Gallery;
  readonly #options: HubOptions;
  readonly #layout: Layout;
  #running: Promise<unknown> = Promise.resolve();
  readonly #timers: NodeJS.Timeout[] = [];
  #adopting: Promise<void> = Promise.resolve();
  /** Payments, one after the other. */
  #paying: Promise<void> = Promise.resolve();

  private constructor(options: HubOptions, layout: Layout, db: Database, parts: HubParts) {
    this.#options = options;
    this.#layout = layout;
    this.#db = db;
    this.accounts = new Accounts(db);
    this.#leases = new Leases(db, options.lease);
    this.#stock = parts.stock;
    this.#judge = parts.judge;
    this.#auditor = parts.auditor;
    this.#mender = parts.mender;
    this.#daemon = parts.daemon;
    this.#features = new Features(db);
    this.#featurePool = new WorkerPool(new URL('./features/feature-worker.js', import.meta.url), 1);
    this.#demand = new Demand({
      db,
      stock: parts.stock,
      layout,
      logger: options.logger,
      clock: options.clock,
    });
    this.#gallery = new Gallery({
      db,
      layout,
      maxLevel: options.maxLevel,
      logger: options.logger,
      // What a hub holds for volunteers nobody else makes: as a look of one visitor, it is given out earlier.
      onLacking: (tiles) => {
        for (const tile of tiles) this.#demand.vote(tile, GALLERY);
      },
    });
    this.#lister = new FeatureLister(this.#features, this.#featurePool, options.periods, options.logger);
  }

  /**
   * Opens the database and joins the cache.
   *
   * @throws CacheError when there is no usable cache; errors of the database
   */
  static async start(options: HubOptions): Promise<Hub> {
    const { root, client, logger } = options;
    const settings = await readSettings(root);
    const layout = new Layout(root, settings.image);
    const db = await openDatabase(options.database, (error) => {
      logger.warn({ err: error }, 'a connection to the database broke');
    });
    /** What has threads of its own. */
    const opened: { close(): Promise<void> }[] = [];
    try {
      const job = { root, client, theme: settings.theme, image: settings.image };
      const docket = new Docket(db, client);
      const suspicions = new Suspicions(db);
      const stock = new Stock(db, client);
      await stock.empty();
      let crew: RemoteCrew | null = null;
      let hub: Hub | null = null;
      const judge = new Judge({
        layout,
        job,
        docket,
        suspicions,
        threads: options.threads,
        patience: options.patience,
        logger,
        holds: (address) => crew?.holds(address) ?? false,
        onDamaged: (address) => mender.complain(address),
        onRight: (address, boring) => crew?.finishTile(address, boring) ?? false,
        onSuspicion: () => auditor.wake(),
      });
      const auditor: Auditor = new Auditor({
        layout,
        job,
        suspicions,
        lease: settings.lease,
        share: options.audits,
        logger,
        judge,
        onMended: async (addresses) => (await crew?.dropMissing(addresses)) ?? [],
      });
      opened.push(judge, auditor);
      const mender: Mender = new Mender({
        layout,
        job,
        stock,
        logger,
        holds: (address) => crew?.holds(address) ?? false,
        onDropped: async (address) => await suspicions.drop((await crew?.dropMissing([address])) ?? []),
      });
      const daemon = await Daemon.start({
        ...options,
        workers: Math.max(1, Math.ceil(options.stock / (2 * TILES_PER_JOB))),
        maxLevel: Math.min(options.maxLevel, MAX_LEVEL),
        maxTiles: null,
        onlyWants: false,
        makes: false,
        lends: true,
        untilIdle: false,
        workforce: (parts) => {
          crew = new RemoteCrew(parts, stock, {
            merged: (addresses) => hub?.pay(addresses),
            forgotten: () => judge.forget(),
          });
          return crew;
        },
      });
      hub = new Hub(options, layout, db, { stock, judge, auditor, mender, daemon });
      return hub;
    } catch (error) {
      for (const one of opened) await one.close();
      await db.destroy();
      throw error;
    }
  }

  /** Begins to work. */
  run(): void {
    this.#judge.start();
    this.#auditor.start();
    this.#mender.start();
    this.#lister.start();
    this.#demand.start();
    this.#gallery.start();
    this.#running = this.#daemon.run();
    // Whoever closes it sees the error.
    this.#running.catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'the hub no longer takes tiles from the cache');
    });
    this.#timers.push(
      setInterval(() => {
        this.#leases.expire().catch((error: unknown) => {
          this.#options.logger.warn({ err: error }, 'leases could not be ended');
        });
      }, EXPIRE_MS),
      setInterval(() => {
        this.#adopting = this.#adopt();
      }, ADOPT_MS),
    );
    this.#adopting = this.#adopt();
  }

  /** Takes over what hubs that are gone have left. */
  async #adopt(): Promise<void> {
    const { client, logger } = this.#options;
    try {
      const count = await adoptOrphans(this.#db, client, async () => await listClients(this.#layout));
      if (count > 0) logger.info({ count }, 'took over tiles of a hub that is gone');
    } catch (error) {
      logger.warn({ err: error }, 'tiles of hubs that are gone could not be taken over');
    }
  }

  /** Adds its interface to a server. */
  async serve(app: FastifyInstance): Promise<void> {
    const { isSecure, clock, version, logger } = this.#options;
    const db = this.#db;
    const stock = this.#stock;
    await addApi(app, {
      accounts: this.accounts,
      version,
      clock,
      onError: (error, path) => {
        logger.error({ path: path.slice(0, 200), err: error }, 'a request could not be answered');
      },
      routes: [
        ...volunteerRoutes({
          leases: this.#leases,
          layout: this.#layout,
          stock,
          onUpload: () => this.#judge.wake(),
          onFailure: () => this.#mender.wake(),
        }),
        ...asideRoutes({ stock }),
        ...featureRoutes({ features: this.#features, pool: this.#featurePool, clock }),
        ...this.#gallery.routes,
        ...roleRoutes({ roles: new Roles(db, this.accounts.tokens) }),
        ...accountRoutes({ db, accounts: this.accounts, isSecure, clock, sleep }),
      ],
    });
  }

  /** Somebody looked at a missing tile. */
  missed(address: Address, from: string): void {
    this.#demand.vote(address, networkOf(from));
  }

  /** Tiles were merged: whoever computed them gets what is due. */
  pay(addresses: readonly Address[]): void {
    this.#paying = this.#paying
      .then(async () => await this.#judge.settle(addresses))
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'merged tiles could not be paid for; trying again');
      });
  }

  /** Gives back what nobody has finished, and ends. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#judge.close();
    await this.#auditor.close();
    await this.#mender.close();
    await this.#lister.close();
    await this.#gallery.close();
    await this.#demand.close();
    await this.#featurePool.close();
    this.#daemon.stop();
    try {
      await this.#running;
      await this.#paying;
      await this.#adopting;
    } finally {
      await this.#db.destroy();
    }
  }
}

/** Somebody's patience is no reason for a hub not to end. */
async function sleep(milliseconds: number): Promise<void> {
  await delay(milliseconds, undefined, { ref: false });
}

interface HubParts {
  readonly stock: Stock;
  readonly judge: Judge;
  readonly auditor: Auditor;
  readonly mender: Mender;
  readonly daemon: Daemon;
}
