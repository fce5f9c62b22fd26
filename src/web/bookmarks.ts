import type { NamedPlace } from './places.js';

/** Where they are in localStorage. */
const KEY = 'mandeld.bookmarks';
/** More are not kept. */
const MOST = 1000;
/** No coordinate is longer. */
const LONGEST = 10_000;

/** Places that somebody has kept, in the browser's localStorage. */
export class Bookmarks {
  #all: NamedPlace[];

  constructor() {
    this.#all = read(storage()?.getItem(KEY) ?? '[]') ?? [];
  }

  /** All, oldest first. */
  get all(): readonly NamedPlace[] {
    return this.#all;
  }

  /** Keeps one more. */
  add(place: NamedPlace): void {
    this.#save([...this.#all, place]);
  }

  /** Forgets one. */
  remove(index: number): void {
    this.#save(this.#all.filter((_, at) => at !== index));
  }

  /** All, as a file. */
  export(): string {
    return `${JSON.stringify(this.#all, null, 2)}\n`;
  }

  /**
   * Adds those of a file that are not there yet.
   *
   * @returns how many were added; null when the file is none of ours
   */
  import(text: string): number | null {
    const read_ = read(text);
    if (read_ === null) return null;
    const before = this.#all.length;
    // A Map keeps the first of each in its place.
    const all = new Map([...this.#all, ...read_].map((place) => [JSON.stringify(place), place]));
    this.#save([...all.values()]);
    return this.#all.length - before;
  }

  #save(all: NamedPlace[]): void {
    this.#all = all.slice(0, MOST);
    try {
      storage()?.setItem(KEY, JSON.stringify(this.#all));
    } catch {
      // More than the browser keeps: they last as long as the page.
    }
  }
}

/** null where a browser allows none, as in some frames. */
function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** The places in a text that are places. */
function read(text: string): NamedPlace[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(value)) return null;
  return value.flatMap((entry: unknown) => {
    const { name, x, y, r } = (entry ?? {}) as Record<string, unknown>;
    const isPlace = [name, x, y, r].every(
      (part) => typeof part === 'string' && part !== '' && part.length <= LONGEST,
    );
    return isPlace ? [{ name, x, y, r } as NamedPlace] : [];
  });
}
