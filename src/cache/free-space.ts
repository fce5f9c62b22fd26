import { disk } from './disk.js';

/** Bytes that this user may still write on the file system of a path. */
export async function freeSpace(path: string): Promise<number> {
  const { bavail, bsize } = await disk.statfs(path);
  return bavail * bsize;
}
