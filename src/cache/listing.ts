import fastGlob from 'fast-glob';
import type { Address } from '../tile/address.js';
import { isFoldName, unfoldAddress } from '../tile/folding.js';
import { isGone } from './files.js';

/** A raw file in a folder of the cache. */
export interface ListedRaw {
  readonly address: Address;
  /** Modification time in milliseconds, by the file server's clock. */
  readonly modified: number;
  /** Size in bytes. */
  readonly size: number;
}

/** Something in a folder of raw files that is none. */
export interface Stray {
  /** Path within the folder. */
  readonly path: string;
  /** Why it is none. */
  readonly reason: string;
}

/** What a folder of raw files holds. */
export interface Listing {
  readonly raws: ListedRaw[];
  readonly strays: Stray[];
}

/**
 * Lists a folder of raw files: names, times and sizes, also those of folded addresses. Nothing is followed or opened; dot
 * files are ignored.
 */
export async function listRaws(folder: string): Promise<Listing> {
  const raws: ListedRaw[] = [];
  const strays: Stray[] = [];
  for (const { path, stats, dirent } of await glob(folder)) {
    const parts = path.split('/');
    if (dirent.isDirectory() && parts.every((part, depth) => isFoldName(part, depth))) continue;
    const reason = dirent.isSymbolicLink()
      ? 'a symbolic link'
      : dirent.isDirectory()
        ? 'a folder'
        : dirent.isFile()
          ? null
          : 'no regular file';
    const address = reason === null ? addressOf(path) : null;
    if (address !== null && stats) {
      raws.push({ address, modified: stats.mtimeMs, size: stats.size });
    } else if (parts.length === 1 || isInsideFolds(parts)) {
      strays.push({ path, reason: reason ?? 'not named like a tile (M, digits 0 to 3, .raw)' });
    }
  }
  return { raws, strays };
}

/** Addresses of the raw files in a folder, without times: one readdir, no stat. */
export async function listAddresses(folder: string): Promise<Address[]> {
  const paths = await fastGlob('**/*.raw', { cwd: folder, followSymbolicLinks: false, suppressErrors: true });
  return paths.map(addressOf).filter((address) => address !== null);
}

async function glob(folder: string): Promise<fastGlob.Entry[]> {
  try {
    return await fastGlob('**', {
      cwd: folder,
      stats: true,
      onlyFiles: false,
      followSymbolicLinks: false,
      suppressErrors: true, // files may vanish between readdir and lstat
    });
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function addressOf(path: string): Address | null {
  if (!path.endsWith('.raw')) return null;
  try {
    return unfoldAddress(path.slice(0, -4));
  } catch {
    return null;
  }
}

/** Whether a path lies in folders of a folded address, so that it is not inside something stray itself. */
function isInsideFolds(parts: readonly string[]): boolean {
  return parts.slice(0, -1).every((part, depth) => isFoldName(part, depth));
}
