import { constants } from 'node:fs';
import { join } from 'node:path';
import { disk } from './disk.js';
import { listAll, modificationTime, openRegular, remove } from './files.js';
import { kindAt } from './folders.js';
import { CLOCK_PREFIX, type Layout } from './layout.js';

/**
 * The file server's time in milliseconds: the modification time of a file that was written just now. Ages of files are
 * measured with it, never with the local clock, which may be wrong by hours.
 *
 * @param path a file of the caller's own, which is overwritten; whatever else stands there is removed
 */
export async function serverTime(path: string): Promise<number> {
  const kind = await kindAt(path);
  if (kind === 'folder' || kind === 'other') await disk.rm(path, { recursive: true, force: true });
  const file = await openRegular(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
  try {
    await file.write('now\n');
    await file.datasync();
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
  }
}

/**
 * Removes such files that nobody has written for long: those of commands and clients that were killed.
 *
 * @param clients who else is there
 * @param before milliseconds, the server's time
 */
export async function sweepClocks(
  layout: Layout,
  clients: readonly { readonly name: string }[],
  before: number,
): Promise<void> {
  const known = new Set(clients.map(({ name }) => layout.clock(name)));
  for (const name of await listAll(layout.workFolder)) {
    const path = join(layout.workFolder, name);
    if (!name.startsWith(CLOCK_PREFIX) || known.has(path)) continue;
    const written = await modificationTime(path).catch(() => null);
    if (written !== null && written < before) await remove(path);
  }
}
