import { dirname, join, relative, sep } from 'node:path';
import { CacheError } from './cache-error.js';
import { disk } from './disk.js';
import { look } from './files.js';
import type { Layout, WorkLayout } from './layout.js';

/**
 * What stands at the places where folders should be. A link in the place of a folder would lead every rename and every removal
 * below it out of the cache, so it is looked for before a folder is used. (Between the look and the use there is a moment; Node
 * cannot hold on to a folder.)
 */

/** What stands at a path; links are not followed. */
export type Kind = 'folder' | 'file' | 'other' | 'nothing';

/** Looks what stands at a path. */
export async function kindAt(path: string): Promise<Kind> {
  const found = await look(path);
  if (found === null) return 'nothing';
  return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other';
}

/**
 * Makes sure that there is a folder, or nothing, at a path.
 *
 * @throws CacheError EFOLDER
 */
export async function assertFolder(path: string): Promise<void> {
  const kind = await kindAt(path);
  if (kind === 'folder' || kind === 'nothing') return;
  throw new CacheError(
    'EFOLDER',
    path,
    `${path} is ${kind === 'file' ? 'a file' : 'a link or something else'}: expected a folder, for what is moved there must stay in ` +
      'the cache. Move it away and make a folder in its place, with what belongs in it.',
  );
}

/**
 * Makes sure that the folders of a cache lie in it; they may be missing.
 *
 * @throws CacheError EFOLDER
 */
export async function assertFolders(layout: Layout): Promise<void> {
  await Promise.all(layout.allFolders.map(assertFolder));
}

/**
 * Makes sure that all folders between a cache's root and a path lie in it.
 *
 * @throws CacheError EFOLDER
 */
export async function assertWay(root: string, path: string): Promise<void> {
  const folders = relative(root, dirname(path)).split(sep);
  for (let depth = 1; depth <= folders.length; depth++)
    await assertFolder(join(root, ...folders.slice(0, depth)));
}

/** The lines of some thousand tiles are shorter by far. */
const MAX_BORING_BYTES = 2 ** 27;

/** What stands in a client's folder, or in its place, and is not what should be there: a link called todo, a pipe called boring.txt. */
export async function findObstacles(work: WorkLayout): Promise<string[]> {
  const found = await kindAt(work.folder);
  if (found !== 'folder') return found === 'nothing' ? [] : [work.folder];
  const expected: [string, Kind][] = [
    ...work.folders.map((path): [string, Kind] => [path, 'folder']),
    [work.status, 'file'],
    [work.boring, 'file'],
  ];
  const kinds = await Promise.all(expected.map(async ([path]) => await kindAt(path)));
  const obstacles = expected.flatMap(([path, kind], i) =>
    kinds[i] === kind || kinds[i] === 'nothing' ? [] : [path],
  );
  if (kinds.at(-1) === 'file' && (await disk.lstat(work.boring)).size > MAX_BORING_BYTES)
    obstacles.push(work.boring);
  return obstacles;
}

/** Removes them; links are not followed. */
export async function removeObstacles(work: WorkLayout): Promise<void> {
  for (const path of await findObstacles(work)) await disk.rm(path, { recursive: true, force: true });
}
