import { byId, elementOf, onClick } from '../elements.js';
import { placeOf, viewOf } from '../place.js';
import { panned, pixelsTo, type View } from '../view.js';
import type { Feature } from './answers.js';
import type { HubApi } from './api.js';
import { describeFeature, titleOf } from './feature-words.js';
import { placeOfFeature } from './map-link.js';
import type { MapView } from './map-view.js';

/** Digits of a coordinate that the hub looks at. */
const MAX_DIGITS = 200;
/** Components of a view that are listed. */
const LISTED = 8;
const TOO_DEEP = 'This is deeper than the hub looks.';

/** The names of what is shown, and links to the hub's pages. */
export class Looking {
  readonly #api: HubApi;
  readonly #map: MapView;
  readonly #dialog = elementOf(HTMLDialogElement, 'hub-dialog');
  /** Questions so far by where the answer goes: late answers to earlier ones are dropped. */
  readonly #turns = new Map<HTMLElement, number>();

  constructor(api: HubApi, map: MapView) {
    this.#api = api;
    this.#map = map;
  }

  /** Offers it. */
  listen(): void {
    byId('looking').hidden = false;
    byId('hub-links').hidden = false;
    onClick('looking', () => {
      this.#dialog.showModal();
      void this.#name(byId('centre'), this.#map.view());
      void this.#list();
    });
  }

  /** Names what is at a point, below the facts of the inspector. */
  async inspect(right: number, down: number): Promise<void> {
    const element = byId('named');
    element.hidden = false;
    await this.#name(element, panned(this.#map.view(), right, down));
  }

  async #name(element: HTMLElement, at: View): Promise<void> {
    const { x, y } = placeOf(at, innerHeight);
    await this.#answer(element, async () => {
      if (isTooDeep(x, y)) return TOO_DEEP;
      const { feature } = await this.#api.get<{ feature: Feature | null }>('features/at', { re: x, im: y });
      return feature === null ? 'No interior point, or none that could be told.' : describeFeature(feature);
    });
  }

  async #list(): Promise<void> {
    const list = byId('largest');
    list.replaceChildren();
    await this.#answer(byId('largest-state'), async () => {
      const view = this.#map.view();
      const { x, y, r } = placeOf(view, innerHeight);
      if (isTooDeep(x, y)) return TOO_DEEP;
      // The hub's views are twice as wide as high.
      const radius = `${Number(r) * Math.max(1, innerWidth / 2 / innerHeight)}`;
      const query = { re: x, im: y, radius };
      const { features } = await this.#api.get<{ features: readonly Feature[] }>('features/view', query);
      const inView = features.filter((feature) => isIn(view, feature)).slice(0, LISTED);
      list.replaceChildren(...inView.map((feature) => this.#entry(feature)));
      return inView.length === 0 ? 'None that is known.' : '';
    });
  }

  #entry(feature: Feature): HTMLLIElement {
    const entry = document.createElement('li');
    const button = document.createElement('button');
    button.textContent = titleOf(feature);
    if (feature.address !== null)
      button.append(Object.assign(document.createElement('small'), { textContent: feature.address }));
    button.addEventListener('click', () => {
      this.#dialog.close();
      this.#map.fly(placeOfFeature(feature));
    });
    entry.append(button);
    return entry;
  }

  /** Shows what is answered, unless something else was asked meanwhile. */
  async #answer(element: HTMLElement, ask: () => Promise<string>): Promise<void> {
    const turn = (this.#turns.get(element) ?? 0) + 1;
    this.#turns.set(element, turn);
    element.textContent = 'The hub is asked…';
    const text = await ask().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (this.#turns.get(element) === turn) element.textContent = text;
  }
}

/** Whether coordinates have more digits than the hub looks at; the radius of such a view is far from the end of doubles. */
function isTooDeep(x: string, y: string): boolean {
  return Math.max(x.length, y.length) > MAX_DIGITS;
}

/** Whether a nucleus is on the screen. */
function isIn(view: View, feature: Feature): boolean {
  const { x, y, r } = { ...placeOf(view, innerHeight), x: feature.re, y: feature.im };
  const { right, down } = pixelsTo(view, viewOf({ x, y, r }, innerHeight));
  return Math.abs(right) <= innerWidth / 2 && Math.abs(down) <= innerHeight / 2;
}
