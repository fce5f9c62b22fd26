import { BoringTail } from '../cache/boring-tail.js';
import { areFiles } from '../cache/files.js';
import type { Layout } from '../cache/layout.js';
import { parentOf, ROOT, type Address } from '../tile/address.js';

/**
 * What is known of the tiles that a film needs. A boring tile has no samples, so it is shown by those of its nearest ancestor that is not
 * boring; which one that is does not depend on how the cache came to know, and so neither do the film's bytes.
 */
export class TileBook {
  readonly #layout: Layout;
  /** boring.txt, kept up to date by {@link look}. */
  readonly boring: BoringTail;
  readonly #there = new Set<Address>();
  /** Those that were not there when they were looked for first. */
  readonly #lacked = new Set<Address>();
  readonly #sources = new Map<Address, Address>();
  readonly #counts = { cached: 0, computed: 0 };

  constructor(layout: Layout) {
    this.#layout = layout;
    this.boring = new BoringTail(layout.boring);
  }

  /** Tiles that were there at once, and those that have come since. */
  get counts(): { readonly cached: number; readonly computed: number } {
    return this.#counts;
  }

  /** The tile whose samples show a tile; null when that is not known yet. */
  sourceOf(address: Address): Address | null {
    return this.#sources.get(address) ?? null;
  }

  /**
   * Looks where tiles stand.
   *
   * @returns the tiles that have to be made first, in the order of those that need them
   */
  async look(addresses: readonly Address[]): Promise<Address[]> {
    await this.boring.refresh();
    const sources = new Map<Address, Address>();
    for (const address of addresses) {
      if (!this.#sources.has(address)) sources.set(address, this.#interesting(address));
    }
    const unseen = [...new Set(sources.values())].filter((source) => !this.#there.has(source));
    // Every tile has its picture before anybody can take the tile, wherever its samples are just now.
    const found = await areFiles(unseen.map((source) => this.#layout.tile(source)));
    const lacking = unseen.filter((_, i) => !found[i]);
    for (const source of unseen.filter((_, i) => found[i])) {
      this.#counts[this.#lacked.has(source) ? 'computed' : 'cached']++;
      this.#there.add(source);
    }
    for (const source of lacking) this.#lacked.add(source);
    for (const [address, source] of sources) if (this.#there.has(source)) this.#sources.set(address, source);
    return lacking;
  }

  /** The tile itself, or its nearest ancestor that is not known to be boring. */
  #interesting(address: Address): Address {
    let at = address;
    for (let boring = this.boring.ancestorOf(at); boring !== null; boring = this.boring.ancestorOf(at)) {
      const parent = parentOf(boring.address);
      if (parent === null) return ROOT;
      at = parent;
    }
    return at;
  }
}
