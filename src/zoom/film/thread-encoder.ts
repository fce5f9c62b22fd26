import { Worker } from 'node:worker_threads';
import type { Encoder } from './encoder.js';
import { FilmError, fullDisk } from './film-error.js';
import type { ThreadAnswer, ThreadOrder, ThreadRequest } from './thread.js';

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** An encoder in a thread of its own (thread.ts): what it takes, 30 to 400 ms a frame, would keep the daemon from everything else. */
export class EncoderThread implements Encoder {
  readonly #target: string;
  readonly #worker: Worker;
  #waiting: Waiting | null = null;
  #end: Error | null = null;

  /** @param target what is named in errors */
  constructor(target: string, order: ThreadOrder) {
    this.#target = target;
    const program = new URL('../../../dist/zoom/film/thread.js', import.meta.url);
    // Of its own: what the library prints, about a broken encoder, is in the error as well.
    this.#worker = new Worker(program, { workerData: order, stdout: true, stderr: true });
    this.#worker.on('message', (answer: ThreadAnswer) => this.#answer(answer));
    this.#worker.on('error', (error) => this.#fail(this.#encoderError(error.message, error)));
    this.#worker.on('exit', () => this.#fail(this.#encoderError('its thread has ended', null)));
  }

  async add(rgb: Uint8Array): Promise<void> {
    await this.#ask(rgb);
  }

  async finish(): Promise<void> {
    await this.#ask(null);
    await this.#worker.terminate();
  }

  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask(request: ThreadRequest): Promise<void> {
    if (this.#end) throw this.#end;
    await new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage(request);
    });
  }

  #answer(answer: ThreadAnswer): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (answer === null) waiting?.resolve();
    else waiting?.reject(this.#errorOf(answer));
  }

  #errorOf({ message, code }: NonNullable<ThreadAnswer>): Error {
    if (code === undefined) return this.#encoderError(message, null);
    const error = Object.assign(new Error(message), { code });
    return code === 'ENOSPC' ? fullDisk(this.#target, error) : error;
  }

  #fail(error: Error): void {
    this.#end ??= error;
    this.#waiting?.reject(this.#end);
    this.#waiting = null;
  }

  #encoderError(reason: string, cause: unknown): FilmError {
    return new FilmError('EENCODER', this.#target, `the encoder of ${this.#target} has failed: ${reason}`, {
      cause,
    });
  }
}
