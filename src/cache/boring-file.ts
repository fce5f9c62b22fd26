import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lineage, type Address } from '../tile/address.js';
import { formatBoringLine, parseBoringLine, type BoringTile } from '../tile/boring-line.js';
import { fileError, isGone, openRegular, publish } from './files.js';
import { completeLines } from './lines.js';

/**
 * boring.txt. It grows at its end only, under the lock, by whole lines. A crash may tear the last line: readers take no
 * line without its newline, and the next writer ends a torn line with a mark that makes it invalid.
 */

/** Ends a torn line: with it, no prefix of a line parses as a line. */
const TORN_MARK = '#\n';

/** Appends tiles and waits until they are on the disk. */
export async function appendBoring(path: string, tiles: readonly BoringTile[]): Promise<void> {
  if (tiles.length === 0) return;
  // Written through: a client that stops between writing and syncing might else, over NFS, write over others' lines when it wakes.
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_DSYNC;
  const file = await openRegular(path, flags);
  try {
    const mark = (await endsInsideLine(file)) ? TORN_MARK : '';
    await file.appendFile(mark + tiles.map(formatBoringLine).join(''));
  } finally {
    await file.close();
  }
}

/**
 * Writes boring.txt anew: what is no line goes, of two lines of one tile the second one, and whatever is not to be kept. Under the lock.
 *
 * @returns how many lines went
 */
export async function rewriteBoring(path: string, isToKeep: (tile: BoringTile) => boolean): Promise<number> {
  const { tiles, invalid, duplicates } = await readBoring(path);
  const kept = [...tiles].map(([address, period]) => ({ address, period })).filter(isToKeep);
  const gone = invalid.length + duplicates.length + tiles.size - kept.length;
  if (gone > 0) await publish(path, kept.map(formatBoringLine).join(''));
  return gone;
}

async function endsInsideLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

/** What stands in boring.txt. */
export interface BoringContents {
  /** Period by address. */
  readonly tiles: Map<Address, number>;
  /** Lines that are none, with their numbers from 1; torn lines that were ended with a mark are no news. */
  readonly invalid: readonly { readonly line: number; readonly text: string }[];
  /** Addresses that stand there more than once. */
  readonly duplicates: readonly Address[];
}

/**
 * Longest line that is taken, in bytes. No tile of a longer address can be stored (see deepestLevel), and from 16,384 characters on
 * V8's hash of a text is its length, so that a map of such addresses takes a time that grows with their square.
 */
export const MAX_BORING_LINE: number = 8192;
/** Longest file that is read, in bytes. */
export const MAX_BORING_BYTES: number = 2 ** 30;
/** Most tiles that are kept: a Map holds no more. */
export const MAX_BORING_TILES: number = 2 ** 24 - 1;
/** Most invalid lines, and most duplicates, that are told of. */
const MAX_TOLD = 10_000;

/**
 * Reads boring.txt; a missing file is an empty one.
 *
 * @throws Error with code EFBIG when there is more in it than can be held
 */
export async function readBoring(path: string): Promise<BoringContents> {
  const tiles = new Map<Address, number>();
  const invalid: { line: number; text: string }[] = [];
  const duplicates: Address[] = [];
  let line = 0;
  const take = (text: string): void => {
    line++;
    const tile = text.length <= MAX_BORING_LINE ? parseBoringLine(text) : null;
    if (tile === null) {
      if (!text.endsWith('#') && invalid.length < MAX_TOLD) invalid.push({ line, text: text.slice(0, 80) });
    } else if (tiles.has(tile.address)) {
      if (duplicates.length < MAX_TOLD) duplicates.push(tile.address);
    } else {
      if (tiles.size === MAX_BORING_TILES)
        throw fileError('EFBIG', `${path}: expected at most ${MAX_BORING_TILES} tiles`);
      tiles.set(tile.address, tile.period);
    }
  };
  let file: FileHandle;
  try {
    file = await openRegular(path, constants.O_RDONLY);
  } catch (error) {
    if (isGone(error)) return { tiles, invalid, duplicates };
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size > MAX_BORING_BYTES) {
      throw fileError('EFBIG', `${path}: expected at most ${MAX_BORING_BYTES} bytes, got ${size}`);
    }
    for await (const lines of completeLines(file, size, MAX_BORING_LINE)) lines.forEach(take);
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    await file.close();
  }
  return { tiles, invalid, duplicates };
}

/** The boring tile that a tile is or lies in, or null. */
export function boringAncestor(tiles: ReadonlyMap<Address, number>, address: Address): BoringTile | null {
  for (const ancestor of lineage(address)) {
    const period = tiles.get(ancestor);
    if (period !== undefined) return { address: ancestor, period };
  }
  return null;
}
