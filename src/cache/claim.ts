import { parentOf, type Address } from '../tile/address.js';
import { moveAllInto, moveInto } from './bad-folder.js';
import { move, remove } from './files.js';
import type { Layout, WorkLayout } from './layout.js';
import { listAddresses, MARKERS } from './listing.js';
import type { HeldLock } from './lock.js';
import { Frontier } from './reach.js';
import type { TileQueue } from './tile-queue.js';

/** Tiles that are a client's now. */
export interface Claimed {
  /** To be made from nothing: they were asked for. */
  readonly toMake: Address[];
  /** To be subdivided out of turn, because a child was asked for. */
  readonly parents: Address[];
  /** To be subdivided in turn. */
  readonly toSubdivide: Address[];
}

/** Tiles that were asked for and cannot be begun, and those that others were faster to take, are passed over, so many at a time. */
const MAX_PASSED_OVER = 64;

/**
 * Claims up to `count` tiles: what was asked for first, then the oldest of todo/. Each is renamed into the client's own work
 * folder, which one client wins.
 *
 * @param holding the tiles that the client holds already
 * @param resumed whether an earlier claim was cut off: then its tiles are found again
 */
export async function claim(
  layout: Layout,
  work: WorkLayout,
  queues: { readonly todo: TileQueue; readonly wants: TileQueue },
  count: number,
  holding: { has(address: Address): boolean },
  held: HeldLock,
  resumed = false,
): Promise<Claimed> {
  const wanted = await claimWanted(layout, work, queues.wants, count, held);
  const { toMake, parents } = wanted;
  const toSubdivide: Address[] = [];
  let refused = resumed || wanted.refused;
  const room = count - toMake.length - parents.length;
  for (let tried = 0; toSubdivide.length < room && tried < room + MAX_PASSED_OVER;) {
    const next = queues.todo.take(room - toSubdivide.length);
    if (next.length === 0) break;
    tried += next.length;
    const moves = next.map((tile) => ({ from: layout.todo(tile), to: work.todo(tile) }));
    const isOurs = await moveAllInto(layout, moves, move, held);
    const won = next.filter((_, i) => isOurs[i]);
    toSubdivide.push(...won);
    if (won.length === next.length) continue;
    refused = true;
    // What others took while this client waited for the lock is looked for without trying each.
    await queues.todo.prune();
  }
  if (!refused) return { toMake, parents, toSubdivide };
  // On NFS a rename that was sent twice may answer "gone" although it worked: what stands in the folder is ours.
  const known = new Set([...parents, ...toSubdivide]);
  const isNew = (address: Address): boolean => !holding.has(address) && !known.has(address);
  return {
    toMake: (await listAddresses(work.wantFolder, MARKERS)).filter((address) => !holding.has(address)),
    parents,
    toSubdivide: [...toSubdivide, ...(await listAddresses(work.todoFolder)).filter(isNew)],
  };
}

/**
 * Claims tiles that were asked for. One whose parent waits in todo/ is got by subdividing that; one that is there by now is
 * struck off; one that is under way is left until it is there.
 */
async function claimWanted(
  layout: Layout,
  work: WorkLayout,
  wants: TileQueue,
  count: number,
  held: HeldLock,
): Promise<Omit<Claimed, 'toSubdivide'> & { readonly refused: boolean }> {
  const toMake: Address[] = [];
  const parents: Address[] = [];
  let refused = false;
  if (wants.length === 0) return { toMake, parents, refused };
  const frontier = await Frontier.look(layout);
  for (let tried = 0; toMake.length + parents.length < count; tried++) {
    const [address] = tried < count + MAX_PASSED_OVER ? wants.take(1) : [];
    if (address === undefined) break;
    held.assertHeld();
    const parent = parentOf(address);
    const reach = await frontier.reach(address);
    if (reach === 'there') {
      await remove(layout.want(address));
    } else if (reach === 'far') {
      if (await moveInto(layout, layout.want(address), work.want(address), move)) toMake.push(address);
      else refused = true;
    } else if (reach === 'at hand' && parent !== null) {
      frontier.addSubdividing(parent);
      if (await moveInto(layout, layout.todo(parent), work.todo(parent), move)) parents.push(parent);
      else refused = true;
    }
  }
  return { toMake, parents, refused };
}

/** Gives back what was claimed and not computed; times, and so the places in the queues, stay. */
export async function putBack(layout: Layout, work: WorkLayout, held: HeldLock): Promise<number> {
  const todo = await listAddresses(work.todoFolder);
  const want = await listAddresses(work.wantFolder, MARKERS);
  const moves = [
    ...todo.map((tile) => ({ from: work.todo(tile), to: layout.todo(tile) })),
    ...want.map((tile) => ({ from: work.want(tile), to: layout.want(tile) })),
  ];
  return (await moveAllInto(layout, moves, move, held)).filter(Boolean).length;
}
