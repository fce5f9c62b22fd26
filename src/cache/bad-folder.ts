import { randomUUID } from 'node:crypto';
import { basename, join, relative, sep } from 'node:path';
import { isFolded } from '../tile/folding.js';
import { systemCode } from './cache-error.js';
import { disk } from './disk.js';
import { exists, makeFolder, move } from './files.js';
import { assertFolder, kindAt } from './folders.js';
import type { Layout } from './layout.js';

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

/**
 * Moves a file within the cache, after clearing the way of whatever stands where it belongs: a folder of its name, or a
 * file or a link in the place of one of the folders of a folded address. That is set aside.
 */
export async function moveInto(
  layout: Layout,
  from: string,
  to: string,
  mover: (from: string, to: string) => Promise<boolean>,
): Promise<boolean> {
  if (isFolded(to)) await clearWay(layout, to);
  try {
    return await mover(from, to);
  } catch (error) {
    const isObstacle = ['EISDIR', 'ENOTDIR', 'ELOOP', 'EEXIST', 'ENOTEMPTY'].includes(
      systemCode(error) ?? '',
    );
    if (!isObstacle || !(await clearWay(layout, to))) throw error;
    return await mover(from, to);
  }
}

/**
 * Sets aside whatever stands where a folder above a path should be, or a folder at the path itself.
 *
 * @returns whether there was anything
 * @throws CacheError EFOLDER when it is one of the cache's own folders
 */
export async function clearWay(layout: Layout, path: string): Promise<boolean> {
  const names = relative(layout.root, path).split(sep);
  for (let depth = 1; depth <= names.length; depth++) {
    const at = join(layout.root, ...names.slice(0, depth));
    if (depth === 1) await assertFolder(at);
    const kind = await kindAt(at);
    if (kind === 'nothing') return false;
    if ((kind === 'folder') === (depth === names.length)) return (await setAside(layout, at)) !== null;
  }
  return false;
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
