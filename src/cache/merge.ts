import { childOf, parentOf, QUADRANTS, type Address } from '../tile/address.js';
import type { BoringTile } from '../tile/boring-line.js';
import { formatBoringLine } from '../tile/boring-line.js';
import { unfoldAddress } from '../tile/folding.js';
import { clearWay, moveInto } from './bad-folder.js';
import { appendBoring, readBoring } from './boring-file.js';
import { disk } from './disk.js';
import { isFile, moveOwn, publish, putMark, remove, standsAt, syncFolder, syncFoldersOf } from './files.js';
import { kindAt } from './folders.js';
import type { Layout, PictureName, WorkLayout } from './layout.js';
import { listAddresses, listBoth, listPaths } from './listing.js';
import type { HeldLock } from './lock.js';
import { Frontier } from './reach.js';

/**
 * Merging: a client's results become the cache's.
 *
 * A tile's results are complete, and durable, when its raw file has been renamed from work/CLIENT/todo/ to
 * work/CLIENT/ready/, or the mark of one that was asked for from work/CLIENT/want/ to there. From then on they are only ever
 * moved, never made again, so whoever comes by (the client, or another one after its death) can begin or go on with the merge
 * at any point and arrives at the same cache:
 *
 * 1. pictures to tile/   2. boring lines to boring.txt   3. marks in ahead/ for what was asked for   4. new tiles to todo/
 * 5. the commit: a tile that was subdivided goes to done/, the mark of one that was asked for goes.
 *
 * Before that rename the results are worth nothing and can be thrown away: nothing of them has been moved yet. The commit need not be
 * on the disk for anything: what a power cut takes back is merged once more.
 *
 * A tile may come twice: made because it was asked for, and as a child when its parent is subdivided. Its bytes are the same, but
 * the first one may have gone on its way meanwhile. So the second is dropped: a child that is marked in ahead/ and found
 * somewhere, whose mark has then served its time; and one that was asked for whose parent has been subdivided.
 */

/** A tile that was subdivided, or made because it was asked for; what came of it stands in the work folder. */
export interface Result {
  readonly kind: 'subdivided' | 'made';
  readonly address: Address;
  readonly boring: readonly BoringTile[];
}

/** What a merge did. */
export interface Merged {
  /** Tiles moved to done/, and those that were asked for. */
  readonly committed: Address[];
  /** Tiles moved to todo/. */
  readonly children: number;
  /** Lines written to boring.txt. */
  readonly boring: number;
}

/**
 * Tiles that are merged at a time: more than a daemon of 1000 threads has, and few enough for one section under the lock, which could not
 * end with a million of them that somebody has put there.
 */
const MAX_MERGED = 10_000;

/**
 * Writes down what else there is to results, and waits until everything that they consist of is on the disk. To be done before the lock is
 * taken, for it takes most of a merge's time.
 *
 * @param results all that wait to be merged
 */
export async function completeResults(work: WorkLayout, results: readonly Result[]): Promise<void> {
  const lines = results.flatMap(({ boring }) => boring.map(formatBoringLine));
  await publish(work.boring, lines.join(''));
  const tiles = results.flatMap(({ kind, address }) =>
    kind === 'made' ? [address] : QUADRANTS.map((quadrant) => childOf(address, quadrant)),
  );
  await syncFoldersOf([
    work.boring,
    work.tile({ period: 0 }),
    ...tiles.flatMap((tile) => [work.done(tile), work.tile(tile)]),
  ]);
}

/** Declares results complete, for which {@link completeResults} was called. */
export async function markReady(work: WorkLayout, results: readonly Result[], held: HeldLock): Promise<void> {
  for (const { kind, address } of results) {
    held.assertHeld();
    if (kind === 'subdivided') await declare(work.todo(address), work.ready(address));
    else await declare(work.want(address), work.readyWant(address));
  }
  await syncFolder(work.readyFolder);
}

/** Moves within a client's own folder, where a folder of a tile's name is nobody's. */
async function declare(from: string, to: string): Promise<void> {
  if ((await kindAt(to)) === 'folder') await disk.rm(to, { recursive: true, force: true });
  await moveOwn(from, to);
}

/**
 * Merges what is ready in a work folder, be it one's own or a dead client's.
 *
 * @param resumed whether an earlier merge of this folder may have been cut off: then boring.txt is read first, so that no
 * line is written twice
 * @param most tiles that are merged at the most; the next merge goes on with the others
 */
