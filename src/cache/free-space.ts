import { disk } from './disk.js';

/** What is left on a file system. */
export interface DiskRoom {
  /** Bytes that this user may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Files that this user may still make; null where the file system has no such limit, or does not tell. */
  readonly freeInodes: number | null;
  readonly totalInodes: number | null;
}

/** Looks at the file system of a path. */
export async function diskRoom(path: string): Promise<DiskRoom> {
  const { bavail, blocks, bsize, ffree, files } = await disk.statfs(path);
  // File systems that make inodes as they need them say 0 of 0.
  const hasInodes = files > 0;
  return {
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    freeInodes: hasInodes ? ffree : null,
    totalInodes: hasInodes ? files : null,
  };
}
