import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isFolded } from '../tile/folding.js';
import { systemCode } from './cache-error.js';
import { disk } from './disk.js';
import { mapInGroups } from './groups.js';

/**
 * The few file operations that the protocol is made of. "Someone else was first" is an answer here, never an error: ENOENT of a source
 * means that another client moved it.
 */

/** Whether an error says that a file is not there (any more). */
export function isGone(error: unknown): boolean {
  return systemCode(error) === 'ENOENT';
}

/** Whether an error of a rename says that the source is not there; over NFS it may say so although it is, or although it worked. */
function isTaken(error: unknown): boolean {
  return isGone(error) || systemCode(error) === 'ESTALE';
}

/** Writes a file and waits until it is on the disk. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const file = await disk.open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Publishes a file: readers see the old content or the whole new one, also after a power cut. */
export async function publish(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  // Random, because threads and machines write into one folder.
  const temporary = `.${randomUUID()}.tmp`;
  try {
    await writeDurably(join(folder, temporary), content);
    await rename(join(folder, temporary), path);
  } catch (error) {
    await disk.rm(join(folder, temporary), { force: true });
    throw error;
  }
}

/** As rename(2). One that was sent twice over NFS may answer "gone" although it worked; listing tells the truth. */
async function rename(from: string, to: string): Promise<void> {
  try {
    await disk.rename(from, to);
  } catch (error) {
    if (!isTaken(error) || (await isListed(from)) || !(await isListed(to))) throw error;
  }
}

async function isListed(path: string): Promise<boolean> {
  return (await listAll(dirname(path))).includes(basename(path));
}

/** Makes a folder and those above it; they may be there. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await disk.mkdir(path, { recursive: true });
  } catch (error) {
    // Also of one that was made, by a request that was sent twice.
    if (systemCode(error) !== 'EEXIST') throw error;
    await disk.mkdir(path, { recursive: true });
  }
}

/**
 * Moves a file within the cache. Exactly one of several clients that try gets `true`.
 *
 * @returns false when the source is gone, or seems to be: over NFS a rename may answer so although it worked
 */
