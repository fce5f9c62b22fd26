import { join } from 'node:path';
import { createOwn, listAll, move, remove } from './files.js';

/**
 * A file of one owner, by whose renaming the owner proves that nobody has taken its place: a rename has one winner and tells the truth,
 * where looking may be answered from an NFS client's cache. Whoever takes the place removes the file.
 */
export class Token {
  readonly #folder: string;
  readonly #name: string;
  #isTurned = false;

  /** @param name nobody else's */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Puts it there. */
  async create(content: string): Promise<void> {
    this.#isTurned = false;
    await createOwn(this.#path(false), content);
  }

  /** Whether it is still there. */
  async prove(): Promise<boolean> {
    if (await move(this.#path(this.#isTurned), this.#path(!this.#isTurned))) {
      this.#isTurned = !this.#isTurned;
      return true;
    }
    // Gone; or an earlier request has renamed it although its answer was lost.
    const names = await listAll(this.#folder);
    const found = [false, true].find((isTurned) => names.includes(this.#nameIf(isTurned)));
    this.#isTurned = found ?? this.#isTurned;
    return found !== undefined;
  }

  /** Takes it away. */
  async remove(): Promise<void> {
    for (const isTurned of [this.#isTurned, !this.#isTurned]) await remove(this.#path(isTurned));
  }

  #nameIf(isTurned: boolean): string {
    return `${this.#name}-${isTurned ? 1 : 0}`;
  }

  #path(isTurned: boolean): string {
    return join(this.#folder, this.#nameIf(isTurned));
  }
}
