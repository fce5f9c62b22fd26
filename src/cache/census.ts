import type { Address } from '../tile/address.js';
import type { Layout } from './layout.js';
import { listAddresses } from './listing.js';
import { listClients } from './liveness.js';

/** Where a tile that exists as a file is. */
export interface Census {
  readonly todo: readonly Address[];
  readonly done: readonly Address[];
  /** Claimed or ready, by client. */
  readonly work: readonly {
    readonly client: string;
    readonly todo: readonly Address[];
    readonly ready: readonly Address[];
  }[];
}

/** Lists every tile of a cache that is a file. Taken under the lock it is one moment; otherwise tiles may move meanwhile. */
export async function takeCensus(layout: Layout): Promise<Census> {
  const clients = await listClients(layout);
  const work = await Promise.all(
    clients.map(async (client) => {
      const folders = layout.work(client);
      const [todo, ready] = await Promise.all([
        listAddresses(folders.todoFolder),
        listAddresses(folders.readyFolder),
      ]);
      return { client, todo, ready };
    }),
  );
  const [todo, done] = await Promise.all([
    listAddresses(layout.todoFolder),
    listAddresses(layout.doneFolder),
  ]);
  return { todo, done, work };
}
