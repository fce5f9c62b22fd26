import { Tinypool } from 'tinypool';
import type { Job, Outcome } from './job.js';

/** The worker threads. As many jobs run at a time as there are threads; the caller keeps the queue. */
export class WorkerPool {
  readonly #pool: Tinypool;

  constructor(workers: number) {
    this.#pool = new Tinypool({
      filename: new URL('./worker.js', import.meta.url).href,
      runtime: 'worker_threads',
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: 1,
    });
  }

  async run(job: Job): Promise<Outcome[]> {
    return (await this.#pool.run(job)) as Outcome[];
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
