import { statfs } from 'node:fs/promises';

/** Bytes that this user may still write on the file system of a path. */
export async function freeSpace(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
