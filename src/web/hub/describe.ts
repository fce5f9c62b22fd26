import { readQuery } from '../address-bar.js';
import { ALL_THEMES } from '../colours.js';
import { byId, elementOf } from '../elements.js';
import { HOME } from '../place.js';
import type { Me, ViewedPlace } from './answers.js';
import { HubApi, Refusal } from './api.js';
import { onSubmit, textsOf } from './form.js';
import { linkToView } from './map-link.js';
import { formOfPlace, placeOfForm } from './place-form.js';

/** The form in which a place is described, new or once more; the map leads to it with its view in the address. */
class DescribePage {
  readonly #api: HubApi;
  /** The place that is changed; null for a new one. */
  readonly #id: string | null;
  readonly #form = elementOf(HTMLFormElement, 'place');

  constructor(base: string, id: string | null) {
    this.#api = new HubApi(base);
    this.#id = id;
  }

  listen(): void {
    elementOf(HTMLSelectElement, 'theme').append(...ALL_THEMES.map((name) => new Option(name)));
    onSubmit('place', async (texts) => {
      const place = placeOfForm(texts);
      const made =
        this.#id === null
          ? await this.#api.send<{ id: number }>('POST', 'places', place)
          : await this.#api.send<null>('PUT', `places/${this.#id}`, place);
      location.assign(`place?id=${made?.id ?? this.#id}`);
    });
    this.#form.addEventListener('input', () => this.#link());
    // Somebody may have signed in on another page.
    addEventListener('focus', () => void this.#greet());
  }

  /** Fills the form in. */
  async show(): Promise<void> {
    try {
      this.#fill(this.#id === null ? viewOfAddress() : await this.#known(this.#id));
      this.#form.hidden = false;
      await this.#greet();
    } catch (error) {
      byId('away').textContent = error instanceof Error ? error.message : String(error);
      byId('away').hidden = false;
    }
  }

  async #known(id: string): Promise<Record<string, string>> {
    const place = await this.#api.get<ViewedPlace>(`places/${id}`);
    elementOf(HTMLAnchorElement, 'back').href = `place?id=${id}`;
    return formOfPlace(place);
  }

  #fill(texts: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(texts)) {
      const field = this.#form.elements.namedItem(name);
      if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = text;
      else if (field instanceof HTMLSelectElement && ALL_THEMES.includes(text)) field.value = text;
    }
    this.#link();
  }

  #link(): void {
    elementOf(HTMLAnchorElement, 'map').href = linkToView(placeOfForm(textsOf(this.#form)));
  }

  /** Tells strangers what they need. */
  async #greet(): Promise<void> {
    try {
      await this.#api.get<Me>('me');
      byId('stranger').hidden = true;
    } catch (error) {
      byId('stranger').hidden = !(error instanceof Refusal && error.code === 'ETOKEN');
    }
  }
}

/** The view that the address of the page has, as the map writes it. */
function viewOfAddress(): Record<string, string> {
  const { place, theme } = readQuery(location.search, HOME);
  return { re: place.x, im: place.y, radius: place.r, ...(theme === null ? {} : { theme }) };
}

const id = new URLSearchParams(location.search).get('id');
const page = new DescribePage(
  new URL('.', location.href).href,
  id !== null && /^[1-9]\d{0,14}$/.test(id) ? id : null,
);
page.listen();
await page.show();
