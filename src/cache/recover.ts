import { join } from 'node:path';
import { setAside } from './bad-folder.js';
import { putBack } from './claim.js';
import { disk } from './disk.js';
import { listAll, look, remove, removeEmpty } from './files.js';
import { TOKEN_PREFIX, type Layout, type WorkLayout } from './layout.js';
import type { HeldLock } from './lock.js';
import { listTiles, MARKERS, RAWS } from './listing.js';
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
  await clearImpostors(layout, work);
  for (const name of await listAll(work.folder)) {
    if (name.startsWith(TOKEN_PREFIX)) await remove(join(work.folder, name));
  }
  const { committed } = await mergeReady(layout, work, held, true);
  const returned = await putBack(layout, work, held);
  await clearStrays(layout, work);
  held.assertHeld();
  await removeClient(layout, client);
  return { client, merged: committed.length, returned };
}

/** Sets aside links and files that stand in the place of folders: nothing is to be looked for behind them. */
async function clearImpostors(layout: Layout, work: WorkLayout): Promise<void> {
  for (const folder of [work.folder, ...work.folders]) {
    const seen = await look(folder);
    if (seen !== null && !seen.isDirectory()) await setAside(layout, folder);
  }
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
  for (const folder of work.tileFolders) isEmpty = (await removeEmpty(folder)) && isEmpty;
  if (!isEmpty) return;
  for (const folder of [work.doneFolder, work.tileFolder])
    await disk.rm(folder, { recursive: true, force: true });
  // What else there is; a tile that a waking client puts there now makes the folder stay.
  for (const name of await listAll(work.folder)) {
    const path = join(work.folder, name);
    if (!work.tileFolders.includes(path)) await disk.rm(path, { recursive: true, force: true });
  }
  await removeEmpty(work.folder);
  await remove(layout.clock(client));
}
