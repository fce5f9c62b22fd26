import { watch, type FSWatcher } from 'chokidar';
import type { Layout } from './layout.js';

/**
 * A hint that somebody has changed the cache: the lock was released. It only shortens the wait of an idle daemon on a
 * local disk; between machines no such event arrives, so the truth is a new listing, which comes anyway.
 *
 * The lock's folder is watched and not todo/, because it stays tiny while todo/ may hold a million files.
 */
export class ChangeHint {
  readonly #watcher: FSWatcher;
  #wake: (() => void) | null = null;
  #pending = false;

  constructor(layout: Layout) {
    const { lockFolder, heldLock } = layout;
    // Nothing else there is looked at, and no link is followed.
    const ignored = (path: string): boolean => path !== lockFolder && path !== heldLock;
    const options = { ignoreInitial: true, depth: 0, persistent: false, followSymlinks: false, ignored };
    this.#watcher = watch(lockFolder, options);
    this.#watcher.on('unlinkDir', () => this.wake());
    // A hint that cannot be had (no inotify watches left) is no error.
    this.#watcher.on('error', () => undefined);
  }

  /** Ends the present wait, or the next one at once. */
  wake(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** Waits for a change, but not longer than `ms` milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.#pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = null;
    this.#pending = false;
  }

  async close(): Promise<void> {
    this.wake();
    await this.#watcher.close();
  }
}
