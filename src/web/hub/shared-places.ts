import { build } from '../build.js';
import { byId, elementOf, onClick } from '../elements.js';
import type { HubPlace, PlacePage } from './answers.js';
import type { HubApi } from './api.js';
import { linkToDescribing, type MapView } from './map-view.js';
import { pictureBox } from './picture-box.js';
import { some } from './words.js';

/** Places that the dialog lists. */
const LISTED = 8;

/** The part of the map's dialog of places that only a hub has: what people have described, and a link to do so. */
export class SharedPlaces {
  readonly #base: string;
  readonly #api: HubApi;
  readonly #map: MapView;
  readonly #dialog = elementOf(HTMLDialogElement, 'places-dialog');
  #turn = 0;

  constructor(base: string, api: HubApi, map: MapView) {
    this.#base = base;
    this.#api = api;
    this.#map = map;
  }

  /** Offers it. */
  listen(): void {
    byId('shared').hidden = false;
    onClick('places', () => {
      elementOf(HTMLAnchorElement, 'shared-add').href = linkToDescribing(this.#map);
      void this.#list();
    });
    byId('shared-search').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#list();
    });
  }

  async #list(): Promise<void> {
    const turn = ++this.#turn;
    const words = elementOf(HTMLInputElement, 'shared-words').value.trim();
    const state = byId('shared-state');
    state.textContent = 'The hub is asked…';
    let told = '';
    let places: readonly HubPlace[] = [];
    try {
      ({ places } = await this.#api.get<PlacePage>('places', words === '' ? {} : { words }));
      if (places.length === 0)
        told = words === '' ? 'Nobody has described a place yet.' : 'Nothing was found.';
    } catch (error) {
      told = error instanceof Error ? error.message : String(error);
    }
    if (turn !== this.#turn) return;
    state.textContent = told;
    byId('shared-places').replaceChildren(...places.slice(0, LISTED).map((place) => this.#entry(place)));
  }

  #entry(place: HubPlace): HTMLElement {
    const { id, title, votes, theme } = place;
    const button = build(
      'button',
      '',
      pictureBox(this.#api, this.#base, place),
      build('span', '', build('bdi', '', title), build('small', '', some(votes, 'vote'))),
    );
    button.addEventListener('click', () => {
      this.#dialog.close();
      this.#map.fly({ x: place.re, y: place.im, r: place.radius }, theme);
    });
    const more = build('a', '', 'More') as HTMLAnchorElement;
    more.href = `place?id=${id}`;
    more.ariaLabel = `More about ${title}`;
    return build('li', '', button, more);
  }
}
