import { randomUUID } from 'node:crypto';
import { basename, join, relative, sep } from 'node:path';
import { isFolded } from '../tile/folding.js';
import { systemCode } from './cache-error.js';
import { disk } from './disk.js';
import { exists, makeFolder, move } from './files.js';
import { assertFolder, kindAt } from './folders.js';
import { mapInGroups } from './groups.js';
import type { Layout } from './layout.js';
import type { HeldLock } from './lock.js';

/**
 * Sets something aside that cannot be a tile, so that nobody stumbles over it again and somebody can look at it.
 *
 * @param path file, link or folder in the cache
 * @returns where it is now, or null when it was gone
 * @throws CacheError EFOLDER when bad/ leads out of the cache, or a system error
 */
export async function setAside(layout: Layout, path: string): Promise<string | null> {
  const to = await freePlace(layout, path);
  return (await move(path, to)) ? to : null;
}

/**
 * Keeps a second name of a damaged file in bad/, while the first one stays until it is replaced: a crash between the two
 * loses nothing.
 *
 * @returns the second name, or null when there can be none: the file system has no hard links, or the file is gone
 */
export async function keepCopy(layout: Layout, path: string): Promise<string | null> {
  try {
    const to = await freePlace(layout, path);
    await disk.link(path, to);
    return to;
  } catch {
    return null;
  }
}

/** From where to where. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** How a file is moved: `move` or `moveOwn` of files.ts. */
type Mover = (from: string, to: string) => Promise<boolean>;

/**
 * Moves files within the cache, several at a time, after clearing the way of whatever stands where they belong: a folder of a file's name,
 * or a file or a link in the place of one of the folders of a folded address. That is set aside.
 *
 * @param held proven to be held between the moves
 * @returns which were moved
 */
export async function moveAllInto(
  layout: Layout,
  moves: readonly Move[],
  mover: Mover,
  held: Pick<HeldLock, 'assertHeld'>,
): Promise<boolean[]> {
  const moved = await mapInGroups(moves, async ({ from, to }) => {
    // The way to a folded address is looked at before it is used.
    if (isFolded(to)) return null;
    held.assertHeld();
    return await unlessBlocked(async () => await mover(from, to));
  });
  // One after the other: the first may clear the way for the next.
  for (const [i, { from, to }] of moves.entries()) {
    if (moved[i] !== null) continue;
    held.assertHeld();
    moved[i] = await moveInto(layout, from, to, mover);
  }
  return moved.map((done) => done === true);
}

/** As {@link moveAllInto}, of one file. */
export async function moveInto(layout: Layout, from: string, to: string, mover: Mover): Promise<boolean> {
  if (isFolded(to)) await clearWay(layout, to);
  const moved = await unlessBlocked(async () => await mover(from, to));
  if (moved !== null) return moved;
  await clearWay(layout, to);
  return await mover(from, to);
}

/** What says that something stands in the way. */
const BLOCKED: ReadonlySet<string> = new Set(['EISDIR', 'ENOTDIR', 'ELOOP', 'EEXIST', 'ENOTEMPTY']);

/** The result of a move, or null when something stands in its way. */
async function unlessBlocked(attempt: () => Promise<boolean>): Promise<boolean | null> {
  try {
    return await attempt();
  } catch (error) {
    if (BLOCKED.has(systemCode(error) ?? '')) return null;
    throw error;
  }
}

/**
 * Sets aside whatever stands where a folder above a path should be, or a folder at the path itself.
 *
 * @throws CacheError EFOLDER when it is one of the cache's own folders
 */
export async function clearWay(layout: Layout, path: string): Promise<void> {
  const names = relative(layout.root, path).split(sep);
  for (let depth = 1; depth <= names.length; depth++) {
    const at = join(layout.root, ...names.slice(0, depth));
    if (depth === 1) await assertFolder(at);
    const kind = await kindAt(at);
    if (kind === 'nothing') return;
    if ((kind === 'folder') !== (depth === names.length)) continue;
    await setAside(layout, at);
    return;
  }
}

/** Names that are tried before one is made that nobody can have foreseen. */
const MAX_TRIES = 100;

async function freePlace(layout: Layout, path: string): Promise<string> {
  await assertFolder(layout.badFolder);
  await makeFolder(layout.badFolder);
  // A name from a hostile listing cannot leave the folder (basename), hide (dot), or be too long for a suffix.
  const name = shorten(basename(path).replace(/^\.+/, '')) || 'unnamed';
  let free = join(layout.badFolder, name);
  for (let n = 2; await exists(free); n++) {
    free = join(layout.badFolder, `${name}.${n <= MAX_TRIES ? n : randomUUID()}`);
  }
  return free;
}

/** Cuts a name to 200 bytes: a file system counts bytes, and a letter may have four. */
function shorten(name: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(name).subarray(0, 200)).replace(/\ufffd+$/, '');
}
