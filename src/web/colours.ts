import { paletteOf } from '../image/palette.js';
import { isSmoothThemeName, smoothPaletteOf, SMOOTH_THEME_NAMES } from '../image/smooth-palette.js';
import { DEFAULT_THEME, isThemeName, THEME_NAMES } from '../image/themes.js';

/** All themes that the map offers, flat ones first. */
export const ALL_THEMES: readonly string[] = [...THEME_NAMES, ...SMOOTH_THEME_NAMES];

/** The colours of the map: those of a theme. */
export class Colours {
  #theme: string = DEFAULT_THEME;
  readonly #smooth = new Map<string, Uint8Array>();

  /** Name of the theme. */
  get theme(): string {
    return this.#theme;
  }

  /** Chooses a theme; an unknown name changes nothing. */
  choose(name: string): void {
    if (ALL_THEMES.includes(name)) this.#theme = name;
  }

  /** Whether the colours stand for absolute distances, so that boring cells have no one colour. */
  get isSmooth(): boolean {
    return isSmoothThemeName(this.#theme);
  }

  /** Palettes with the same key are the same. */
  keyOf(level: number): string {
    return this.isSmooth ? `${this.#theme} ${level}` : this.#theme;
  }

  /** Red, green and blue of each index, for the picture of a tile of a level. */
  paletteOf(level: number): Uint8Array {
    if (isThemeName(this.#theme)) return paletteOf(this.#theme);
    const key = this.keyOf(level);
    let palette = this.#smooth.get(key);
    if (palette === undefined && isSmoothThemeName(this.#theme)) {
      if (this.#smooth.size > 200) this.#smooth.clear();
      palette = smoothPaletteOf(this.#theme, level);
      this.#smooth.set(key, palette);
    }
    return palette ?? paletteOf(DEFAULT_THEME);
  }
}
