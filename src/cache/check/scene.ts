import { childOf, QUADRANTS, type Address } from '../../tile/address.js';
import { readBoring, type BoringContents } from '../boring-file.js';
import { takeCensus, type Census } from '../census.js';
import type { Layout } from '../layout.js';
import { processTable } from '../process-table.js';
import { listPaths, listTiles, MARKERS, RAWS, type Stray } from '../listing.js';
import { isAlive, seeClients, type SeenClient } from '../liveness.js';

/** Everything that the steps of the check look at, of one moment. */
export interface Scene {
  readonly layout: Layout;
  readonly census: Census;
  readonly boring: BoringContents;
  readonly strays: readonly (Stray & { readonly folder: string })[];
  /** Where each tile is that is a file. */
  readonly places: ReadonlyMap<Address, readonly Place[]>;
  /** Modification times of the tiles in todo/. */
  readonly times: ReadonlyMap<Address, number>;
  readonly pictures: ReadonlySet<string>;
  /** Tiles whose merge has begun, and ends when whoever began it is recovered: parts of them may be in their places. */
  readonly arriving: ReadonlySet<Address>;
  readonly clients: readonly SeenClient[];
  /** Those whose heartbeat is older than the lease, or whose process has ended. */
  readonly dead: readonly SeenClient[];
  /** The file server's time in milliseconds. */
  readonly now: number;
}

/** Where a tile is. */
export interface Place {
  /** `ready` and `work` are a client's: computed, and claimed. */
  readonly name: 'done' | 'ready' | 'work' | 'todo';
  readonly path: string;
}

/** The folders of tiles' files. */
export function tileFolders(layout: Layout): readonly { name: string; path: string; naming: typeof RAWS }[] {
  return [
    { name: 'todo', path: layout.todoFolder, naming: RAWS },
    { name: 'done', path: layout.doneFolder, naming: RAWS },
    { name: 'want', path: layout.wantFolder, naming: MARKERS },
    { name: 'ahead', path: layout.aheadFolder, naming: MARKERS },
  ];
}

/**
 * Lists it all.
 *
 * @param now the file server's time, milliseconds
 * @param lease seconds
 */
export async function look(layout: Layout, now: number, lease: number): Promise<Scene> {
  const census = await takeCensus(layout);
  const boring = await readBoring(layout.boring);
  const times = new Map<Address, number>();
  const strays: Scene['strays'][number][] = [];
  for (const { name, path, naming } of tileFolders(layout)) {
    const listing = await listTiles(path, naming);
    strays.push(...listing.strays.map((stray) => ({ ...stray, folder: name })));
    if (name === 'todo') for (const { address, modified } of listing.tiles) times.set(address, modified);
  }
  const places = new Map<Address, Place[]>();
  const add = (address: Address, place: Place): void => {
    const known = places.get(address);
    if (known) known.push(place);
    else places.set(address, [place]);
  };
  for (const address of census.done) add(address, { name: 'done', path: layout.done(address) });
  for (const { client, todo, ready } of census.work) {
    const work = layout.work(client);
    for (const address of ready) add(address, { name: 'ready', path: work.ready(address) });
    for (const address of todo) add(address, { name: 'work', path: work.todo(address) });
  }
  for (const address of census.todo) add(address, { name: 'todo', path: layout.todo(address) });
  const pictures = new Set(await listPaths(layout.tileFolder));
  const arriving = new Set(
    census.work.flatMap(({ ready, readyWant }) => [
      ...ready.flatMap((parent) => QUADRANTS.map((quadrant) => childOf(parent, quadrant))),
      ...readyWant,
    ]),
  );
  const clients = await seeClients(layout, now);
  const dead = clients.filter((client) => !isAlive(client, lease, processTable()));
  return { layout, census, boring, strays, places, times, pictures, arriving, clients, dead, now };
}
