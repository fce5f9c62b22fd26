import type { Logger } from 'pino';
import type { Layout } from '../cache/layout.js';
import { WorkerPool } from '../daemon/pool.js';
import type { Docket } from './docket.js';
import type { JudgeAnswer, JudgeJob } from './judge-job.js';
import { digestOf } from './secrets.js';

/** Suspects that are looked into together. */
const BATCH = 16;
/** Pause when there are none, in milliseconds; a conviction ends it. */
const IDLE_MS = 60_000;
/** Pause after an error, in milliseconds. */
const RETRY_MS = 5000;

/** What the auditor works with. */
export interface AuditorParts {
  readonly layout: Layout;
  readonly job: Pick<JudgeJob, 'root' | 'theme' | 'image' | 'client'>;
  readonly docket: Docket;
  /** Seconds of silence after which a client of the cache counts as dead. */
  readonly lease: number;
  readonly logger: Logger;
}

/**
 * Looks into what somebody had had merged on his word alone before he was caught. Each tile is computed by the hub; where it was false, it and
 * all that was made of it is made again in the cache, and its beans are taken back.
 */
export class Auditor {
  readonly #parts: AuditorParts;
  readonly #pool: WorkerPool<JudgeJob, JudgeAnswer>;
  #isOver = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: AuditorParts) {
    this.#parts = parts;
    this.#pool = new WorkerPool(new URL('./judge-worker.js', import.meta.url), 1);
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Somebody was caught. */
  wake(): void {
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#wake();
    await this.#running;
    await this.#pool.close();
  }

  async #loop(): Promise<void> {
    while (!this.#isOver) {
      let pause: number | null = IDLE_MS;
      try {
        if (await this.#round()) pause = null;
      } catch (error) {
        pause = RETRY_MS;
        this.#parts.logger.error({ err: error }, 'suspect tiles could not be looked into; trying again');
      }
      if (pause !== null && !this.#isOver) await this.#wait(pause);
    }
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = (): void => undefined;
  }

  /** @returns whether there may be more */
  async #round(): Promise<boolean> {
    const { docket, job, lease, logger } = this.#parts;
    const suspects = await docket.suspects(BATCH);
    for (const { result, address, digest } of suspects) {
      if (this.#isOver) return false;
      const answer = await this.#pool.run({ ...job, kind: 'recompute', address });
      if (answer.kind !== 'recomputed') throw new Error(`${address}: ${JSON.stringify(answer)}`);
      if (digestOf(answer.body).equals(digest)) {
        await docket.clear(result);
        continue;
      }
      const repaired = await this.#pool.run({ ...job, kind: 'repair', address, lease });
      if (repaired.kind !== 'repaired') throw new Error(`${address}: ${JSON.stringify(repaired)}`);
      logger.warn({ address, result, mended: repaired.mended }, 'a false tile was merged; it is right again');
      await docket.overturn(result, 'the hub has computed the tile later, and it is different');
    }
    return suspects.length === BATCH;
  }
}
