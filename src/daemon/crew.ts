import type { Logger } from 'pino';
import { keepCopy, setAside } from '../cache/bad-folder.js';
import { remove } from '../cache/files.js';
import type { Layout } from '../cache/layout.js';
import type { Membership } from '../cache/membership.js';
import type { Result } from '../cache/merge.js';
import { addStatistics, noStatistics, type Statistics } from '../subdivide/statistics.js';
import type { Address } from '../tile/address.js';
import type { ErrorLog } from './error-log.js';
import type { Holdings, Running } from './holdings.js';
import type { Job, Outcome, Task } from './job.js';
import { WorkerPool } from './pool.js';
import type { SpaceGuard } from './space-guard.js';

/** A tile whose computation fails this often is set aside. */
const MAX_FAILURES = 3;

/**
 * Tiles that a thread subdivides together: the long orbits of several fill the kernel's vectors, which takes a fifth off the
 * time of a tile of level 8.
 */
export const TILES_PER_JOB = 4;
/** A job of several tiles should take no longer than this: others may be waiting for work. */
const JOB_MS = 400;

/** Those who compute what a daemon has claimed: its own threads, or others elsewhere. They take what waits and leave results. */
export interface Workforce {
  /** What was computed since the start. */
  readonly statistics: Statistics;
  /** Works for a membership from now on; what runs for an earlier one, or for none (null), is not taken any more. */
  serve(membership: Membership | null): void;
  /** Hands out what waits. */
  feed(): void;
  /** Told what was merged: it is in the cache now. */
  merged(results: readonly Result[]): void;
  /** Ends what is under way, and begins nothing but what must be done to give it back. */
  finish(): Promise<void>;
  /** Forgets what all hold. */
  abandon(): Promise<void>;
  close(): Promise<void>;
}

/** What the crew works with. */
export interface CrewParts {
  readonly workers: number;
  /** The part of every job that is the same. */
  readonly job: Omit<Job, 'tasks'>;
  readonly layout: Layout;
  readonly held: Holdings;
  readonly space: SpaceGuard;
  readonly logger: Logger;
  readonly errors: ErrorLog;
  /** Told whenever a thread has finished something. */
  readonly onFinished: () => void;
}

/**
 * The threads and what comes back from them. Waiting tiles are handed to free threads; a computed tile becomes a result, a
 * damaged one is made again, one that fails is repeated and in the end set aside.
 */
