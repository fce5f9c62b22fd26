import { ancestorOf, levelOf, type Address } from '../tile/address.js';
import { foldAddress } from '../tile/folding.js';
import type { BoringLookup } from './boring-lookup.js';
import type { Found } from './boring-messages.js';
import type { Colours } from './colours.js';
import type { PaintedPictures } from './painted-pictures.js';
import type { PictureStore } from './picture-store.js';

/** What an img shows of a cell. */
export interface Shown {
  /** Of the picture, in the theme's colours. */
  readonly url: string;
  /** The tile is this many levels deeper than what the picture shows of it; 0 for its own picture. */
  readonly up: number;
  /** The part of the picture that it is: column and row from the north-west corner, of 2^up. */
  readonly column: number;
  readonly row: number;
  /** Whether this is all there is to show. */
  readonly isFinal: boolean;
}

/** Ancestors so near are tried one by one, those beyond in ever longer steps. */
const NEAR = 8;

/** Finds out what to show of a tile: its picture, the one of its boring period, or a part of its nearest ancestor's. */
export class Gallery {
  readonly #store: PictureStore;
  readonly #painted: PaintedPictures;
  readonly #boring: BoringLookup;
  readonly #colours: Colours;
  #batch: { readonly addresses: Address[]; readonly found: Promise<readonly Found[]> } | null = null;

  constructor(store: PictureStore, painted: PaintedPictures, boring: BoringLookup, colours: Colours) {
    this.#store = store;
    this.#painted = painted;
    this.#boring = boring;
    this.#colours = colours;
  }

  /**
   * Finds it, telling of something better whenever there is.
   *
   * @param urgency the least first
   * @param isWanted asked before each download
   * @returns null when nothing can be shown
   */
  async find(address: Address, urgency: number, isWanted: () => boolean): Promise<Shown | null> {
    const boring = await this.#lookUp(address);
    if (boring !== null && !this.#colours.isSmooth) {
      const bytes = await this.#store.fetch(`P${boring.period}`, urgency, isWanted);
      if (bytes !== null) return this.#show(bytes, address, address, true);
    }
    if (boring === null) {
      const bytes = await this.#store.fetch(foldAddress(address), urgency, isWanted);
      if (bytes !== null) return this.#show(bytes, address, address, true);
    }
    // A boring tile has no picture of its own, but the one that it was made of has.
    const from = boring === null ? levelOf(address) - 1 : boring.length - 2;
    for (const level of ancestorLevels(from)) {
      if (!isWanted()) return null;
      const ancestor = ancestorOf(address, level);
      const bytes = await this.#store.fetch(foldAddress(ancestor), urgency, isWanted);
      if (bytes !== null) return this.#show(bytes, ancestor, address, boring !== null && level === from);
    }
    return null;
  }

  #show(bytes: Uint8Array, pictured: Address, address: Address, isFinal: boolean): Shown {
    const up = levelOf(address) - levelOf(pictured);
    let column = 0;
    let row = 0;
    // So far up that a cell is less than one of its pixels, the last levels make no difference.
    const shown = Math.min(up, NEAR);
    for (const digit of address.slice(pictured.length, pictured.length + shown)) {
      column = 2 * column + (Number(digit) & 1);
      row = 2 * row + (Number(digit) & 2 ? 0 : 1);
    }
    return { url: this.#painted.urlOf(bytes, levelOf(pictured)), up: shown, column, row, isFinal };
  }

  /** All that is asked for in one turn goes to the worker together. */
  async #lookUp(address: Address): Promise<Found> {
    if (this.#batch === null) {
      const addresses: Address[] = [];
      const found = Promise.resolve().then(async () => {
        this.#batch = null;
        return await this.#boring.find(addresses);
      });
      this.#batch = { addresses, found };
    }
    const { addresses, found } = this.#batch;
    const at = addresses.push(address) - 1;
    return (await found)[at];
  }
}

/** Levels of ancestors to be tried, the nearest first, and at last the root. */
function* ancestorLevels(from: number): Generator<number> {
  let level = from;
  for (let step = 1, tried = 1; level > 0; tried++) {
    yield level;
    if (tried >= NEAR) step *= 2;
    level -= step;
  }
  if (from >= 0) yield 0;
}
