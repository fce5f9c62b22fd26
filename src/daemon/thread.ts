import { Worker } from 'node:worker_threads';

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** A thread that keeps what it works on, and is asked one thing at a time. */
export class Thread<Question, Answer> {
  readonly #worker: Worker;
  #waiting: Waiting<Answer> | null = null;
  #end: Error | null = null;

  /**
   * @param program the file that answers each message by one
   * @param data what the program finds as its `workerData`
   */
  constructor(program: URL, data: unknown) {
    // Of its own: what a library prints about an error is in the error as well.
    this.#worker = new Worker(program, { workerData: data, stdout: true, stderr: true });
    this.#worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.resolve(answer);
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('its thread has ended')));
  }

  /** Asks, when the last answer has come. @throws Error when the thread has ended */
  async ask(question: Question): Promise<Answer> {
    if (this.#end) throw this.#end;
    return await new Promise<Answer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage(question);
    });
  }

  /** Ends it, whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#end ??= error;
    this.#waiting?.reject(this.#end);
    this.#waiting = null;
  }
}
