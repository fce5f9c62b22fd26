import { childOf, parentOf, QUADRANTS, type Address } from '../tile/address.js';
import type { BoringTile } from '../tile/boring-line.js';
import { formatBoringLine } from '../tile/boring-line.js';
import { unfoldAddress } from '../tile/folding.js';
import { clearWay, moveAllInto } from './bad-folder.js';
import { appendBoring, readBoring } from './boring-file.js';
import { disk } from './disk.js';
import { isFile, moveOwn, publish, putMark, remove, standsAt, syncFolder, syncFoldersOf } from './files.js';
import { kindAt } from './folders.js';
import { mapInGroups } from './groups.js';
import { periodOf, type Layout, type PictureName, type WorkLayout } from './layout.js';
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
 * 1. pictures to tile/   2. marks in ahead/ for what was asked for   3. boring lines to boring.txt   4. new tiles to todo/
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

/** What a merge finds in a work folder. */
export interface Contents {
  /** Tiles that were subdivided, and those that were made because they were asked for. */
  readonly ready: readonly Address[];
  readonly made: readonly Address[];
  readonly pictures: readonly PictureName[];
  /** Tiles whose raw files are there. */
  readonly stored: readonly Address[];
  readonly boring: readonly BoringTile[];
}

/**
 * Writes down what else there is to results, waits until everything that they consist of is on the disk, and looks what that is. To be
 * done before the lock is taken, for it takes most of a merge's time.
 *
 * @param results all that wait to be merged
 */
export async function completeResults(work: WorkLayout, results: readonly Result[]): Promise<Contents> {
  const boring = results.flatMap((result) => result.boring);
  await publish(work.boring, boring.map(formatBoringLine).join(''));
  const addresses = (which: Result['kind']): Address[] =>
    results.filter(({ kind }) => kind === which).map(({ address }) => address);
  const [ready, made] = [addresses('subdivided'), addresses('made')];
  const tiles = [
    ...made,
    ...ready.flatMap((parent) => QUADRANTS.map((quadrant) => childOf(parent, quadrant))),
  ];
  await syncFoldersOf([
    work.boring,
    work.tile({ period: 0 }),
    ...tiles.flatMap((tile) => [work.done(tile), work.tile(tile)]),
  ]);
  const [pictures, stored] = await Promise.all([listPictures(work), listAddresses(work.doneFolder)]);
  return { ready, made, pictures, stored, boring };
}

/** The same of a work folder of which nothing is known. */
async function findContents(work: WorkLayout): Promise<Contents> {
  const { raws: ready, markers: made } = await listBoth(work.readyFolder);
  if (ready.length + made.length === 0) return { ready, made, pictures: [], stored: [], boring: [] };
  const pictures = await listPictures(work);
  const stored = await listAddresses(work.doneFolder);
  const { tiles } = await readBoring(work.boring);
  const boring = [...tiles].map(([address, period]) => ({ address, period }));
  return { ready, made, pictures, stored, boring };
}

/** Declares results complete, for which {@link completeResults} was called. */
export async function markReady(
  work: WorkLayout,
  { ready, made }: Pick<Contents, 'ready' | 'made'>,
  held: HeldLock,
): Promise<void> {
  const moves = [
    ...ready.map((tile) => ({ from: work.todo(tile), to: work.ready(tile) })),
    ...made.map((tile) => ({ from: work.want(tile), to: work.readyWant(tile) })),
  ];
  await mapInGroups(moves, async ({ from, to }) => {
    held.assertHeld();
    await declare(from, to);
  });
  await syncFolder(work.readyFolder);
}

/** Moves within a client's own folder, where a folder of a tile's name is nobody's. */
async function declare(from: string, to: string): Promise<void> {
  try {
    await moveOwn(from, to);
  } catch (error) {
    if ((await kindAt(to)) !== 'folder') throw error;
    await disk.rm(to, { recursive: true, force: true });
    await moveOwn(from, to);
  }
}

