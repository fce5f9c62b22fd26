import { Thread } from '../../daemon/thread.js';
import type { Encoder } from './encoder.js';
import { FilmError, fullDisk } from './film-error.js';
import type { ThreadAnswer, ThreadOrder, ThreadRequest } from './thread.js';

/** An encoder in a thread of its own (thread.ts): what it takes, 30 to 400 ms a frame, would keep the daemon from everything else. */
export class EncoderThread implements Encoder {
  readonly #target: string;
  readonly #thread: Thread<ThreadRequest, ThreadAnswer>;

  /** @param target what is named in errors */
  constructor(target: string, order: ThreadOrder) {
    this.#target = target;
    this.#thread = new Thread(new URL('../../../dist/zoom/film/thread.js', import.meta.url), order);
  }

  async add(rgb: Uint8Array): Promise<void> {
    await this.#ask(rgb);
  }

  async finish(): Promise<void> {
    await this.#ask(null);
    await this.#thread.terminate();
  }

  async kill(): Promise<void> {
    await this.#thread.terminate();
  }

  async #ask(request: ThreadRequest): Promise<void> {
    let answer: ThreadAnswer;
    try {
      answer = await this.#thread.ask(request);
    } catch (error) {
      throw this.#encoderError(error instanceof Error ? error.message : String(error), error);
    }
    if (answer !== null) throw this.#errorOf(answer);
  }

  #errorOf({ message, code }: NonNullable<ThreadAnswer>): Error {
    if (code === undefined) return this.#encoderError(message, null);
    const error = Object.assign(new Error(message), { code });
    return code === 'ENOSPC' ? fullDisk(this.#target, error) : error;
  }

  #encoderError(reason: string, cause: unknown): FilmError {
    return new FilmError('EENCODER', this.#target, `the encoder of ${this.#target} has failed: ${reason}`, {
      cause,
    });
  }
}
