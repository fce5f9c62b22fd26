import type { Logger } from 'pino';
import { keepCopy } from '../cache/bad-folder.js';
import { remove } from '../cache/files.js';
import type { Layout } from '../cache/layout.js';
import { readRaw } from '../cache/raw-file.js';
import type { Job, Outcome } from '../daemon/job.js';
import { WorkerPool } from '../daemon/pool.js';
import type { Address } from '../tile/address.js';
import { Alarm } from './alarm.js';
import type { Stock } from './stock.js';

/** Tiles that have failed are looked for at these intervals at the least, in milliseconds: other hubs on the database hear of failures too. */
const IDLE_MS = 5000;

/** What the mender works with. */
export interface MenderParts {
  readonly layout: Layout;
  /** The part of every job that is the same. */
  readonly job: Omit<Job, 'tasks'>;
  readonly stock: Stock;
  readonly logger: Logger;
  /** Whether the hub holds a tile and nobody has finished it. */
  readonly holds: (address: Address) => boolean;
  /** Told of a tile that should not be there, and is not any more. */
  readonly onDropped: (address: Address) => Promise<void>;
}

/**
 * Looks at the raw file of each tile that somebody has failed to compute, or that could not be judged: a damaged one is made again, with the same
 * bytes, as a daemon would make it; the failures do not count then.
 */
export class Mender {
  readonly #parts: MenderParts;
  /** Most hubs never need it. */
  #pool: WorkerPool<Job, Outcome[]> | null = null;
  /** How often a tile had failed when it was looked at. */
  #seen = new Map<Address, number>();
  /** Tiles to be looked at, and whether a copy of the damaged one is kept. */
  readonly #complaints = new Map<Address, boolean>();
  #isOver = false;
  readonly #alarm = new Alarm();
  #running: Promise<void> = Promise.resolve();

  constructor(parts: MenderParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Somebody has failed to compute a tile. */
  wake(): void {
    this.#alarm.ring();
  }

  /** A tile's raw file cannot be read. */
  complain(address: Address): void {
    if (!this.#complaints.has(address)) this.#complaints.set(address, false);
    this.wake();
  }

  /** Ends after the tile that is under way. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.wake();
    await this.#running;
    await this.#pool?.close();
  }

  async #loop(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#round();
      } catch (error) {
        this.#parts.logger.error({ err: error }, 'failed tiles could not be looked at; trying again');
      }
      await this.#alarm.sleep(IDLE_MS);
    }
  }

  async #round(): Promise<void> {
    const failed = await this.#parts.stock.failed();
    const seen = new Map<Address, number>();
    for (const { address, failures } of failed) {
      const isNew = this.#seen.get(address) !== failures && !this.#complaints.has(address);
      if (isNew) this.#complaints.set(address, false);
      seen.set(address, failures);
    }
    this.#seen = seen;
    for (const address of this.#complaints.keys()) {
      if (this.#isOver) return;
      if (await this.#look(address)) this.#complaints.delete(address);
    }
  }

  /** @returns false when it is to be looked at again */
  async #look(address: Address): Promise<boolean> {
    const { layout, job, logger, holds, stock } = this.#parts;
    if (!holds(address)) return true;
    const path = layout.work(job.client).todo(address);
    const reason = await readRaw(path);
    if (typeof reason !== 'string') return true;
    if (!this.#complaints.get(address)) {
      const bad = await keepCopy(layout, path);
      logger.warn({ address, reason, bad }, 'a tile in todo/ was damaged; a copy is kept in bad/');
      this.#complaints.set(address, true);
    }
    this.#pool ??= new WorkerPool(new URL('../daemon/worker.js', import.meta.url), 1);
    const [outcome] = await this.#pool.run({ ...job, tasks: [{ kind: 'remake', address }] });
    if (outcome.kind === 'remade') {
      // What others have taken from the hub meanwhile stands elsewhere.
      if (!holds(address)) await remove(path);
      await stock.forgive(address);
      logger.info({ address }, 'made a damaged tile again');
      return true;
    }
    const why = 'reason' in outcome ? outcome.reason : outcome.kind;
    if (outcome.kind !== 'needless') {
      this.#parts.logger.error(
        { address, reason: why },
        'a damaged tile could not be made again; trying again',
      );
      return false;
    }
    await remove(path);
    await this.#parts.onDropped(address);
    this.#parts.logger.error({ address, reason: why }, 'a damaged tile need not be there; dropped');
    return true;
  }
}
