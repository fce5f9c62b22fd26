import { PERIOD_CLASSES } from '../image/palette-index.js';
import { encodeBoringPicture } from '../image/picture.js';
import { isThemeName } from '../image/themes.js';
import type { PictureFormat } from '../tile/picture-format.js';

/**
 * The pictures `P<period>` that no daemon has made yet: a page may need one a moment before it is merged. Periods share a few colours, so there
 * are only as many pictures as that.
 */
export class BoringPictures {
  readonly #theme: string;
  readonly #made = new Map<string, Uint8Array>();

  constructor(theme: string) {
    this.#theme = theme;
  }

  /** The bytes of a picture, or null when the cache's theme is unknown here. */
  get(period: number, format: PictureFormat): Uint8Array | null {
    if (!isThemeName(this.#theme)) return null;
    const alike = period === 0 ? 0 : ((period - 1) % PERIOD_CLASSES) + 1;
    const key = `${alike}.${format}`;
    let picture = this.#made.get(key);
    if (picture === undefined) {
      picture = encodeBoringPicture(alike, this.#theme, format);
      this.#made.set(key, picture);
    }
    return picture;
  }
}
