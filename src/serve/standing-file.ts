import { join, resolve, sep } from 'node:path';
import { look } from '../cache/files.js';

/**
 * Whether a regular file stands at a path of a cache, with folders and no links on its way: a link, whoever made it, is not followed, so
 * that nothing outside the cache is served. (The root itself may be a link. Between this look and the reading there is a moment that a
 * program in Node cannot close; see "When somebody means ill" in docs/protocol.md.)
 *
 * @param root the cache
 * @param path from there, built by the cache's layout
 */
export async function isStandingFile(root: string, path: string): Promise<boolean> {
  const names = path.split(sep);
  // The file first: most that is asked for in vain is not there at all.
  if (!((await look(join(resolve(root), path)))?.isFile() ?? false)) return false;
  for (let depth = names.length - 1; depth > 0; depth--) {
    const folder = await look(join(resolve(root), ...names.slice(0, depth)));
    if (!(folder?.isDirectory() ?? false)) return false;
  }
  return true;
}
