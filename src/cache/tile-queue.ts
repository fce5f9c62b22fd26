import type { Address } from '../tile/address.js';
import { exists } from './files.js';
import type { Layout } from './layout.js';
import { MARKERS, RAWS, scanTiles, type ListedTile, type Naming, type Stray } from './listing.js';

/** Directory entries that one call of {@link TileQueue.refresh} looks at: a tenth of a second. */
const SLICE = 8192;
/** Tiles that are remembered at the most, the oldest ones. */
const KEPT = 65_536;

/** A folder whose tiles are worked off. */
interface Source {
  readonly folder: string;
  readonly naming: Naming;
  readonly pathOf: (address: Address) => string;
}

/**
 * The order in which todo/ or want/ is worked off: oldest modification time first, ties by name.
 *
 * A listing is taken once and then used up; what arrives later is younger than everything in it, so it can wait for the
 * next listing. A large folder is listed in slices, and until all of it has been seen the oldest of what has been seen come
 * first. Thus neither the cost of a claim nor the memory grows with the size of the folder.
 */
export class TileQueue {
  readonly #source: Source;
  readonly #eligible: (address: Address) => boolean;
  #scan: AsyncGenerator<ListedTile | Stray> | null = null;
  /** Youngest first, so that the oldest is taken off the end. */
  #waiting: ListedTile[] = [];
  #seen = 0;
  #listed = 0;

  private constructor(source: Source, eligible: (address: Address) => boolean) {
    this.#source = source;
    this.#eligible = eligible;
  }

  /**
   * The tiles that wait to be subdivided.
   *
   * @param eligible which may be claimed at all
   */
  static ofTodo(layout: Layout, eligible: (address: Address) => boolean): TileQueue {
    const pathOf = (address: Address): string => layout.todo(address);
    return new TileQueue({ folder: layout.todoFolder, naming: RAWS, pathOf }, eligible);
  }

  /** The tiles that were asked for. */
  static ofWants(layout: Layout, eligible: (address: Address) => boolean): TileQueue {
    const pathOf = (address: Address): string => layout.want(address);
    return new TileQueue({ folder: layout.wantFolder, naming: MARKERS, pathOf }, eligible);
  }

  /** The folder. */
  get folder(): string {
    return this.#source.folder;
  }

  /** Tiles known to wait, eligible ones. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Tiles in the folder at the last listing, eligible or not; of an unfinished first one, those seen so far. */
  get listed(): number {
    return Math.max(this.#listed, this.#seen);
  }

  /** Whether a listing has begun that has not come to its end. */
  get isListing(): boolean {
    return this.#scan !== null;
  }

  /**
   * Lists a slice of the folder, where the last one ended or from the beginning.
   *
   * @returns what does not belong there
   * @throws a system error; then the next slice is the first one again
   */
  async refresh(): Promise<Stray[]> {
    const scan = this.#scan ?? scanTiles(this.#source.folder, this.#source.naming);
    if (this.#scan === null) this.#seen = 0;
    this.#scan = null; // unless it goes well
    const strays: Stray[] = [];
    const found: ListedTile[] = [];
    let isAtEnd = false;
    for (let looked = 0; looked < SLICE && !isAtEnd; looked++) {
      const next = await scan.next();
      if (next.done) {
        isAtEnd = true;
      } else if ('address' in next.value) {
        this.#seen++;
        if (this.#eligible(next.value.address)) found.push(next.value);
      } else {
        strays.push(next.value);
      }
    }
    if (isAtEnd) this.#listed = this.#seen;
    else this.#scan = scan;
    this.#waiting = this.#waiting
      .concat(found)
      .toSorted((a, b) => b.modified - a.modified || (a.address < b.address ? 1 : -1))
      .slice(-KEPT);
    return strays;
  }

  /** Forgets tiles at the front that others have taken, until `count` are there: so that none is asked for under the lock. */
  async prune(count: number): Promise<void> {
    for (let there = 0; there < count && there < this.length;) {
      const first = this.#waiting.slice(Math.max(0, this.length - 2 * count), this.length - there);
      const isThere = await Promise.all(
        first.map(async ({ address }) => await exists(this.#source.pathOf(address))),
      );
      const left = first.filter((_, i) => isThere[i]);
      this.#waiting.splice(this.length - there - first.length, first.length, ...left);
      there += left.length;
    }
  }

  /** Takes the oldest tile off the list, or gives null when the list is used up. */
  shift(): Address | null {
    return this.#waiting.pop()?.address ?? null;
  }
}
