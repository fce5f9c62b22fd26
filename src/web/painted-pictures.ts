import type { Colours } from './colours.js';
import { isTilePng, withColours } from './png-palette.js';
import { RecentMap } from './recent-map.js';

/** URLs that are kept. */
const KEPT = 800;

/** Pictures in the colours of the theme, as URLs for img. */
export class PaintedPictures {
  readonly #colours: Colours;
  readonly #ids = new WeakMap<Uint8Array, number>();
  readonly #urls = new RecentMap<string, string>(KEPT, (url) => URL.revokeObjectURL(url));
  #nextId = 0;

  constructor(colours: Colours) {
    this.#colours = colours;
  }

  /**
   * The URL of a picture in the theme's colours. It lasts for some hundred others; an img that has loaded it needs it no more.
   *
   * @param level of the tile that it shows
   */
  urlOf(bytes: Uint8Array, level: number): string {
    let id = this.#ids.get(bytes);
    if (id === undefined) this.#ids.set(bytes, (id = this.#nextId++));
    const isIndexed = isTilePng(bytes);
    const key = isIndexed ? `${id} ${this.#colours.keyOf(level)}` : `${id}`;
    let url = this.#urls.get(key);
    if (url === undefined) {
      const painted = isIndexed ? withColours(bytes, this.#colours.paletteOf(level)) : Uint8Array.from(bytes);
      url = URL.createObjectURL(new Blob([painted], { type: isIndexed ? 'image/png' : 'image/jpeg' }));
    }
    this.#urls.set(key, url); // the last to go
    return url;
  }
}
