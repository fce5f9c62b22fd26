import { systemCode } from './cache-error.js';
import { publish, readBounded } from './files.js';
import type { Layout } from './layout.js';

/** No page is longer, in bytes. */
const MAX_PAGE_BYTES = 2 ** 20;
/** By what a page of ours is known. */
const GENERATOR = /<meta name="generator" content="mandeld (\d+)\.(\d+)\.(\d+)"/;

/**
 * Puts the map, index.html, into a cache: when there is none, or an earlier version's. A later one stays, and so does a page that somebody has
 * put there instead.
 *
 * @param page the whole page, with the program's version in it
 * @returns whether it was written
 * @throws a system error
 */
export async function refreshPage(layout: Layout, page: string): Promise<boolean> {
  const bytes = await readPage(layout.page);
  if (bytes === 'not ours') return false;
  if (bytes !== null && !isEarlier(versionOf(new TextDecoder().decode(bytes)), versionOf(page))) return false;
  await publish(layout.page, page);
  return true;
}

/** What stands there; links, folders and long files are somebody's own. */
async function readPage(path: string): Promise<Uint8Array | null | 'not ours'> {
  try {
    return await readBounded(path, MAX_PAGE_BYTES);
  } catch (error) {
    if (['ELOOP', 'EISDIR', 'ENXIO', 'EFBIG'].includes(systemCode(error) ?? '')) return 'not ours';
    throw error;
  }
}

function versionOf(page: string): readonly number[] | null {
  return GENERATOR.exec(page)?.slice(1).map(Number) ?? null;
}

function isEarlier(there: readonly number[] | null, ours: readonly number[] | null): boolean {
  if (there === null || ours === null) return false;
  const differs = there.findIndex((part, at) => part !== ours[at]);
  return differs >= 0 && there[differs] < ours[differs];
}
