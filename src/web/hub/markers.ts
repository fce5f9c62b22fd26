import { build } from '../build.js';
import { byId, onClick, tell } from '../elements.js';
import { placeOf, viewOf } from '../place.js';
import { pixelsTo, type View } from '../view.js';
import type { HubPlace, PlacePage } from './answers.js';
import type { HubApi } from './api.js';
import { placeOfHub } from './map-link.js';

/** A view that has stood for so long is asked about, in milliseconds. */
const SETTLED_MS = 400;

/** A place of the view that the hub was asked about last. */
interface Marker {
  readonly element: HTMLElement;
  readonly at: View;
}

/** Marks on the map where people have described places, those with most votes of each view; they can be switched on and off. */
export class Markers {
  readonly #api: HubApi;
  readonly #view: () => View;
  readonly #layer = byId('markers');
  #shown: readonly Marker[] = [];
  #isOn = false;
  #turn = 0;
  #timer = 0;

  constructor(api: HubApi, view: () => View) {
    this.#api = api;
    this.#view = view;
  }

  /** Offers it. */
  listen(): void {
    byId('marks').hidden = false;
    onClick('marks', () => {
      this.#isOn = !this.#isOn;
      byId('marks').ariaPressed = `${this.#isOn}`;
      this.#layer.hidden = !this.#isOn;
      if (this.#isOn) void this.#ask(true);
    });
  }

  /** The view has changed. */
  move(): void {
    if (!this.#isOn) return;
    this.#put();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(false), SETTLED_MS);
  }

  /** @param isNew whether somebody waits for an answer */
  async #ask(isNew: boolean): Promise<void> {
    const turn = ++this.#turn;
    // Half of the longer side of the screen, so that the square has all of it.
    const { x, y, r } = placeOf(this.#view(), Math.max(innerWidth, innerHeight));
    try {
      const { places } = await this.#api.get<PlacePage>('places', { re: x, im: y, radius: r });
      if (turn !== this.#turn) return;
      this.#shown = places.flatMap(markerOf);
      this.#layer.replaceChildren(...this.#shown.map(({ element }) => element));
      this.#put();
      if (isNew && places.length === 0) tell('Nobody has described a place in this view.');
    } catch (error) {
      if (turn === this.#turn && isNew) tell(error instanceof Error ? error.message : String(error));
    }
  }

  /** Puts the marks where their places are on the screen. */
  #put(): void {
    const view = this.#view();
    for (const { element, at } of this.#shown) {
      const { right, down } = pixelsTo(view, at);
      const isIn = Math.abs(right) <= innerWidth / 2 && Math.abs(down) <= innerHeight / 2;
      element.hidden = !isIn;
      // Its title stands towards the middle, where nothing lies over the map.
      element.classList.toggle('low', down > 0);
      if (isIn) element.style.translate = `${innerWidth / 2 + right}px ${innerHeight / 2 + down}px`;
    }
  }
}

function markerOf(place: HubPlace): Marker[] {
  const title = build('bdi', '', place.title);
  const element = build('a', '', title) as HTMLAnchorElement;
  element.href = `place?id=${place.id}`;
  // The title itself is seen under the pointer only.
  element.ariaLabel = title.textContent;
  try {
    return [{ element, at: viewOf(placeOfHub(place), innerHeight) }];
  } catch {
    return []; // no place that this map could show
  }
}
