import type { Logger } from 'pino';
import type { Layout } from '../cache/layout.js';
import { WorkerPool } from '../daemon/pool.js';
import { isWithin, type Address } from '../tile/address.js';
import { Alarm } from './alarm.js';
import type { Suspect, Suspicions } from './suspicions.js';
import type { Judge } from './judge.js';
import type { JudgeAnswer, JudgeJob } from './judge-job.js';
import { digestOf } from './secrets.js';

/** Suspects that are looked into together. */
const BATCH = 16;
/** Pause when there are none, in milliseconds; a conviction ends it. */
const IDLE_MS = 60_000;
/** Pause after an error, in milliseconds. */
const RETRY_MS = 5000;
/** Pause when the judge has something to do, and there is nothing urgent, in milliseconds. */
const BUSY_MS = 5000;

/** What the auditor works with. */
export interface AuditorParts {
  readonly layout: Layout;
  readonly job: Pick<JudgeJob, 'root' | 'theme' | 'image' | 'client'>;
  readonly suspicions: Suspicions;
  /** Seconds of silence after which a client of the cache counts as dead. */
  readonly lease: number;
  readonly judge: Pick<Judge, 'block' | 'isIdle'>;
  /** Part of its time that is spent on what nothing speaks against, when there is nothing else to do: from 0 to 1. */
  readonly share: number;
  /** Told of tiles below which all was made right; returns those that the hub held and that are no more. */
  readonly onMended: (addresses: readonly Address[]) => Promise<readonly Address[]>;
  readonly logger: Logger;
}

/**
 * Looks into what somebody had had merged on his word alone before he was caught; and, when nobody waits for the hub, into what anybody had, so
 * that in the end nothing stands there on anybody's word. Each tile is computed by the hub; where it was false, it and all that was made of it
 * is made again in the cache, and its beans are taken back.
 */
export class Auditor {
  readonly #parts: AuditorParts;
  readonly #pool: WorkerPool<JudgeJob, JudgeAnswer>;
  #isOver = false;
  #isFirst = true;
  readonly #alarm = new Alarm();
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
    this.#alarm.ring();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.wake();
    await this.#running;
    await this.#pool.close();
  }

  async #loop(): Promise<void> {
    while (!this.#isOver) {
      let pause = IDLE_MS;
      try {
        const suspects = await this.#parts.suspicions.suspects(BATCH);
        pause = suspects.length > 0 ? await this.#audit(suspects, true) : await this.#auditOne();
      } catch (error) {
        pause = RETRY_MS;
        this.#parts.logger.error({ err: error }, 'suspect tiles could not be looked into; trying again');
      }
      if (pause > 0) await this.#alarm.sleep(pause);
    }
  }

  /** Looks into something that nothing speaks against. @returns milliseconds to rest */
  async #auditOne(): Promise<number> {
    const { suspicions, share, judge } = this.#parts;
    if (share === 0) return IDLE_MS;
    if (!judge.isIdle) return BUSY_MS;
    const before = performance.now();
    const found = await suspicions.unproven(Math.random());
    if (found.length === 0) return IDLE_MS;
    await this.#audit(found, false);
    return (performance.now() - before) * (1 / share - 1);
  }

  /**
   * @param isSuspected whether something speaks against them
   * @returns milliseconds to rest: none
   */
  async #audit(suspects: readonly Suspect[], isSuspected: boolean): Promise<number> {
    const { suspicions, job } = this.#parts;
    const falseOnes: False[] = [];
    for (const { address, results } of suspects) {
      if (this.#isOver) return 0;
      // What lies below a false tile can be told when that was repaired.
      if (falseOnes.some((one) => isWithin(address, one.address))) continue;
      const answer = await this.#pool.run({ ...job, kind: 'recompute', address });
      const isGone = answer.kind === 'failed' && answer.code === 'ENOTILE';
      if (answer.kind !== 'recomputed' && !isGone) throw new Error(`${address}: ${JSON.stringify(answer)}`);
      // Perhaps it was removed, or an older copy of the cache stands there: that is nobody's fault.
      if (isGone && !isSuspected) continue;
      const right = answer.kind === 'recomputed' ? digestOf(answer.body) : null;
      const isRight = ({ digest }: { digest: Uint8Array }): boolean => right?.equals(digest) ?? false;
      await suspicions.clear(results.filter(isRight).map(({ id }) => id));
      const wrong = results.filter((one) => !isRight(one)).map(({ id }) => id);
      if (wrong.length > 0) falseOnes.push({ address, results: wrong });
    }
    if (falseOnes.length > 0) await this.#mend(falseOnes);
    return 0;
  }

  /** Makes right what was made of false tiles; nobody works on it meanwhile. */
  async #mend(falseOnes: readonly False[]): Promise<void> {
    const { suspicions, job, lease, logger, judge, onMended } = this.#parts;
    const addresses = falseOnes.map(({ address }) => address);
    // A repair that a kill has cut off leaves false tiles below right ones.
    const isThorough = this.#isFirst;
    const unblock = await judge.block(addresses);
    try {
      await suspicions.voidBelow(addresses);
      const answer = await this.#pool.run({ ...job, kind: 'repair', addresses, isThorough, lease });
      if (answer.kind !== 'repaired') throw new Error(`${addresses.join(' ')}: ${JSON.stringify(answer)}`);
      this.#isFirst = false;
      // Of those that were given out meanwhile.
      await suspicions.voidBelow(addresses);
      await suspicions.drop(await onMended(addresses));
      logger.warn({ addresses, mended: answer.mended }, 'false tiles were merged; they are right again');
      await suspicions.overturn(
        falseOnes.flatMap(({ results }) => results),
        addresses,
        'the hub has computed the tile later, and it is different',
      );
    } finally {
      unblock();
    }
  }
}

/** A tile with results that are false. */
interface False {
  readonly address: Address;
  readonly results: readonly number[];
}
