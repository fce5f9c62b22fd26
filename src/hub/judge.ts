import { createHash, randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Layout } from '../cache/layout.js';
import { WorkerPool } from '../daemon/pool.js';
import { isWithin, type Address } from '../tile/address.js';
import type { BoringTile } from '../tile/boring-line.js';
import { Alarm } from './alarm.js';
import type { Accepted, Docket, PendingResult } from './docket.js';
import type { JudgeAnswer, JudgeJob } from './judge-job.js';
import { digestOf } from './secrets.js';
import type { Suspicions } from './suspicions.js';
import { decide } from './verdict.js';

/** Samples of an upload that are computed anew. */
const SPOTS = 48;
/** Tiles that are looked at at a time. */
const MOST_OPEN = 64;
/** Pause when nothing waits, in milliseconds; an upload ends it. */
const IDLE_MS = 1000;
/** Pause after an error, and before a tile that cannot be judged now is looked at again, in milliseconds. */
const RETRY_MS = 2000;
/** How often it is looked whether a merge is through, in milliseconds. */
const POLL_MS = 50;

/** What the judge works with. */
export interface JudgeParts {
  readonly layout: Layout;
  readonly job: Pick<JudgeJob, 'root' | 'theme' | 'image' | 'client'>;
  readonly docket: Docket;
  readonly suspicions: Suspicions;
  readonly threads: number;
  /** Seconds that a result waits for another one before the hub computes the tile itself. */
  readonly patience: number;
  readonly logger: Logger;
  /** Whether the hub holds a tile and nobody has finished it: the database may say so of one that was merged, or lost, already. */
  readonly holds: (address: Address) => boolean;
  /** A tile stands in the work folder, found right; false when the hub does not hold it any more. */
  readonly onRight: (address: Address, boring: readonly BoringTile[]) => boolean;
  /** Told of a tile whose raw file is damaged. */
  readonly onDamaged: (address: Address) => void;
  /** Told when there is something to look into again. */
  readonly onSuspicion: () => void;
}

/**
 * Looks into what volunteers sent, in rising cost: strict decoding, what the parent determines, some samples computed anew, what the neighbours
 * say, another volunteer's opinion, and in the end the hub's own calculation. What is right goes to the merge, and is paid for when that is
 * done; so a hub that dies in between judges again, and pays once.
 */
export class Judge {
  readonly #parts: JudgeParts;
  readonly #pool: WorkerPool<JudgeJob, JudgeAnswer>;
  /** Waiting for their merge. */
  readonly #accepted = new Map<Address, Accepted>();
  readonly #open = new Set<Address>();
  /** Tiles that cannot be judged now, until a time of performance.now(). */
  readonly #postponed = new Map<Address, number>();
  /** Another opinion was waited for in vain. */
  readonly #overdue = new Set<Address>();
  /** What lies below these is not judged. */
  readonly #blocked = new Set<Address>();
  /** Nobody may foresee when he is watched. */
  readonly #salt = randomBytes(16);
  /** Counts how often all that was accepted was forgotten. */
  #era = 0;
  #isOver = false;
  readonly #alarm = new Alarm();
  #running: Promise<void> = Promise.resolve();

