import type { Address } from '../tile/address.js';
import { move } from './files.js';
import type { Layout, WorkLayout } from './layout.js';
import { listAddresses } from './listing.js';
import type { HeldLock } from './lock.js';
import type { TodoQueue } from './todo-queue.js';

/**
 * Claims up to `count` tiles, oldest first: each is renamed into the client's own work folder, which one client wins.
 *
 * @param holding the tiles that the client holds already
 * @param resumed whether an earlier claim was cut off: then its tiles are found again
 * @returns the tiles that are the client's now
 */
export async function claim(
  layout: Layout,
  work: WorkLayout,
  queue: TodoQueue,
  count: number,
  holding: { has(address: Address): boolean },
  held: HeldLock,
  resumed = false,
): Promise<Address[]> {
  const claimed = new Set<Address>();
  let refused = resumed;
  while (claimed.size < count) {
    const address = queue.shift();
    if (address === null) break;
    held.assertHeld();
    if (await move(layout.todo(address), work.todo(address))) claimed.add(address);
    else refused = true;
  }
  if (refused) {
    // On NFS a rename that was sent twice may answer "gone" although it worked: what stands in the folder is ours.
    for (const address of await listAddresses(work.todoFolder)) {
      if (!holding.has(address)) claimed.add(address);
    }
  }
  return [...claimed];
}

/** Gives back tiles that were claimed and not computed; their times, and so their places in the queue, stay. */
export async function putBack(
  layout: Layout,
  work: WorkLayout,
  addresses: readonly Address[],
  held: HeldLock,
): Promise<number> {
  let count = 0;
  for (const address of addresses) {
    held.assertHeld();
    if (await move(work.todo(address), layout.todo(address))) count++;
  }
  return count;
}
