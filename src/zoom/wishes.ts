import { askInPassing } from '../cache/ask.js';
import { remove } from '../cache/files.js';
import { mapInGroups } from '../cache/groups.js';
import type { Layout } from '../cache/layout.js';
import { parentOf, type Address } from '../tile/address.js';
import type { TileBook } from './tile-book.js';

/** A tile that has not come is asked for again after so many milliseconds: its mark may have been lost. */
const AGAIN_MS = 5000;
/** A tile whose mark has vanished so often without a result is given up. */
const MAX_TRIES = 4;
/** Tiles that each thread should have before it, so that none waits for the leader's next look. */
const WISHES_PER_THREAD = 2;
/** Marks in want/ at a time, of this film. */
const OUTSTANDING = 512;

/** A tile that is waited for. */
interface Wish {
  at: number;
  tries: number;
}

/** The tiles that a film waits for: asked for in the order in which frames need them, and again when they do not come. */
export class Wishes {
  readonly #layout: Layout;
  readonly #book: TileBook;
  readonly #wishes = new Map<Address, Wish>();
  readonly #failed = new Map<Address, string>();

  constructor(layout: Layout, book: TileBook) {
    this.#layout = layout;
    this.#book = book;
  }

  /** Tiles that did not come, and why. */
  get failed(): { address: Address; reason: string }[] {
    return [...this.#failed].map(([address, reason]) => ({ address, reason }));
  }

  /** Whether more may be asked for. */
  static hasRoom(lacking: number): boolean {
    return lacking < OUTSTANDING;
  }

  /** Takes back the marks that it has put: nobody waits for those tiles any more. Whoever else does asks again. */
  async withdraw(): Promise<void> {
    const own = [...this.#wishes].flatMap(([address, { tries }]) => (tries > 0 ? [address] : []));
    await mapInGroups(own, async (address) => await remove(this.#layout.want(address)));
  }

  /**
   * Asks for what is lacking now, the most urgent first. Of a tile whose parent is lacking as well it is not known whether it is worth it: the parent
   * may be boring, and all within it. It is asked for only as far as the cluster would have nothing to do else.
   *
   * @param threads of the cluster
   */
  async ask(lacking: readonly Address[], now: number, threads: number): Promise<void> {
    const isLacking = new Set(lacking);
    const isOpen = (address: Address): boolean => {
      const parent = parentOf(address);
      return parent !== null && isLacking.has(parent);
    };
    const certain = lacking.filter((address) => !isOpen(address));
    const open = lacking.filter(isOpen).slice(0, Math.max(0, WISHES_PER_THREAD * threads - certain.length));
    for (const address of this.#wishes.keys()) if (!isLacking.has(address)) this.#wishes.delete(address);
    const due = [...certain, ...open].slice(0, OUTSTANDING).filter((address) => {
      const wish = this.#wishes.get(address);
      return !this.#failed.has(address) && (wish === undefined || now >= wish.at + AGAIN_MS);
    });
    if (due.length === 0) return;
    const answers = await askInPassing(this.#layout, due, this.#book.boring);
    for (const [i, address] of due.entries()) {
      const wish = this.#wishes.get(address) ?? { at: now, tries: 0 };
      if (answers[i] === 'is asked for') wish.tries++;
      wish.at = now;
      this.#wishes.set(address, wish);
      if (wish.tries > MAX_TRIES) {
        this.#failed.set(address, `asked for ${wish.tries} times, and it has not come`);
      }
    }
  }
}
