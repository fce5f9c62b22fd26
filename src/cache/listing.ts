import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import type { Address } from '../tile/address.js';
import { isFoldName, unfoldAddress, unfoldMarker } from '../tile/folding.js';
import { systemCode } from './cache-error.js';
import { callbackDisk, disk } from './disk.js';
import { fileError, isGone } from './files.js';
import { kindAt } from './folders.js';

/** How the files of a folder are named. */
export interface Naming {
  /** The address of a path within the folder, or null when it is not named so. */
  readonly addressOf: (path: string) => Address | null;
  /** What all names end with. */
  readonly ending: string;
  /** What was expected, for people. */
  readonly expected: string;
}

/** Files named by their tile's address and an extension. */
function named(extension: string): Naming {
  return {
    addressOf: (path) =>
      path.endsWith(extension) ? orNull(() => unfoldAddress(path.slice(0, -extension.length))) : null,
    ending: extension,
    expected: `M, digits 0 to 3, ${extension}`,
  };
}

/** Raw files: todo/, done/ and their likes in work/. */
export const RAWS: Naming = named('.raw');

/** Reference orbits. */
export const ORBITS: Naming = named('.orbit');

/** Files that say something of a tile by being there: want/ and ahead/. */
export const MARKERS: Naming = {
  addressOf: (path) => orNull(() => unfoldMarker(path)),
  ending: '',
  expected: 'M, digits 0 to 3',
};

function orNull(parse: () => Address): Address | null {
  try {
    return parse();
  } catch {
    return null;
  }
}

/** A tile's file in a folder of the cache. */
export interface ListedTile {
  readonly address: Address;
  /** Modification time in milliseconds, by the file server's clock. */
  readonly modified: number;
  /** Size in bytes. */
  readonly size: number;
}

/** Something in a folder of tiles' files that is none. */
export interface Stray {
  /** Path within the folder. */
  readonly path: string;
  /** Why it is none. */
  readonly reason: string;
}

/** What a folder of tiles' files holds. */
export interface Listing {
  readonly tiles: ListedTile[];
  readonly strays: Stray[];
}

/** Directory entries that are looked at together. */
const GROUP = 512;

/**
 * Walks a folder of tiles' files, also those of folded addresses: names, times and sizes, in the order in which the file
 * system has them. Nothing is followed or opened; dot files are ignored. A folder that is gone is empty.
 *
 * @throws a system error, with code ENOTDIR when the folder is a link or anything else
 */
export async function* scanTiles(
  folder: string,
  naming: Naming,
  fold: readonly string[] = [],
): AsyncGenerator<ListedTile | Stray> {
  let entries;
  try {
    if (fold.length === 0) {
      const kind = await kindAt(folder);
      if (kind === 'file' || kind === 'other') throw fileError('ENOTDIR', `${folder}: expected a folder`);
    }
    entries = await disk.opendir(join(folder, ...fold), { bufferSize: GROUP });
  } catch (error) {
    if (isGone(error)) return;
    if (fold.length === 0 || !isImpossible(error)) throw error;
    yield {
      path: fold.join('/'),
      reason: `a folder that cannot be opened (${systemCode(error) ?? 'unknown'})`,
    };
    return;
  }
  let group: Dirent[] = [];
  for await (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory() && isFoldName(entry.name, fold.length)) {
      yield* scanTiles(folder, naming, [...fold, entry.name]);
    } else {
      group.push(entry);
    }
    if (group.length < GROUP) continue;
    yield* await look(folder, naming, fold, group);
    group = [];
  }
  yield* await look(folder, naming, fold, group);
}

/** What a group of directory entries is; those that have vanished are left out. */
async function look(
  folder: string,
  naming: Naming,
  fold: readonly string[],
  entries: readonly Dirent[],
): Promise<(ListedTile | Stray)[]> {
  const seen = await Promise.all(
    entries.map(async (entry) => {
      const path = [...fold, entry.name].join('/');
      const kind = kindOf(entry);
      if (kind !== null) return { path, reason: kind };
      const address = naming.addressOf(path);
      if (address === null) return { path, reason: `not named like a tile (${naming.expected})` };
      try {
        const { mtimeMs, size } = await disk.lstat(join(folder, path));
        return { address, modified: mtimeMs, size };
      } catch (error) {
        if (isGone(error)) return null;
        if (!isImpossible(error)) throw error;
        return { path, reason: `a file that cannot be looked at (${systemCode(error) ?? 'unknown'})` };
      }
    }),
  );
  return seen.filter((one) => one !== null);
}

/** Whether an error says that there can be no tile at a path; any other one may be gone the next time, and the tile not lost. */
function isImpossible(error: unknown): boolean {
  return ['ENAMETOOLONG', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '');
}

/** What an entry is when it is no regular file. */
function kindOf(entry: Dirent): string | null {
  if (entry.isFile()) return null;
  if (entry.isSymbolicLink()) return 'a symbolic link';
  return entry.isDirectory() ? 'a folder' : 'no regular file';
}

/** Lists a folder of tiles' files, see {@link scanTiles}. */
export async function listTiles(folder: string, naming: Naming = RAWS): Promise<Listing> {
  const tiles: ListedTile[] = [];
  const strays: Stray[] = [];
  for await (const one of scanTiles(folder, naming)) {
    if ('address' in one) tiles.push(one);
    else strays.push(one);
  }
  return { tiles, strays };
}

/**
 * Paths of all files in a folder and below it, with `/` between the parts; dot files are ignored, and nothing is followed, not even the
 * folder.
 *
 * @param ending what their names end with
 */
export async function listPaths(folder: string, ending = ''): Promise<string[]> {
  // That there is nothing, NFS may say of a folder that is there: only its listing tells.
  const kind = await kindAt(folder);
  if (kind === 'file' || kind === 'other') return [];
  const names = await flatNames(folder, ending);
  if (names !== null) return names;
  const pattern = `**/*${ending}`;
  const options = { cwd: folder, followSymbolicLinks: false, fs: callbackDisk };
  try {
    return await fastGlob(pattern, options);
  } catch (error) {
    // Somebody has made folders deeper than any path; there are no tiles down there.
    if (systemCode(error) !== 'ENAMETOOLONG') throw error;
    return await fastGlob(pattern, { ...options, suppressErrors: true });
  }
}

/** The same of a folder without folders, in a tenth of the time; null when there are any. */
async function flatNames(folder: string, ending: string): Promise<string[] | null> {
  let entries: Dirent[];
  try {
    entries = await disk.readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
  if (entries.some((entry) => entry.isDirectory())) return null;
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !entry.name.startsWith('.'))
    .map(({ name }) => name);
}

/** Addresses of the tiles' files in a folder, without times: one readdir, no stat. */
export async function listAddresses(folder: string, naming: Naming = RAWS): Promise<Address[]> {
  return addressesOf(await listPaths(folder, naming.ending), naming);
}

/** Both of a folder that holds raw files and markers. */
export async function listBoth(folder: string): Promise<{ raws: Address[]; markers: Address[] }> {
  const paths = await listPaths(folder);
  return { raws: addressesOf(paths, RAWS), markers: addressesOf(paths, MARKERS) };
}

function addressesOf(paths: readonly string[], { addressOf }: Naming): Address[] {
  return paths.map(addressOf).filter((address) => address !== null);
}
