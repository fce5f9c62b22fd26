import fastGlob from 'fast-glob';
import { parentOf, type Address } from '../tile/address.js';
import type { BoringTile } from '../tile/boring-line.js';
import { formatBoringLine } from '../tile/boring-line.js';
import { unfoldAddress } from '../tile/folding.js';
import { appendBoring, readBoring } from './boring-file.js';
import { move, publish, remove, syncFolder } from './files.js';
import type { Layout, PictureName, WorkLayout } from './layout.js';
import { listAddresses } from './listing.js';
import type { HeldLock } from './lock.js';

/**
 * Merging: a client's results become the cache's.
 *
 * A tile's results are complete, and durable, when its raw file has been renamed from work/CLIENT/todo/ to
 * work/CLIENT/ready/. From then on they are only ever moved, never made again, so whoever comes by (the client, or
 * another one after its death) can begin or go on with the merge at any point and arrives at the same cache:
 *
 * 1. pictures to tile/   2. boring lines to boring.txt   3. children to todo/   4. the tile itself to done/: the commit.
 *
 * Before that rename the results are worth nothing and can be thrown away: nothing of them has been moved yet.
 */

/** A tile that was subdivided; its children and pictures stand in the work folder. */
export interface Result {
  readonly address: Address;
  readonly boring: readonly BoringTile[];
}

/** What a merge did. */
export interface Merged {
  /** Tiles moved to done/. */
  readonly committed: Address[];
  /** Children moved to todo/. */
  readonly children: number;
  /** Lines written to boring.txt. */
  readonly boring: number;
}

/** Declares results complete. The lines of all results that are ready stand in the work folder's boring.txt. */
export async function markReady(work: WorkLayout, results: readonly Result[], held: HeldLock): Promise<void> {
  const lines = results.flatMap(({ boring }) => boring.map(formatBoringLine));
  await publish(work.boring, lines.join(''));
  for (const { address } of results) {
    held.assertHeld();
    await move(work.todo(address), work.ready(address));
  }
  await syncFolder(work.readyFolder);
}

/**
 * Merges what is ready in a work folder, be it one's own or a dead client's.
 *
 * @param resumed whether an earlier merge of this folder may have been cut off: then boring.txt is read first, so that no
 * line is written twice
 */
export async function mergeReady(
  layout: Layout,
  work: WorkLayout,
  held: HeldLock,
  resumed: boolean,
): Promise<Merged> {
  const ready = new Set(await listAddresses(work.readyFolder));
  if (ready.size === 0) return { committed: [], children: 0, boring: 0 };
  const ofReady = (child: Address): boolean => {
    const parent = parentOf(child);
    return parent !== null && ready.has(parent);
  };

  for (const picture of await listPictures(work)) {
    if (typeof picture === 'string' && !ofReady(picture)) continue;
    held.assertHeld();
    await move(work.tile(picture), layout.tile(picture));
  }
  const boring = await linesToAppend(layout, work, ofReady, resumed);
  held.assertHeld();
  await appendBoring(layout.boring, boring);

  const children = (await listAddresses(work.doneFolder)).filter(ofReady);
  for (const child of children) {
    held.assertHeld();
    await move(work.done(child), layout.todo(child));
  }
  // The commit must not reach the disk before what it promises.
  await Promise.all([syncFolder(layout.tileFolder), syncFolder(layout.todoFolder)]);
  const committed: Address[] = [];
  for (const address of ready) {
    held.assertHeld();
    if (await move(work.ready(address), layout.done(address))) committed.push(address);
  }
  await syncFolder(layout.doneFolder);
  await remove(work.boring);
  return { committed, children: children.length, boring: boring.length };
}

async function linesToAppend(
  layout: Layout,
  work: WorkLayout,
  ofReady: (child: Address) => boolean,
  resumed: boolean,
): Promise<BoringTile[]> {
  const own = [...(await readBoring(work.boring)).tiles].map(([address, period]) => ({ address, period }));
  const lines = own.filter(({ address }) => ofReady(address));
  if (!resumed || lines.length === 0) return lines;
  const { tiles } = await readBoring(layout.boring);
  return lines.filter(({ address }) => !tiles.has(address));
}

/** Pictures in a work folder. */
async function listPictures(work: WorkLayout): Promise<PictureName[]> {
  const suffix = `.${work.format}`;
  const paths = await fastGlob(`**/*${suffix}`, { cwd: work.tileFolder, suppressErrors: true });
  return paths.flatMap((path): PictureName[] => {
    const name = path.slice(0, -suffix.length);
    const period = /^P(0|[1-9][0-9]{0,9})$/.exec(name);
    if (period) return [{ period: Number(period[1]) }];
    try {
      return [unfoldAddress(name)];
    } catch {
      return [];
    }
  });
}