export async function move(from: string, to: string): Promise<boolean> {
  try {
    await disk.rename(from, to);
    return true;
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  // Either the source is gone, or the folder of a folded address does not exist yet.
  try {
    if (!(await makeFolds(to))) return false;
    await disk.rename(from, to);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

/**
 * Moves a file of one's own, which is there unless it was moved already, or by whoever recovered it.
 *
 * @returns false when the source is gone
 * @throws Error with code ESTALE when it was not moved and is still there
 */
export async function moveOwn(from: string, to: string): Promise<boolean> {
  if (await move(from, to)) return true;
  if (await isListed(from)) throw fileError('ESTALE', `${from}: could not be moved to ${to}, but is there`);
  return false;
}

/**
 * Makes the folders of a folded address. The one that they stand in must be there: so a client that others have taken for dead does
 * not make its own folder again.
 *
 * @returns whether the address is folded
 * @throws Error with code ENOENT when that folder is gone
 */
export async function makeFolds(path: string): Promise<boolean> {
  const folds: string[] = [];
  for (let at = path; isFolded(at); at = dirname(at)) folds.unshift(dirname(at));
  for (const folder of folds) {
    try {
      await disk.mkdir(folder);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
  return folds.length > 0;
}

/** Whether a regular file stands at a path, as {@link standsAt}. */
export async function isFile(path: string): Promise<boolean> {
  return (await lookTwice(path))?.isFile() ?? false;
}

/** As {@link isFile}, of many: each folder is opened once, before, and not again for every file that is not there. */
export async function areFiles(paths: readonly string[]): Promise<boolean[]> {
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  const open = await mapInGroups(folders, opens);
  const there = new Set(folders.filter((_, i) => open[i]));
  return await mapInGroups(
    paths,
    async (path) => there.has(dirname(path)) && ((await look(path))?.isFile() ?? false),
  );
}

/** Writes a small file whose name is nobody else's. */
export async function createOwn(path: string, content: string): Promise<void> {
  const file = await disk.open(path, 'w');
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

/** Makes an empty file, with its folders; tells whether it is new. */
export async function putMark(path: string): Promise<boolean> {
  await makeFolder(dirname(path));
  try {
    await (await disk.open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a file; it may be gone already. */
export async function remove(path: string): Promise<void> {
  try {
    await disk.unlink(path);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/**
 * Removes a folder with the folders in it, if they hold no files; dot files, which are temporary ones, do not count.
 *
 * @returns whether it is gone
 */
export async function removeEmpty(folder: string): Promise<boolean> {
  try {
    for (const entry of await disk.readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await removeEmpty(path);
      else if (entry.name.startsWith('.')) await remove(path);
    }
    await disk.rmdir(folder);
    return true;
  } catch (error) {
    if (isNowhere(error)) return true;
    if (['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

/** Makes the renames into the folders of files durable; a folder that was never needed is not there. */
export async function syncFoldersOf(paths: readonly string[]): Promise<void> {
  await Promise.all(
    [...new Set(paths.map((path) => dirname(path)))].map(async (folder) => {
      try {
        await syncFolder(folder);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }),
  );
}

/** Makes the renames in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await disk.open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some file systems cannot sync folders; their renames are as durable as they get.
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await folder.close();
  }
}

/** Names in a folder without dot files (temporary ones, .nfs...); a folder that is gone is empty. */
export async function list(folder: string): Promise<string[]> {
  return (await listAll(folder)).filter((name) => !name.startsWith('.'));
}

/** All names in a folder; one that is gone is empty. */
export async function listAll(folder: string): Promise<string[]> {
  try {
    return await disk.readdir(folder);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/**
 * Opens a regular file; never follows a symbolic link, never blocks on a pipe.
 *
 * @param flags as disk.open(2) takes them
 * @throws Error with code ELOOP when it is a link, ENXIO or EISDIR when it is no regular file
 */
export async function openRegular(path: string, flags: number): Promise<FileHandle> {
  const file = await disk.open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if ((await file.stat()).isFile()) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  throw fileError('EISDIR', `${path}: expected a regular file`);
}

/**
 * Reads a regular file of bounded size.
 *
 * @returns null when the file is gone
 * @throws Error with code EFBIG when it is longer than `limit` bytes, or as {@link openRegular}
 */
export async function readBounded(path: string, limit: number): Promise<Uint8Array | null> {
  let file;
  try {
    file = await openRegular(path, constants.O_RDONLY);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size > limit) throw fileError('EFBIG', `${path}: expected at most ${limit} bytes, got ${size}`);
    const bytes = new Uint8Array(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** An error such as the file system's own. */
export function fileError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Modification time in milliseconds, asked of the open file, since a plain stat may be answered from a cache on NFS. */
export async function modificationTime(path: string): Promise<number | null> {
  try {
    const file = await disk.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Sets a file's modification time, in milliseconds. */
export async function setTime(path: string, time: number): Promise<void> {
  await disk.utimes(path, time / 1000, time / 1000);
}

/** What says that nothing can be at a path, because of what somebody has put beside or above it. */
const IMPASSABLE: ReadonlySet<string> = new Set(['ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** Whether an error says that a path leads nowhere. */
function isNowhere(error: unknown): boolean {
  return isGone(error) || IMPASSABLE.has(systemCode(error) ?? '');
}

/**
 * Whether something exists at a path; links are not followed. On NFS a name that was missing a moment ago may be reported missing
 * for half a minute: only `true` can be relied on. {@link standsAt} tells the truth, for the price of one more question.
 */
export async function exists(path: string): Promise<boolean> {
  return (await look(path)) !== null;
}

/**
 * Whether something exists at a path; links are not followed. Before it says no, it opens the folder, upon which an NFS client asks
 * the server for the folder's state and no longer trusts what it remembers to be missing there.
 */
export async function standsAt(path: string): Promise<boolean> {
  return (await lookTwice(path)) !== null;
}

/** What stands at a path, not followed; null when nothing does. As {@link exists}, it may be told late of what is new. */
export async function look(path: string): Promise<Stats | null> {
  try {
    return await disk.lstat(path);
  } catch (error) {
    if (isNowhere(error)) return null;
    throw error;
  }
}

async function lookTwice(path: string): Promise<Stats | null> {
  return (await look(path)) ?? ((await opens(dirname(path))) ? await look(path) : null);
}

/** Opens a folder and closes it. */
async function opens(folder: string): Promise<boolean> {
  try {
    await (await disk.opendir(folder)).close();
    return true;
  } catch (error) {
    if (isNowhere(error)) return false;
    throw error;
  }
}
