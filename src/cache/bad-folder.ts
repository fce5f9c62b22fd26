import { basename, join } from 'node:path';
import { disk } from './disk.js';
import { exists, makeFolder, move } from './files.js';
import type { Layout } from './layout.js';

/**
 * Sets something aside that cannot be a tile, so that nobody stumbles over it again and somebody can look at it.
 *
 * @param path file, link or folder in the cache
 * @returns where it is now, or null when it was gone
 */
export async function setAside(layout: Layout, path: string): Promise<string | null> {
  const to = await freePlace(layout, path);
  return (await move(path, to)) ? to : null;
}

/**
 * Keeps a second name of a damaged file in bad/, while the first one stays until it is replaced: a crash between the two
 * loses nothing.
 *
 * @returns the second name, or null when the file system has no hard links or the file is gone
 */
export async function keepCopy(layout: Layout, path: string): Promise<string | null> {
  const to = await freePlace(layout, path);
  try {
    await disk.link(path, to);
    return to;
  } catch {
    return null;
  }
}

async function freePlace(layout: Layout, path: string): Promise<string> {
  await makeFolder(layout.badFolder);
  // A name from a hostile listing cannot leave the folder (basename), hide (dot), or be too long for a suffix.
  const name = shorten(basename(path).replace(/^\.+/, '')) || 'unnamed';
  let free = join(layout.badFolder, name);
  for (let n = 2; await exists(free); n++) free = join(layout.badFolder, `${name}.${n}`);
  return free;
}

/** Cuts a name to 200 bytes: a file system counts bytes, and a letter may have four. */
function shorten(name: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(name).subarray(0, 200)).replace(/\ufffd+$/, '');
}
