import { callbackify } from 'node:util';
import * as node from 'node:fs';
import * as real from 'node:fs/promises';

/**
 * The file system as the cache uses it: the only door from src/cache to it. Tests put a file system there that dies, fails or lies
 * at any operation they choose (test/cache/support/faults.ts).
 */
export type Disk = Pick<
  typeof real,
  | 'access'
  | 'link'
  | 'lstat'
  | 'mkdir'
  | 'open'
  | 'opendir'
  | 'readdir'
  | 'rename'
  | 'rm'
  | 'rmdir'
  | 'stat'
  | 'statfs'
  | 'unlink'
  | 'utimes'
>;

/** What is used now. */
export let disk: Disk = real;

/**
 * Puts another file system there.
 *
 * @returns puts the earlier one back
 */
export function replaceDisk(other: Disk): () => void {
  const before = disk;
  disk = other;
  return () => {
    disk = before;
  };
}

/** Those operations that libraries call, with callbacks. */
const callbacks: object = {
  lstat: callbackify(async (path: string) => await disk.lstat(path)),
  mkdir: callbackify(async (path: string) => await disk.mkdir(path)),
  readdir: callbackify(
    async (path: string, options: { withFileTypes: true }) => await disk.readdir(path, options),
  ),
  rmdir: callbackify(async (path: string) => await disk.rmdir(path)),
  stat: callbackify(async (path: string) => await disk.stat(path)),
  utimes: callbackify(
    async (path: string, atime: Date, mtime: Date) => await disk.utimes(path, atime, mtime),
  ),
};

/** The same for libraries that want callbacks. */
export const callbackDisk: typeof node = { ...node, ...callbacks };
