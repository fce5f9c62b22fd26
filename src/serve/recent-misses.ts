import type { Address } from '../tile/address.js';

/** Missing tiles that are remembered. */
const MAX_COUNT = 4096;
/** And digits of their addresses together: those of deep tiles are long. */
const MAX_DIGITS = 2 ** 20;

/** The tiles that were missed last, by anybody; what is older than the bounds allow is forgotten. */
export class RecentMisses {
  readonly #addresses = new Set<Address>();
  #digits = 0;

  /** Remembers one as the youngest. */
  add(address: Address): void {
    this.delete(address);
    this.#addresses.add(address);
    this.#digits += address.length;
    for (const oldest of this.#addresses) {
      if (this.#addresses.size <= MAX_COUNT && this.#digits <= MAX_DIGITS) break;
      this.delete(oldest);
    }
  }

  delete(address: Address): void {
    if (this.#addresses.delete(address)) this.#digits -= address.length;
  }

  get size(): number {
    return this.#addresses.size;
  }

  /** All of them, the oldest first. */
  list(): Address[] {
    return [...this.#addresses];
  }
}
