import type { Logger } from 'pino';
import { diskRoom, type DiskRoom } from '../cache/free-space.js';

/** Pause after the disk was found full before it is looked at again, in milliseconds. */
const RETRY_MS = 5000;

/** Decides whether there is room on the disk to take work, and says so once when that changes. */
export class SpaceGuard {
  readonly #root: string;
  readonly #minFree: number;
  readonly #logger: Logger;
  #closed = false;
  #room: DiskRoom | null = null;
  #retryAt = 0;

  /** @param minFree bytes that must be free */
  constructor(root: string, minFree: number, logger: Logger) {
    this.#root = root;
    this.#minFree = minFree;
    this.#logger = logger;
  }

  /** Whether no work is to be begun for want of space. */
  get closed(): boolean {
    return this.#closed;
  }

  /** What was left at the last look; null before the first. */
  get room(): DiskRoom | null {
    return this.#room;
  }

  /** To be told when a write has failed for want of space, whatever the file system says is free (quotas). */
  reportFull(why = 'the disk is full'): void {
    this.#close(why);
    this.#retryAt = performance.now() + RETRY_MS;
  }

  /** Looks at the disk. */
  async hasSpace(): Promise<boolean> {
    if (this.#closed && performance.now() < this.#retryAt) return false;
    this.#room = await diskRoom(this.#root);
    const { freeBytes } = this.#room;
    const freeMiB = Math.floor(freeBytes / 2 ** 20);
    if (freeBytes < this.#minFree) {
      this.#close(`only ${freeMiB} MiB are free`);
      this.#retryAt = performance.now() + RETRY_MS;
    } else if (this.#closed) {
      this.#closed = false;
      this.#logger.info({ freeMiB }, 'there is space again; going on');
    }
    return !this.#closed;
  }

  #close(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    const minFreeMiB = Math.ceil(this.#minFree / 2 ** 20);
    this.#logger.warn({ minFreeMiB }, `${why}: taking no more work until there is space`);
  }
}
