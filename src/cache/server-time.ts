import { constants } from 'node:fs';
import { rm } from 'node:fs/promises';
import { openRegular } from './files.js';
import { kindAt } from './folders.js';

/**
 * The file server's time in milliseconds: the modification time of a file that was written just now. Ages of files are
 * measured with it, never with the local clock, which may be wrong by hours.
 *
 * @param path a file of the caller's own, which is overwritten; whatever else stands there is removed
 */
export async function serverTime(path: string): Promise<number> {
  const kind = await kindAt(path);
  if (kind === 'folder' || kind === 'other') await rm(path, { recursive: true, force: true });
  const file = await openRegular(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
  try {
    await file.write('now\n');
    await file.datasync();
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
  }
}