  constructor(parts: JudgeParts) {
    this.#parts = parts;
    this.#pool = new WorkerPool(new URL('./judge-worker.js', import.meta.url), parts.threads);
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Whether there is nothing to look into. */
  get isIdle(): boolean {
    return this.#open.size === 0 && this.#accepted.size === 0;
  }

  /** Something was uploaded. */
  wake(): void {
    this.#alarm.ring();
  }

  /** Tiles were merged: whoever computed them gets what is due. */
  async settle(addresses: readonly Address[]): Promise<void> {
    const all = addresses.flatMap((address) => this.#accepted.get(address) ?? []);
    try {
      if (await this.#parts.docket.accept(all)) this.#parts.onSuspicion();
    } finally {
      // Where that failed the results are pending, and judged again: their tiles are found in done/ then.
      for (const { address } of all) this.#accepted.delete(address);
      this.wake();
    }
  }

  /** What was found right and not merged is judged again. */
  forget(): void {
    this.#era++;
    this.#accepted.clear();
  }

  /** Judges nothing below some tiles until it is told to; what is under way there is ended and merged first. */
  async block(addresses: readonly Address[]): Promise<() => void> {
    for (const address of addresses) this.#blocked.add(address);
    const isUnderWay = (): boolean =>
      [...this.#open, ...this.#accepted.keys()].some((tile) => this.#isBlocked(tile));
    while (isUnderWay() && !this.#isOver) await delay(POLL_MS);
    return () => {
      for (const address of addresses) this.#blocked.delete(address);
    };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.wake();
    await this.#running;
    while (this.#open.size > 0) await delay(POLL_MS);
    await this.#pool.close();
  }

  async #loop(): Promise<void> {
    let endPatience = 0;
    while (!this.#isOver) {
      let pause = IDLE_MS;
      try {
        if (performance.now() >= endPatience) {
          for (const address of await this.#parts.docket.endPatience(this.#parts.patience))
            this.#overdue.add(address);
          endPatience = performance.now() + IDLE_MS;
        }
        await this.#openCases();
      } catch (error) {
        pause = RETRY_MS;
        this.#parts.logger.error({ err: error }, 'results could not be judged; trying again');
      }
      await this.#alarm.sleep(pause);
    }
  }

  /** Begins to judge as many tiles as may be open. */
  async #openCases(): Promise<void> {
    const room = MOST_OPEN - this.#open.size;
    if (room < MOST_OPEN / 2) return;
    const now = performance.now();
    for (const [address, until] of this.#postponed) if (until <= now) this.#postponed.delete(address);
    const besides = [...this.#open, ...this.#accepted.keys(), ...this.#postponed.keys()];
    const found = await this.#parts.docket.cases(room, besides);
    for (const address of found) {
      // A merge may have begun or ended while the database was asked.
      if (this.#accepted.has(address) || this.#open.has(address)) continue;
      this.#open.add(address);
      void this.#judge(address);
    }
  }

  async #judge(address: Address): Promise<void> {
    let isJudged = false;
    try {
      isJudged = await this.#hear(address);
    } catch (error) {
      this.#parts.logger.error({ address, err: error }, 'results could not be judged; trying again');
    } finally {
      if (!isJudged) this.#postponed.set(address, performance.now() + RETRY_MS);
      this.#open.delete(address);
      this.wake();
    }
  }

  #isBlocked(address: Address): boolean {
    for (const above of this.#blocked) if (address !== above && isWithin(address, above)) return true;
    return false;
  }

  /** @returns false when the tile cannot be judged now */
  async #hear(address: Address): Promise<boolean> {
    const { docket, holds } = this.#parts;
    if (this.#isOver || this.#isBlocked(address)) return false;
    const era = this.#era;
    const held = holds(address);
    const pending = await docket.pending(address);
    // A tile that somebody else has subdivided meanwhile is only compared. One that is in nobody's hands yet waits until it is claimed again.
    if (!held) return (await this.#isDone(address)) && (await this.#recompute(address, null, pending));
    const plausible: PendingResult[] = [];
    const misfits: Address[] = [];
    let reason = 'nothing was uploaded';
    for (const result of pending) {
      const found = result.work ?? (await this.#examine(address, result));
      if (found === null) return false;
      if (typeof found === 'string') {
        reason = `result ${result.id}: ${found}`;
        await this.#convict([result], found);
      } else if (typeof found === 'object') {
        misfits.push(found.misfit);
        plausible.push(result);
      } else plausible.push({ ...result, work: found });
    }
    if (plausible.length === 0) {
      // Whoever sends nonsense must not be able to keep a tile from being computed.
      if (await docket.isLastTry(address)) return await this.#recompute(address, era, []);
      await docket.discard(address, reason);
      return true;
    }
    const opinions = plausible.map(({ digest, streak }) => ({
      digest: Buffer.from(digest).toString('hex'),
      streak,
    }));
    const verdict =
      misfits.length > 0
        ? 'recompute'
        : decide(opinions, this.#chance(plausible), this.#overdue.has(address));
    if (verdict === 'ask') {
      await docket.ask(address);
      return true;
    }
    this.#overdue.delete(address);
    if (verdict === 'recompute') return await this.#recompute(address, era, plausible, misfits);
    return await this.#accept({ address, results: plausible, proof: verdict }, era, plausible[0].body);
  }

  /** From 0 to 1, always the same for the same results. */
  #chance(results: readonly PendingResult[]): number {
    const hash = createHash('sha256').update(this.#salt);
    for (const { id } of results) hash.update(`${id} `);
    return hash.digest().readUInt32LE() / 2 ** 32;
  }

  /** The samples that had to be computed, what is wrong with it, a neighbour that it does not fit, or null when that cannot be told now. */
  async #examine(
    address: Address,
    { id, body }: PendingResult,
  ): Promise<number | string | { readonly misfit: Address } | null> {
    const { job, docket } = this.#parts;
    const answer = await this.#run({ ...job, kind: 'examine', address, body, spots: SPOTS });
    if (answer?.kind !== 'examined') return null;
    if (answer.flaw !== null) return answer.flaw;
    if (answer.misfit !== null) return { misfit: answer.misfit };
    await docket.note(id, answer.work);
    return answer.work;
  }

  /**
   * The hub's own calculation decides.
   *
   * @param era null when the tile is in the cache already
   * @param misfits neighbours that a result does not fit
   */
  async #recompute(
    address: Address,
    era: number | null,
    results: readonly PendingResult[],
    misfits: readonly Address[] = [],
  ): Promise<boolean> {
    const { job, docket, suspicions, onSuspicion } = this.#parts;
    const answer = await this.#run({ ...job, kind: 'recompute', address });
    if (answer?.kind !== 'recomputed') return false;
    const digest = digestOf(answer.body);
    const isRight = (result: PendingResult): boolean => digest.equals(result.digest);
    const wrong = results.filter((result) => !isRight(result));
    if (era === null) {
      // A hub that was killed may have merged it. The auditor convicts, when the cache is right again.
      await docket.suspect(wrong);
      if (wrong.length > 0) onSuspicion();
    } else await this.#convict(wrong, 'the hub has computed the tile itself, and it is different');
    const right = results.filter(isRight).map((result) => ({ ...result, work: answer.work }));
    // What is right and does not fit: the neighbour is false, or what this one was made of.
    if (right.length > 0 && misfits.length > 0 && (await suspicions.suspect([...misfits, address])))
      onSuspicion();
    // The hub has the tile now, whoever was right.
    return await this.#accept({ address, results: right, proof: 'recomputed' }, era, answer.body);
  }

  async #convict(results: readonly PendingResult[], reason: string): Promise<void> {
    if (results.length === 0) return;
    await this.#parts.docket.convict(results, reason);
    this.#parts.onSuspicion();
  }

  async #accept(accepted: Accepted, era: number | null, body: Uint8Array): Promise<boolean> {
    const { job, docket, onRight, onSuspicion } = this.#parts;
    const { address } = accepted;
    if (era === null) {
      if (await docket.accept([accepted])) onSuspicion();
      return true;
    }
    const answer = await this.#run({ ...job, kind: 'store', address, body });
    // What was stored in a folder that others have recovered since is gone.
    if (answer?.kind !== 'stored' || era !== this.#era) return false;
    this.#accepted.set(address, accepted);
    if (onRight(address, answer.boring)) return true;
    this.#accepted.delete(address);
    return false;
  }

  /** Null when it cannot be done now. */
  async #run(job: JudgeJob & { readonly address: Address }): Promise<JudgeAnswer | null> {
    if (this.#isOver) return null;
    const answer = await this.#pool.run(job);
    if (answer.kind !== 'failed') return answer;
    const { address } = job;
    if (answer.code === 'EPARENT') this.#parts.onDamaged(address);
    this.#parts.logger.warn(
      { address, code: answer.code, reason: answer.reason },
      'a result cannot be judged now',
    );
    return null;
  }

  async #isDone(address: Address): Promise<boolean> {
    return await stat(this.#parts.layout.done(address)).then(
      (found) => found.isFile(),
      () => false,
    );
  }
}