export class Crew implements Workforce {
  readonly statistics: Statistics = noStatistics();
  readonly #parts: CrewParts;
  readonly #pool: WorkerPool<Job, Outcome[]>;
  #membership: Membership | null = null;
  #stopping = false;
  /** Threads that work. */
  #busy = 0;
  /** What a tile took in the last job. */
  #msPerTile = Infinity;

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#pool = new WorkerPool(new URL('./worker.js', import.meta.url), parts.workers);
  }

  serve(membership: Membership | null): void {
    this.#membership = membership;
  }

  /** Hands waiting tiles to free threads. */
  feed(): void {
    const membership = this.#membership;
    if (membership === null) return;
    const { held, workers, job } = this.#parts;
    while (this.#busy < workers) {
      const tasks = this.#takeNext();
      if (tasks.length === 0) return;
      this.#busy++;
      const start = performance.now();
      const done = this.#pool
        .run({ ...job, tasks })
        .then(async (outcomes) => {
          this.#msPerTile = (performance.now() - start) / tasks.length;
          // What was computed for an earlier membership is not ours any more.
          if (membership !== this.#membership) return;
          for (const [i, outcome] of outcomes.entries()) await this.#receive(membership, tasks[i], outcome);
        })
        .catch(async (error: unknown) => {
          if (membership !== this.#membership) return;
          for (const task of tasks) await this.#receiveFailure(membership, task, error);
        })
        .finally(() => {
          this.#busy--;
          for (const { address } of tasks) held.running.delete(address);
          this.feed();
          this.#parts.onFinished();
        });
      for (const { address, kind } of tasks) held.running.set(address, { kind, since: start, done });
    }
  }

  merged(): void {}

  /** Lets the threads finish what they have begun, and begin nothing but what must be done to give it back. */
  async finish(): Promise<void> {
    const { running } = this.#parts.held;
    this.#stopping = true;
    while (running.size > 0) await allDone(running);
  }

  /** Lets the threads finish, and forgets what they and all others hold. */
  async abandon(): Promise<void> {
    const { held } = this.#parts;
    this.serve(null);
    await allDone(held.running);
    held.forget();
  }

  async close(): Promise<void> {
    await this.abandon();
    await this.#pool.close();
  }

  /** What a thread gets next: several tiles to subdivide, or one task of another kind or after a failure. */
  #takeNext(): Task[] {
    const { held, space, workers } = this.#parts;
    if (space.closed) return [];
    // A damaged tile is made again even when stopping: only then need nobody else do it.
    const mayJoin = ({ kind, address }: Task): boolean => kind === 'subdivide' && !held.hasFailed(address);
    if (this.#stopping) {
      const next = held.waiting.findIndex(({ kind }) => kind === 'remake');
      return next < 0 ? [] : held.waiting.splice(next, 1);
    }
    const most = Math.ceil(held.waiting.length / (workers - this.#busy));
    const limit = Math.max(1, Math.min(TILES_PER_JOB, most, Math.floor(JOB_MS / this.#msPerTile)));
    const others = held.waiting.findIndex((task) => !mayJoin(task));
    const joinable = others < 0 ? held.waiting.length : others;
    return held.waiting.splice(0, Math.max(1, Math.min(limit, joinable)));
  }

  async #receive({ work }: Membership, job: Task, outcome: Outcome): Promise<void> {
    const { held, layout, space, logger, errors } = this.#parts;
    const { address } = job;
    switch (outcome.kind) {
      case 'computed':
        addStatistics(this.statistics, outcome.statistics);
        held.results.push(outcome.result);
        return;
      case 'remade':
        logger.info({ address }, 'made a damaged tile again');
        held.waiting.unshift({ kind: 'subdivide', address });
        return;
      case 'damaged': {
        const bad = await keepCopy(layout, work.todo(address));
        logger.warn(
          { address, reason: outcome.reason, bad },
          'a tile in todo/ was damaged; a copy is kept in bad/',
        );
        held.waiting.unshift({ kind: 'remake', address });
        return;
      }
      case 'failed': {
        const { code, reason } = outcome;
        const isFull = code === 'ENOSPC' || code === 'EDQUOT';
        if (!isFull)
          errors.report({ address, code, reason }, 'a tile could not be written; trying again later');
        space.reportFull(isFull ? 'the disk is full' : 'the file system fails');
        held.waiting.push(job);
        return;
      }
      case 'needless':
        await remove(work.todo(address));
        errors.report({ address, reason: outcome.reason }, 'a damaged tile need not be there; dropped');
        return;
      case 'gone':
        logger.warn({ address }, 'a claimed tile is gone');
        return;
    }
  }

  /** A thread failed, not the tile's data and not the file system: a bug. */
  async #receiveFailure({ work }: Membership, job: Task, error: unknown): Promise<void> {
    const { held, layout, errors } = this.#parts;
    const { address } = job;
    const failures = held.countFailure(address);
    errors.report({ address, failures, err: error }, 'a tile could not be computed');
    if (failures < MAX_FAILURES) {
      held.waiting.push(job);
      return;
    }
    const path = job.kind === 'make' ? work.want(address) : work.todo(address);
    const bad = await setAside(layout, path).catch(() => null);
    errors.report({ address, bad }, 'a tile failed repeatedly; set aside');
  }
}

async function allDone(running: ReadonlyMap<Address, Running>): Promise<void> {
  await Promise.all([...running.values()].map(async ({ done }) => await done));
}