export async function mergeReady(
  layout: Layout,
  work: WorkLayout,
  held: HeldLock,
  resumed: boolean,
  most: number = MAX_MERGED,
): Promise<Merged> {
  const { raws: allReady, markers: allMade } = await listBoth(work.readyFolder);
  const isPart = Math.max(allReady.length, allMade.length) > most;
  const ready = new Set(allReady.slice(0, most));
  const made = new Set(allMade.slice(0, most));
  if (ready.size + made.size === 0) return { committed: [], children: 0, boring: 0 };
  const isOurs = (tile: Address): boolean => made.has(tile) || isChildOf(tile, ready);
  const { known, marks } = await knownTiles(layout, ready, made);

  const pictures = (await listPictures(work)).filter((name) => typeof name !== 'string' || isOurs(name));
  for (const picture of pictures) {
    held.assertHeld();
    await moveInto(layout, work.tile(picture), layout.tile(picture), moveOwn);
  }
  const isNew = (tile: Address): boolean => isOurs(tile) && !known.has(tile);
  const boring = await linesToAppend(layout, work, isNew, resumed);
  await held.prove();
  await appendBoring(layout.boring, boring);

  // Before the tiles: from then on, whoever subdivides the parent knows that its child may be on its way.
  for (const tile of made) {
    held.assertHeld();
    if (known.has(tile) || isChildOf(tile, ready)) continue;
    await clearWay(layout, layout.ahead(tile));
    await putMark(layout.ahead(tile));
  }
  let children = 0;
  const stored = (await listAddresses(work.doneFolder)).filter(isOurs);
  for (const tile of stored) {
    held.assertHeld();
    if (known.has(tile)) await remove(work.done(tile));
    else if (await moveInto(layout, work.done(tile), layout.todo(tile), moveOwn)) children++;
  }
  // Their second coming is over; should this merge be cut off now, nothing of them is left to come again.
  for (const tile of marks) {
    held.assertHeld();
    await remove(layout.ahead(tile));
  }
  // The commit must not reach the disk before what it promises.
  await syncFoldersOf([
    ...pictures.map((picture) => layout.tile(picture)),
    ...stored.map((tile) => layout.todo(tile)),
  ]);
  await held.prove();
  if (made.size > 0 && (await standsAt(layout.aheadFolder))) await syncFolder(layout.aheadFolder);
  const committed: Address[] = [];
  for (const address of ready) {
    held.assertHeld();
    if (await moveInto(layout, work.ready(address), layout.done(address), moveOwn)) committed.push(address);
  }
  for (const address of made) {
    held.assertHeld();
    await remove(work.readyWant(address));
    committed.push(address);
  }
  if (!isPart) await remove(work.boring);
  return { committed, children, boring: boring.length };
}

function isChildOf(tile: Address, parents: ReadonlySet<Address>): boolean {
  const parent = parentOf(tile);
  return parent !== null && parents.has(parent);
}

/** Of the tiles that come with a merge, those that have come before, and those children whose marks have served their time. */
async function knownTiles(
  layout: Layout,
  ready: ReadonlySet<Address>,
  made: ReadonlySet<Address>,
): Promise<{ known: Set<Address>; marks: Set<Address> }> {
  const known = new Set<Address>();
  const marks = new Set<Address>();
  if (made.size === 0 && !(await standsAt(layout.aheadFolder))) return { known, marks };
  let frontier = made.size > 0 ? await Frontier.look(layout) : null;
  // A mark alone proves nothing: it may be a stray, or one whose tile is not in its place yet.
  const hasCome = async (tile: Address): Promise<boolean> => {
    if (!(await isFile(layout.ahead(tile)))) return false;
    if (isChildOf(tile, ready)) marks.add(tile);
    frontier ??= await Frontier.look(layout);
    return await frontier.isSomewhere(tile);
  };
  for (const parent of ready) {
    for (const quadrant of QUADRANTS) {
      const child = childOf(parent, quadrant);
      if (await hasCome(child)) known.add(child);
    }
  }
  for (const tile of made) {
    const parent = parentOf(tile);
    if (parent === null || ready.has(parent)) continue;
    const comesWithParent = frontier?.isMerging(parent) || (await standsAt(layout.done(parent)));
    if (comesWithParent || (await hasCome(tile))) known.add(tile);
  }
  return { known, marks };
}

async function linesToAppend(
  layout: Layout,
  work: WorkLayout,
  isNew: (tile: Address) => boolean,
  resumed: boolean,
): Promise<BoringTile[]> {
  const own = [...(await readBoring(work.boring)).tiles].map(([address, period]) => ({ address, period }));
  const lines = own.filter(({ address }) => isNew(address));
  if (!resumed || lines.length === 0) return lines;
  const { tiles } = await readBoring(layout.boring);
  return lines.filter(({ address }) => !tiles.has(address));
}

/** Pictures in a work folder. */
async function listPictures(work: WorkLayout): Promise<PictureName[]> {
  const suffix = `.${work.format}`;
  const paths = await listPaths(work.tileFolder, suffix);
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
