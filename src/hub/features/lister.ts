import type { Logger } from 'pino';
import type { WorkerPool } from '../../daemon/pool.js';
import { Alarm } from '../alarm.js';
import type { FeatureAnswer, FeatureJob } from './feature-job.js';
import type { Features } from './features.js';

/** Components of one step, a second's work at the most: between two steps, people who point at something are served. */
const STEP = 32;
/** Pause after an error, in milliseconds. */
const RETRY_MS = 10_000;

/**
 * Fills the database of features with all components up to a period, in a thread and step by step, and goes on where it was cut off. To
 * period 12 that takes some 12 seconds, once.
 */
export class FeatureLister {
  readonly #features: Features;
  readonly #pool: WorkerPool<FeatureJob, FeatureAnswer>;
  readonly #maxPeriod: number;
  readonly #logger: Logger;
  #isOver = false;
  #running: Promise<void> = Promise.resolve();
  readonly #alarm = new Alarm();

  constructor(
    features: Features,
    pool: WorkerPool<FeatureJob, FeatureAnswer>,
    maxPeriod: number,
    logger: Logger,
  ) {
    this.#features = features;
    this.#pool = pool;
    this.#maxPeriod = maxPeriod;
    this.#logger = logger;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends after the step that is under way. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#alarm.ring();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let period = 1; period <= this.#maxPeriod && !this.#isOver;) {
      try {
        if (await this.#list(period)) period++;
      } catch (error) {
        this.#logger.error({ period, err: error }, 'components could not be listed; trying again');
        await this.#alarm.sleep(RETRY_MS);
      }
    }
  }

  /** @returns whether all of the period are known */
  async #list(period: number): Promise<boolean> {
    let from = await this.#features.nextOf(period);
    const isNew = from !== null;
    while (from !== null && !this.#isOver) {
      const answer = await this.#pool.run({ kind: 'list', period, from, count: STEP });
      if (answer.kind !== 'list') return false;
      await this.#features.addList(period, answer.features, answer.next);
      from = answer.next;
    }
    if (isNew && from === null) this.#logger.info({ period }, 'all components of this period are known');
    return from === null;
  }
}
