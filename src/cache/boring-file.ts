import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { lineage, type Address } from '../tile/address.js';
import { formatBoringLine, parseBoringLine, type BoringTile } from '../tile/boring-line.js';
import { isGone, openRegular, publish } from './files.js';

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

/** Longest line that is taken apart; nothing valid is longer. */
const MAX_LINE = 110_000;

/** Reads boring.txt; a missing file is an empty one. */
export async function readBoring(path: string): Promise<BoringContents> {
  const tiles = new Map<Address, number>();
  const invalid: { line: number; text: string }[] = [];
  const duplicates: Address[] = [];
  let line = 0;
  try {
    for await (const text of completeLines(path)) {
      line++;
      const tile = text.length <= MAX_LINE ? parseBoringLine(text) : null;
      if (tile === null && text.endsWith('#')) continue;
      if (tile === null) invalid.push({ line, text: text.slice(0, 80) });
      else if (tiles.has(tile.address)) duplicates.push(tile.address);
      else tiles.set(tile.address, tile.period);
    }
  } catch (error) {
    if (!isGone(error)) throw error;
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

/** The lines of a file that end with a newline. */
async function* completeLines(path: string): AsyncGenerator<string> {
  const file = await openRegular(path, constants.O_RDONLY);
  try {
    let { size } = await file.stat();
    if (size > 0 && (await endsInsideLine(file))) size = await endOfLastLine(file, size);
    if (size === 0) return;
    // Of the open file: a path may lead nowhere by now, and readline hands no error of its input on.
    const input = file.createReadStream({ encoding: 'latin1', start: 0, end: size - 1, autoClose: false });
    for await (const line of createInterface({ input, crlfDelay: Infinity })) yield line;
  } finally {
    await file.close();
  }
}

/** Size of a file up to and including its last newline. */
async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const piece = Buffer.alloc(4096);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - piece.length);
    const { bytesRead } = await file.read(piece, 0, end - start, start);
    const newline = piece.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}
