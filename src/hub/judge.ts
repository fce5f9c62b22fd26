import { randomInt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Layout } from '../cache/layout.js';
import { WorkerPool } from '../daemon/pool.js';
import type { Address } from '../tile/address.js';
import type { BoringTile } from '../tile/boring-line.js';
import type { Proof } from './db/schema.js';
import type { Case, Docket, PendingResult } from './docket.js';
import type { JudgeAnswer, JudgeJob } from './judge-job.js';
import { digestOf } from './secrets.js';
import { decide } from './verdict.js';

/** Samples of an upload that are computed anew. */
const SPOTS = 48;
/** Tiles that are looked at together. */
const BATCH = 64;
/** Pause when nothing waits, in milliseconds; an upload ends it. */
const IDLE_MS = 1000;
/** Pause after an error, in milliseconds. */
const RETRY_MS = 2000;

/** What the judge works with. */
export interface JudgeParts {
  readonly layout: Layout;
  readonly job: Pick<JudgeJob, 'root' | 'theme' | 'image' | 'client'>;
  readonly docket: Docket;
  readonly threads: number;
  /** Seconds that a result waits for another one before the hub computes the tile itself. */
  readonly patience: number;
  readonly logger: Logger;
  /** A tile stands in the work folder, found right; false when the hub does not hold it any more. */
  readonly onRight: (address: Address, boring: readonly BoringTile[]) => boolean;
  /** Told of somebody who was caught, when there is something of his to look into again. */
  readonly onCaught: () => void;
}

/** What waits for its merge. */
interface Accepted {
  readonly results: readonly PendingResult[];
  readonly proof: Proof;
}

/**
 * Looks into what volunteers sent, in rising cost: strict decoding, what the parent and the neighbours determine, some samples computed anew,
 * another volunteer's opinion, and in the end the hub's own calculation. What is right goes to the merge, and is paid for when that is
 * done; so a hub that dies in between judges again, and pays once.
 */
export class Judge {
  readonly #parts: JudgeParts;
  readonly #pool: WorkerPool<JudgeJob, JudgeAnswer>;
  /** By address, until their tile is merged. */
  readonly #accepted = new Map<Address, Accepted>();
  readonly #open = new Set<Address>();
  #isOver = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: JudgeParts) {
    this.#parts = parts;
    this.#pool = new WorkerPool(new URL('./judge-worker.js', import.meta.url), parts.threads);
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Something was uploaded. */
  wake(): void {
    this.#wake();
  }

  /** Tiles were merged: whoever computed them gets what is due. */
  async settle(addresses: readonly Address[]): Promise<void> {
    for (const address of addresses) {
      const accepted = this.#accepted.get(address);
      if (accepted === undefined) continue;
      await this.#parts.docket.accept(address, accepted.results, accepted.proof);
      this.#accepted.delete(address);
    }
  }

  /** What was found right and not merged is judged again. */
  forget(): void {
    this.#accepted.clear();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#wake();
    await this.#running;
    await this.#pool.close();
  }

  async #loop(): Promise<void> {
    while (!this.#isOver) {
      let worked = false;
      let pause = IDLE_MS;
      try {
        worked = await this.#round();
      } catch (error) {
        pause = RETRY_MS;
        this.#parts.logger.error({ err: error }, 'results could not be judged; trying again');
      }
      if (!worked) await this.#wait(pause);
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

  /** @returns whether anything was judged */
  async #round(): Promise<boolean> {
    const { docket, patience } = this.#parts;
    const cases = (await docket.cases(BATCH, patience)).filter(
      ({ address }) => !this.#accepted.has(address) && !this.#open.has(address),
    );
    const worked = await Promise.all(cases.map(async (one) => await this.#judge(one)));
    return worked.some(Boolean);
  }

  async #judge(one: Case): Promise<boolean> {
    this.#open.add(one.address);
    try {
      return await this.#hear(one);
    } finally {
      this.#open.delete(one.address);
    }
  }

  async #hear({ address, held }: Case): Promise<boolean> {
    const { docket, patience, onCaught } = this.#parts;
    // A tile that somebody else has subdivided meanwhile is only compared. One that is in nobody's hands yet waits until it is claimed again.
    if (!held && !(await this.#isDone(address))) return false;
    const plausible: PendingResult[] = [];
    let reason = 'nothing was uploaded';
    for (const result of await docket.pending(address)) {
      const flaw = result.work === null ? await this.#examine(address, result) : result.work;
      if (flaw === null) return false;
      if (typeof flaw === 'number') {
        plausible.push({ ...result, work: flaw });
      } else {
        reason = `result ${result.id}: ${flaw}`;
        await docket.convict([result], flaw);
        onCaught();
      }
    }
    if (plausible.length === 0) {
      await docket.discard(address, reason);
      return true;
    }
    const opinions = plausible.map(({ digest, streak, age }) => ({
      digest: Buffer.from(digest).toString('hex'),
      streak,
      age,
    }));
    const verdict = held ? decide(opinions, randomInt(2 ** 30) / 2 ** 30, patience) : 'recompute';
    if (verdict === 'ask') {
      await docket.ask(address);
      return true;
    }
    if (verdict === 'recompute') return await this.#recompute(address, held, plausible);
    return await this.#accept(address, held, plausible, verdict, plausible[0].body);
  }

  /** The samples that had to be computed, what is wrong with it, or null when that cannot be told now. */
  async #examine(address: Address, { id, body }: PendingResult): Promise<number | string | null> {
    const { job, docket } = this.#parts;
    const answer = await this.#pool.run({ ...job, kind: 'examine', address, body, spots: SPOTS });
    if (answer.kind !== 'examined') return this.#complain(address, answer);
    if (answer.flaw !== null) return answer.flaw;
    await docket.note(id, answer.work);
    return answer.work;
  }

  /** The hub's own calculation decides. */
  async #recompute(address: Address, held: boolean, results: readonly PendingResult[]): Promise<boolean> {
    const { job, docket, onCaught } = this.#parts;
    const answer = await this.#pool.run({ ...job, kind: 'recompute', address });
    if (answer.kind !== 'recomputed') {
      this.#complain(address, answer);
      return false;
    }
    const right = digestOf(answer.body);
    const isRight = ({ digest }: PendingResult): boolean => right.equals(digest);
    const wrong = results.filter((result) => !isRight(result));
    if (wrong.length > 0) {
      await docket.convict(wrong, 'the hub has computed the tile itself, and it is different');
      onCaught();
    }
    // The hub has the tile now, whoever was right.
    return await this.#accept(address, held, results.filter(isRight), 'recomputed', answer.body);
  }

  async #accept(
    address: Address,
    held: boolean,
    results: readonly PendingResult[],
    proof: Proof,
    body: Uint8Array,
  ): Promise<boolean> {
    const { job, docket, onRight } = this.#parts;
    if (!held) {
      await docket.accept(address, results, proof);
      return true;
    }
    const answer = await this.#pool.run({ ...job, kind: 'store', address, body });
    if (answer.kind !== 'stored') {
      this.#complain(address, answer);
      return false;
    }
    this.#accepted.set(address, { results, proof });
    if (!onRight(address, answer.boring)) this.#accepted.delete(address);
    return true;
  }

  #complain(address: Address, answer: JudgeAnswer): null {
    const { logger } = this.#parts;
    if (answer.kind === 'failed')
      logger.warn({ address, code: answer.code, reason: answer.reason }, 'a result cannot be judged now');
    return null;
  }

  async #isDone(address: Address): Promise<boolean> {
    return await stat(this.#parts.layout.done(address)).then(
      (found) => found.isFile(),
      () => false,
    );
  }
}
