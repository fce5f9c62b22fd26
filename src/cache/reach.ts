import { lineage, parentOf, type Address } from '../tile/address.js';
import { boringAncestor, readBoring } from './boring-file.js';
import { takeWorkCensus, type WorkCensus } from './census.js';
import { standsAt } from './files.js';
import { mapInGroups } from './groups.js';
import type { Layout } from './layout.js';
import { listAddresses, MARKERS } from './listing.js';
import { readStatus } from './status-file.js';

/**
 * How far the cache has come towards a tile:
 *
 * - `there`: it was made, or is boring, itself or by an ancestor
 * - `under way`: a client is making it, or subdividing its parent; one that holds the parent for others only, as a hub does, is not
 * - `at hand`: its parent waits in todo/
 * - `far`: nothing has led to it yet
 */
export type Reach = 'there' | 'under way' | 'at hand' | 'far';

/** Tells how far the cache has come; to be used under the lock, so that nothing moves meanwhile. */
export class Frontier {
  readonly #layout: Layout;
  readonly #subdividing: Set<Address>;
  readonly #merging: ReadonlySet<Address>;
  readonly #making: ReadonlySet<Address>;
  readonly #work: readonly WorkCensus[];
  /** Held for others, who may not come; null until it matters. */
  #lent: ReadonlySet<Address> | null = null;
  #boring: ReadonlyMap<Address, number> | null;

  private constructor(
    layout: Layout,
    work: readonly WorkCensus[],
    boring: ReadonlyMap<Address, number> | null,
  ) {
    this.#layout = layout;
    this.#work = work;
    this.#subdividing = new Set(work.flatMap(({ todo, ready }) => [...todo, ...ready]));
    this.#merging = new Set(work.flatMap(({ ready }) => ready));
    this.#making = new Set(work.flatMap(({ want, readyWant }) => [...want, ...readyWant]));
    this.#boring = boring;
  }

  /**
   * Looks at what the clients hold.
   *
   * @param boring what stands in boring.txt, when that was read just now; else it is read when it matters
   */
  static async look(layout: Layout, boring: ReadonlyMap<Address, number> | null = null): Promise<Frontier> {
    return new Frontier(layout, await takeWorkCensus(layout), boring);
  }

  /** Notes that a tile has been claimed meanwhile. */
  addSubdividing(address: Address): void {
    this.#subdividing.add(address);
  }

  /** Whether a tile was subdivided, and its children are on their way. */
  isMerging(address: Address): boolean {
    return this.#merging.has(address);
  }

  async reach(address: Address): Promise<Reach> {
    const parent = parentOf(address);
    if (parent === null || this.#subdividing.has(address)) return 'there';
    if (this.#making.has(address) || (await this.#isSubdividing(parent))) return 'under way';
    const layout = this.#layout;
    if ((await standsAt(layout.ahead(address))) || (await standsAt(layout.done(parent)))) return 'there';
    if (await standsAt(layout.todo(parent))) return 'at hand';
    // The first ancestor that was not subdivided either waits, or is boring; that it was not found is no proof of the latter.
    for (const ancestor of lineage(parent)) {
      if (await standsAt(layout.done(ancestor))) continue;
      if (this.#subdividing.has(ancestor) || (await standsAt(layout.todo(ancestor)))) return 'far';
      break;
    }
    return (await this.#isBoring(address)) ? 'there' : 'far';
  }

  /** Whether a client is at a tile, or has been and has not merged it; those who only hold it for others are not. */
  async #isSubdividing(address: Address): Promise<boolean> {
    if (!this.#subdividing.has(address)) return false;
    if (this.#merging.has(address)) return true;
    this.#lent ??= await tilesLent(this.#layout, this.#work);
    return !this.#lent.has(address);
  }

  /** Whether a tile was made or is boring, a tile that is marked in ahead/ not being sure to be there. */
  async isSomewhere(address: Address): Promise<boolean> {
    const layout = this.#layout;
    if (this.#subdividing.has(address)) return true;
    if ((await standsAt(layout.todo(address))) || (await standsAt(layout.done(address)))) return true;
    return await this.#isBoring(address);
  }

  /** By boring.txt, which is read once and only when it matters. */
  async #isBoring(address: Address): Promise<boolean> {
    this.#boring ??= (await readBoring(this.#layout.boring)).tiles;
    return boringAncestor(this.#boring, address) !== null;
  }
}

/**
 * Whether a tile has its place in the cache: its parent was subdivided, or it was asked for. By listing, for a name may be denied
 * by a cache of NFS.
 */
export async function belongs(layout: Layout, address: Address): Promise<boolean> {
  const parent = parentOf(address);
  if (parent === null || (await listAddresses(layout.doneFolder)).includes(parent)) return true;
  if ((await listAddresses(layout.aheadFolder, MARKERS)).includes(address)) return true;
  return (await takeWorkCensus(layout)).some(({ ready }) => ready.includes(parent));
}

/** What clients hold for others. */
async function tilesLent(layout: Layout, work: readonly WorkCensus[]): Promise<Set<Address>> {
  const holders = work.filter(({ todo }) => todo.length > 0);
  const lent = await mapInGroups(holders, async ({ client, todo }) => {
    const status = await readStatus(layout.work(client).status);
    return status?.lends === true ? todo : [];
  });
  return new Set(lent.flat());
}
