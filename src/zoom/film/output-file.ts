import { closeSync, openSync, writeSync } from 'node:fs';

/** A file that is written in a thread of its own, by its end or at a place. */
export class OutputFile {
  readonly #file: number;
  #length = 0;

  /** @param path of a file that is not there yet */
  constructor(path: string) {
    this.#file = openSync(path, 'wx');
  }

  /** Where the next bytes go. */
  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    this.write(bytes, this.#length);
  }

  /** @param at byte of the file, also beyond its end */
  write(bytes: Uint8Array, at: number): void {
    // A disk that becomes full takes a part of them first.
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, at + done);
    }
    this.#length = Math.max(this.#length, at + bytes.length);
  }

  close(): void {
    closeSync(this.#file);
  }
}
