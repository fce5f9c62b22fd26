import { Tinypool } from 'tinypool';

/** Worker threads. As many jobs run at a time as there are threads; the others wait. */
export class WorkerPool<Job, Answer> {
  readonly #pool: Tinypool;

  /** @param program the file whose default export does a job */
  constructor(program: URL, workers: number) {
    this.#pool = new Tinypool({
      filename: program.href,
      runtime: 'worker_threads',
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: 1,
    });
  }

  async run(job: Job): Promise<Answer> {
    return (await this.#pool.run(job)) as Answer;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** What a thread answers with memory of its own, which goes to whoever asked and is not copied. The thread may not use it any more. */
export function handOver<T>(answer: T, memory: ArrayBuffer): T {
  return Tinypool.move({
    [Tinypool.transferableSymbol]: memory,
    [Tinypool.valueSymbol]: answer,
  } as unknown as ArrayBuffer) as T;
}
