import type { Place } from './place.js';

/** A view that has stood for so long becomes a step of the history, milliseconds. */
const SETTLED_MS = 900;

/** What the address of the page asks for. */
export interface Query {
  readonly place: Place;
  readonly theme: string | null;
  readonly isEmbedded: boolean;
}

/**
 * Reads `?x=&y=&r=&theme=&embed=`.
 *
 * @param home what stands for whatever is missing
 */
export function readQuery(search: string, home: Place): Query {
  const parameters = new URLSearchParams(search);
  const get = (name: 'x' | 'y' | 'r'): string => parameters.get(name)?.trim() || home[name];
  return {
    place: { x: get('x'), y: get('y'), r: get('r') },
    theme: parameters.get('theme'),
    isEmbedded: parameters.has('embed') && parameters.get('embed') !== '0',
  };
}

/** The address of the page that shows a place. */
export function permalink({ x, y, r }: Place, theme: string | null, isEmbedded: boolean): string {
  const parameters = new URLSearchParams({ x, y, r });
  if (theme !== null) parameters.set('theme', theme);
  if (isEmbedded) parameters.set('embed', '1');
  return `?${parameters}`;
}

/** Keeps the address bar and the history up to date, so that back and forward lead through what was looked at. */
export class AddressBar {
  #timer = 0;
  #shown: string;
  readonly #link: () => string;

  /**
   * @param link the address of what is shown now
   * @param onMove told when back or forward was used
   */
  constructor(link: () => string, onMove: (search: string) => void) {
    this.#link = link;
    this.#shown = location.search;
    addEventListener('popstate', () => {
      clearTimeout(this.#timer);
      this.#shown = location.search;
      onMove(location.search);
    });
  }

  /** To be called when the view has changed. */
  note(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settle(), SETTLED_MS);
  }

  /** Writes down what is shown now. */
  settle(): void {
    clearTimeout(this.#timer);
    const link = this.#link();
    if (link === this.#shown) return;
    this.#shown = link;
    try {
      history.pushState(null, '', link);
    } catch {
      // Too long for this browser, or too often: the map goes on without.
    }
  }
}
