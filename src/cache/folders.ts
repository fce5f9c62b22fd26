import { lstat } from 'node:fs/promises';
import { CacheError, systemCode } from './cache-error.js';
import type { Layout } from './layout.js';

/**
 * What stands at the places where folders should be. A link in the place of a folder would lead every rename and every removal
 * below it out of the cache, so it is looked for before a folder is used. (Between the look and the use there is a moment; Node
 * cannot hold on to a folder.)
 */

/** What stands at a path; links are not followed. */
export async function kindAt(path: string): Promise<'folder' | 'file' | 'other' | 'nothing'> {
  try {
    const found = await lstat(path);
    return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other';
  } catch (error) {
    if (['ENOENT', 'ESTALE', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return 'nothing';
    throw error;
  }
}

/**
 * Makes sure that the folders of a cache lie in it; they may be missing.
 *
 * @throws CacheError EFOLDER
 */
export async function assertFolders(layout: Layout): Promise<void> {
  await Promise.all(
    layout.allFolders.map(async (path) => {
      const kind = await kindAt(path);
      if (kind === 'folder' || kind === 'nothing') return;
      throw new CacheError(
        'EFOLDER',
        path,
        `${path} is ${kind === 'file' ? 'a file' : 'a link or something else'}: expected a folder, for what is moved there must stay in ` +
          'the cache. Move it away and make a folder in its place, with what belongs in it.',
      );
    }),
  );
}
