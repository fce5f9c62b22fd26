import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Address } from '../tile/address.js';
import { parseBoringLine, type BoringTile } from '../tile/boring-line.js';
import { MAX_BORING_BYTES, MAX_BORING_LINE, MAX_BORING_TILES } from './boring-file.js';
import { isGone, openRegular } from './files.js';
import { LineSplitter, pieces } from './lines.js';

/**
 * boring.txt, kept in memory by whoever asks often: each look reads what was appended since the one before. A file that was written
 * anew (`check --repair`) or has become shorter is read from its beginning.
 *
 * What is beyond the bounds of {@link readBoring} is not read: then a boring tile may be taken for an interesting one.
 */
export class BoringTail {
  readonly #path: string;
  #tiles = new Map<Address, number>();
  /** Lengths that addresses in it have: few, where a deep tile has thousands of ancestors. */
  #lengths = new Set<number>();
  #splitter = new LineSplitter(MAX_BORING_LINE);
  #inode = 0n;
  #end = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Tiles that are known. */
  get size(): number {
    return this.#tiles.size;
  }

  /** Reads what is new. Looks must not overlap. */
  async refresh(): Promise<void> {
    let file: FileHandle;
    try {
      file = await openRegular(this.#path, constants.O_RDONLY);
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#startAgain(0n);
      return;
    }
    try {
      const { ino, size } = await file.stat({ bigint: true });
      if (ino !== this.#inode || size < this.#end) this.#startAgain(ino);
      const end = Math.min(Number(size), MAX_BORING_BYTES);
      for await (const piece of pieces(file, this.#end, end)) {
        this.#end += piece.length;
        this.#splitter.take(piece).forEach((line) => this.#take(line));
      }
    } finally {
      await file.close();
    }
  }

  /** The boring tile that a tile is or lies in, or null. */
  ancestorOf(address: Address): BoringTile | null {
    for (const length of this.#lengths) {
      if (length > address.length) continue;
      const ancestor = address.slice(0, length) as Address;
      const period = this.#tiles.get(ancestor);
      if (period !== undefined) return { address: ancestor, period };
    }
    return null;
  }

  #take(line: string): void {
    const tile = line.length <= MAX_BORING_LINE ? parseBoringLine(line) : null;
    if (tile === null || this.#tiles.size === MAX_BORING_TILES) return;
    this.#tiles.set(tile.address, tile.period);
    this.#lengths.add(tile.address.length);
  }

  #startAgain(inode: bigint): void {
    this.#tiles = new Map();
    this.#lengths = new Set();
    this.#splitter = new LineSplitter(MAX_BORING_LINE);
    this.#inode = inode;
    this.#end = 0;
  }
}
