import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemCode } from './cache-error.js';

/**
 * The few file operations that the protocol is made of. "Someone else was first" is an answer here, never an error:
 * ENOENT (also ESTALE, its form on NFS) of a source means that another client moved it.
 */

/** Whether an error says that a file is not there (any more). */
export function isGone(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ESTALE';
}

/** Writes a file and waits until it is on the disk. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Publishes a file: readers see the old content or the whole new one, also after a power cut. */
export async function publish(path: string, content: string | Uint8Array): Promise<void> {
  // Random, because threads and machines write into one folder.
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeDurably(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Moves a file within the cache. Exactly one of several clients that try gets `true`.
 *
 * @returns false when the source is gone
 */
export async function move(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  // Either the source is gone, or the folder of a folded address does not exist yet.
  try {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Whether a regular file stands at a path. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (isNowhere(error)) return false;
    throw error;
  }
}

/** Makes an empty file, with its folders; tells whether it is new. */
export async function putMark(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a file; it may be gone already. */
export async function remove(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Makes the renames in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
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
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/**
 * Opens a regular file; never follows a symbolic link, never blocks on a pipe.
 *
 * @param flags as open(2) takes them
 * @throws Error with code ELOOP when it is a link, ENXIO or EISDIR when it is no regular file
 */
export async function openRegular(path: string, flags: number): Promise<FileHandle> {
  const file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
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
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
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

/** What says that nothing can be at a path, because of what somebody has put beside or above it. */
const IMPASSABLE: ReadonlySet<string> = new Set(['ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** Whether an error says that a path leads nowhere. */
function isNowhere(error: unknown): boolean {
  return isGone(error) || IMPASSABLE.has(systemCode(error) ?? '');
}

/** Whether something exists at a path; links are not followed. On NFS a missing file may be seen late: only `true` can be relied on. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isNowhere(error)) return false;
    throw error;
  }
}
