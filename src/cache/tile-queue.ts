import type { Address } from '../tile/address.js';
import { exists } from './files.js';
import type { Layout } from './layout.js';
import { MARKERS, RAWS, scanTiles, type ListedTile, type Naming, type Stray } from './listing.js';

/** Directory entries that one call of {@link TileQueue.refresh} looks at: a tenth of a second. */
const SLICE = 8192;
/** Tiles that are remembered at the most, the oldest ones. */
const KEPT = 65_536;

/** Tiles that are looked at together, and the factor by which the strides from one to the next grow. */
const PROBES = 8;
const STRIDE_GROWTH = 4;

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

  /**
   * Forgets tiles at the front that others have taken, until the first one is there; so that none is asked for under the lock, this is done
   * before it is taken.
   *
   * Others take the oldest ones as well: where many in a row are gone, those between them are not looked at each, in ever longer strides.
   * One that is there all the same is found by the next listing.
   */
  async prune(): Promise<void> {
    for (let stride = 1, probes = 1; this.length > 0; probes = PROBES) {
      const end = this.length;
      const probed = Array.from({ length: probes }, (_, i) => end - (i + 1) * stride).filter((at) => at >= 0);
      if (probed.length === 0) {
        stride /= STRIDE_GROWTH;
        continue;
      }
      const there = await Promise.all(probed.map(async (at) => await this.#isThere(at)));
      const gone = there.includes(true) ? there.indexOf(true) : probed.length;
      this.#waiting.length = end - gone * stride;
      if (gone < probed.length && stride === 1) return;
      stride = gone < probed.length ? stride / STRIDE_GROWTH : stride * STRIDE_GROWTH;
    }
  }

  async #isThere(at: number): Promise<boolean> {
    return await exists(this.#source.pathOf(this.#waiting[at].address));
  }

  /** Takes the oldest tiles off the list, oldest first; fewer than `count` when the list is used up. */
  take(count: number): Address[] {
    return this.#waiting
      .splice(Math.max(0, this.length - count))
      .toReversed()
      .map(({ address }) => address);
  }
}