/**
 * Merges what is ready in a work folder, be it one's own or a dead client's.
 *
 * @param fresh what there is to merge, declared ready just now; null when an earlier merge of this folder may have been cut off: then all is
 * looked for, and boring.txt is read first, so that no line is written twice
 * @param most tiles that are merged at the most; the next merge goes on with the others
 */
export async function mergeReady(
  layout: Layout,
  work: WorkLayout,
  held: HeldLock,
  fresh: Contents | null,
  most: number = MAX_MERGED,
): Promise<Merged> {
  const contents = fresh ?? (await findContents(work));
  const limit = fresh ? Infinity : most;
  const ready = new Set(contents.ready.slice(0, limit));
  const made = new Set(contents.made.slice(0, limit));
  if (ready.size + made.size === 0) return { committed: [], children: 0, boring: 0 };
  const isOurs = (tile: Address): boolean => made.has(tile) || isChildOf(tile, ready);
  const { known, marks } = await knownTiles(layout, ready, made);

  const pictures = contents.pictures
    .filter((name) => typeof name !== 'string' || isOurs(name))
    .map((picture) => ({ from: work.tile(picture), to: layout.tile(picture) }));
  await moveAllInto(layout, pictures, moveOwn, held);
  // Before lines and tiles: from then on, whoever subdivides the parent knows that its child may be on its way, and looks. Were the line first,
  // one who merges the parent after this client died between the two would write it again.
  if (made.size > 0) await held.prove();
  for (const tile of made) {
    held.assertHeld();
    if (known.has(tile) || isChildOf(tile, ready)) continue;
    await clearWay(layout, layout.ahead(tile));
    await putMark(layout.ahead(tile));
  }
  const lines = contents.boring.filter(({ address }) => isOurs(address) && !known.has(address));
  const boring = fresh ? lines : await withoutWritten(layout, lines);
  await held.prove();
  await appendBoring(layout.boring, boring);
  const stored = contents.stored.filter(isOurs);
  const children = stored
    .filter((tile) => !known.has(tile))
    .map((tile) => ({ from: work.done(tile), to: layout.todo(tile) }));
  const moved = await moveAllInto(layout, children, moveOwn, held);
  await removeAll(
    stored.filter((tile) => known.has(tile)).map((tile) => work.done(tile)),
    held,
  );
  // Their second coming is over; should this merge be cut off now, nothing of them is left to come again.
  await removeAll(
    [...marks].map((tile) => layout.ahead(tile)),
    held,
  );
  // The commit must not reach the disk before what it promises.
  await syncFoldersOf([...pictures, ...children].map(({ to }) => to));
  await held.prove();
  if (made.size > 0 && (await standsAt(layout.aheadFolder))) await syncFolder(layout.aheadFolder);
  const commits = [...ready].map((tile) => ({ from: work.ready(tile), to: layout.done(tile) }));
  const isCommitted = await moveAllInto(layout, commits, moveOwn, held);
  await removeAll(
    [...made].map((tile) => work.readyWant(tile)),
    held,
  );
  const committed = [...[...ready].filter((_, i) => isCommitted[i]), ...made];
  return { committed, children: moved.filter(Boolean).length, boring: boring.length };
}

async function removeAll(paths: readonly string[], held: HeldLock): Promise<void> {
  await mapInGroups(paths, async (path) => {
    held.assertHeld();
    await remove(path);
  });
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

/** Those lines that a merge that was cut off has not written yet. */
async function withoutWritten(layout: Layout, lines: readonly BoringTile[]): Promise<readonly BoringTile[]> {
  if (lines.length === 0) return lines;
  const { tiles } = await readBoring(layout.boring);
  return lines.filter(({ address }) => !tiles.has(address));
}

/** Pictures in a work folder. */
async function listPictures(work: WorkLayout): Promise<PictureName[]> {
  const suffix = `.${work.format}`;
  const paths = await listPaths(work.tileFolder, suffix);
  return paths.flatMap((path): PictureName[] => {
    const name = path.slice(0, -suffix.length);
    const period = periodOf(name);
    if (period !== null) return [{ period }];
    try {
      return [unfoldAddress(name)];
    } catch {
      return [];
    }
  });
}
