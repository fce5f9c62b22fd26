import { build, facts } from '../build.js';
import type { Film } from './status.js';
import { duration, number } from './words.js';

/** The films that are being made, anywhere, with their newest frames. */
export class Films {
  readonly #element: HTMLElement;
  readonly #base: string;
  /** Kept, so that a picture does not go before the next one has come. */
  readonly #pictures = new Map<string, HTMLImageElement>();

  constructor(element: HTMLElement, base: string) {
    this.#element = element;
    this.#base = base;
  }

  /** Shows them as they are now. */
  show(films: readonly Film[]): void {
    const keys = new Set(films.map(({ key }) => key));
    for (const key of this.#pictures.keys()) if (!keys.has(key)) this.#pictures.delete(key);
    const cards = films.map((film) => this.#card(film));
    this.#element.replaceChildren(
      ...(cards.length > 0 ? cards : [build('p', 'empty', 'No film is being made.')]),
    );
  }

  #card(film: Film): HTMLElement {
    const { done, frames, seconds, alive } = film;
    const bar = document.createElement('progress');
    bar.max = frames;
    bar.value = done;
    bar.setAttribute('aria-label', 'Frames');
    const left = done > 0 && alive ? `, ${duration((seconds / done) * (frames - done))} left` : '';
    return build(
      'li',
      `card film ${alive ? 'good' : 'silent'}`,
      build('h3', '', build('i', ''), `${film.size} ${film.format}, ${film.theme}`),
      build('p', 'state', alive ? `since ${duration(seconds)}${left}` : `silent for ${duration(film.age)}`),
      this.#picture(film),
      bar,
      facts(
        ['Frames', `${number(done)} of ${number(frames)}, ${number(film.fps)} a second`],
        [
          'Tiles',
          `${number(film.cached)} there, ${number(film.computed)} computed, ${number(film.missing)} missing`,
        ],
        ['Leader', film.leader || 'unknown'],
      ),
    );
  }

  #picture({ key, frame }: Film): HTMLImageElement | null {
    if (frame === null) return null;
    const picture = this.#pictures.get(key) ?? Object.assign(new Image(), { alt: 'The newest frame' });
    this.#pictures.set(key, picture);
    const source = `${this.#base}movie/frame/${frame}.png`;
    if (picture.src !== source) picture.src = source;
    return picture;
  }
}
