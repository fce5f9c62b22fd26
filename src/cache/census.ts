import type { Address } from '../tile/address.js';
import { mapInGroups } from './groups.js';
import type { Layout } from './layout.js';
import { listAddresses, listBoth, MARKERS } from './listing.js';
import { listClients } from './liveness.js';

/** What one client holds. */
export interface WorkCensus {
  readonly client: string;
  /** Claimed. */
  readonly todo: readonly Address[];
  /** Subdivided, not merged yet. */
  readonly ready: readonly Address[];
  /** Asked for, being made. */
  readonly want: readonly Address[];
  /** Asked for, made, not merged yet. */
  readonly readyWant: readonly Address[];
}

/** All tiles that a client holds. */
export function heldBy({ todo, ready, want, readyWant }: WorkCensus): Address[] {
  return [...todo, ...ready, ...want, ...readyWant];
}

/** Where a tile that exists as a file is. */
export interface Census {
  readonly todo: readonly Address[];
  readonly done: readonly Address[];
  /** Asked for, and nobody's yet. */
  readonly want: readonly Address[];
  /** Made before their parents were subdivided, boring ones among them. */
  readonly ahead: readonly Address[];
  readonly work: readonly WorkCensus[];
}

/** Lists what the clients hold. */
export async function takeWorkCensus(layout: Layout): Promise<WorkCensus[]> {
  const clients = await listClients(layout);
  return await mapInGroups(clients, async (client) => {
    const { todoFolder, readyFolder, wantFolder } = layout.work(client);
    const [todo, want, ready] = await Promise.all([
      listAddresses(todoFolder),
      listAddresses(wantFolder, MARKERS),
      listBoth(readyFolder),
    ]);
    return { client, todo, ready: ready.raws, want, readyWant: ready.markers };
  });
}

/** Lists every tile of a cache that is a file. Taken under the lock it is one moment; otherwise tiles may move meanwhile. */
export async function takeCensus(layout: Layout): Promise<Census> {
  const work = await takeWorkCensus(layout);
  const [todo, done, want, ahead] = await Promise.all([
    listAddresses(layout.todoFolder),
    listAddresses(layout.doneFolder),
    listAddresses(layout.wantFolder, MARKERS),
    listAddresses(layout.aheadFolder, MARKERS),
  ]);
  return { todo, done, want, ahead, work };
}
