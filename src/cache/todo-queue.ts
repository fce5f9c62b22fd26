import type { Address } from '../tile/address.js';
import { listRaws, type Stray } from './listing.js';

/**
 * The order in which todo/ is worked off: oldest modification time first, ties by name.
 *
 * A listing is taken once and then used up; what arrives later is younger than everything in it, so it can wait for the
 * next listing. Thus the cost of a claim does not grow with the size of todo/.
 */
export class TodoQueue {
  readonly #folder: string;
  readonly #eligible: (address: Address) => boolean;
  #waiting: Address[] = [];
  #next = 0;
  #size = 0;

  /**
   * @param folder todo/
   * @param eligible which tiles may be claimed at all
   */
  constructor(folder: string, eligible: (address: Address) => boolean) {
    this.#folder = folder;
    this.#eligible = eligible;
  }

  /** Tiles known to wait, eligible ones. */
  get length(): number {
    return this.#waiting.length - this.#next;
  }

  /** Tiles in todo/ at the last listing, eligible or not. */
  get listed(): number {
    return this.#size;
  }

  /**
   * Lists todo/ anew.
   *
   * @returns what does not belong there
   */
  async refresh(): Promise<Stray[]> {
    const { raws, strays } = await listRaws(this.#folder);
    this.#size = raws.length;
    this.#waiting = raws
      .filter(({ address }) => this.#eligible(address))
      .toSorted((a, b) => a.modified - b.modified || (a.address < b.address ? -1 : 1))
      .map(({ address }) => address);
    this.#next = 0;
    return strays;
  }

  /** Takes the oldest tile off the list, or gives null when the list is used up. */
  shift(): Address | null {
    return this.#next < this.#waiting.length ? this.#waiting[this.#next++] : null;
  }
}
