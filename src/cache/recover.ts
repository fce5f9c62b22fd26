import { basename, join } from 'node:path';
import { setAside } from './bad-folder.js';
import { systemCode } from './cache-error.js';
import { putBack } from './claim.js';
import { disk } from './disk.js';
import { listAll, remove, removeEmpty } from './files.js';
import { removeObstacles } from './folders.js';
import { TOKEN_PREFIX, type Layout, type WorkLayout } from './layout.js';
import type { HeldLock } from './lock.js';
import { listBoth, listTiles, MARKERS, RAWS } from './listing.js';
import { mergeReady } from './merge.js';

/** What became of a dead client's work. */
export interface Recovered {
  readonly client: string;
  /** Tiles whose complete results were merged. */
  readonly merged: number;
  /** Tiles given back to todo/ and want/. */
  readonly returned: number;
}

/**
 * Recovers the work of a client that is dead: results that are ready are merged, claimed tiles go back to todo/ and want/, the rest
 * was worth nothing. First its token is taken away, so that it knows when it wakes; then every file is moved one by one. That is
 * also what fences a client that wakes in the middle of a step: whatever it still believes to hold, its next rename finds nothing.
 * Should it claim one more tile before it notices, that stays in its folder, for the next recovery.
 */
export async function recoverClient(layout: Layout, client: string, held: HeldLock): Promise<Recovered> {
  const work = layout.work(client);
  await removeObstacles(work);
  for (const name of await listAll(work.folder)) {
    if (name.startsWith(TOKEN_PREFIX)) await remove(join(work.folder, name));
  }
  let merged = 0;
  // In parts, should there be very many.
  for (let part = -1; part !== 0; merged += part) {
    part = (await mergeReady(layout, work, held, null)).committed.length;
  }
  const returned = await putBack(layout, work, held);
  await clearStrays(layout, work);
  held.assertHeld();
  try {
    await removeClient(layout, client);
  } catch (error) {
    if (systemCode(error) !== 'ENAMETOOLONG') throw error;
    // Folders deeper than any path: out of the way with it as a whole.
    await setAside(layout, work.folder);
  }
  return { client, merged, returned };
}

/** Sets aside what stands among a client's tiles and is none. */
async function clearStrays(layout: Layout, work: WorkLayout): Promise<void> {
  for (const [folder, naming] of [
    [work.todoFolder, RAWS],
    [work.wantFolder, MARKERS],
  ] as const) {
    for (const { path } of (await listTiles(folder, naming)).strays)
      await setAside(layout, join(folder, path));
  }
}

/**
 * Removes a client's folder. Never a tile: folders that may hold the only copy of one are removed when they are empty, and else left for
 * the next recovery.
 */
export async function removeClient(layout: Layout, client: string): Promise<void> {
  const work = layout.work(client);
  let isEmpty = true;
  for (const folder of work.tileFolders) {
    if (await removeEmpty(folder)) continue;
    // Something that cannot even be named, and no tile: out of the way with it.
    const { raws, markers } = await listBoth(folder);
    if (raws.length + markers.length > 0 || (await setAside(layout, folder)) === null) isEmpty = false;
  }
  if (!isEmpty) return;
  for (const folder of [work.doneFolder, work.tileFolder])
    await disk.rm(folder, { recursive: true, force: true });
  // What else there is; a tile that a waking client puts there now makes the folder stay.
  for (const name of await listAll(work.folder)) {
    const path = join(work.folder, name);
    if (!work.tileFolders.includes(path)) await disk.rm(path, { recursive: true, force: true });
  }
  if (!(await removeEmpty(work.folder))) {
    const names = await listAll(work.folder);
    const holdsTiles = work.tileFolders.some((folder) => names.includes(basename(folder)));
    if (!holdsTiles) await setAside(layout, work.folder);
  }
  await remove(layout.clock(client));
}
