import { rm } from 'node:fs/promises';
import { setAside } from './bad-folder.js';
import { putBack } from './claim.js';
import { removeObstacles } from './folders.js';
import type { Layout } from './layout.js';
import type { HeldLock } from './lock.js';
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
 * was worth nothing. Every file is moved one by one. That is also what fences the client should it wake: whatever it
 * still believes to hold, its next rename finds nothing.
 */
export async function recoverClient(layout: Layout, client: string, held: HeldLock): Promise<Recovered> {
  const work = layout.work(client);
  await removeObstacles(work);
  let merged = 0;
  // In parts, should there be very many.
  for (let part = -1; part !== 0; merged += part) {
    part = (await mergeReady(layout, work, held, true)).committed.length;
  }
  const returned = await putBack(layout, work, held);
  held.assertHeld();
  try {
    await rm(work.folder, { recursive: true, force: true });
  } catch {
    // Whatever it holds cannot be removed, such as folders deeper than any path: out of the way with it as a whole.
    await setAside(layout, work.folder);
  }
  await rm(layout.clock(client), { force: true });
  return { client, merged, returned };
}
