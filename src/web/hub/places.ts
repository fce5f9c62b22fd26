import { byId, elementOf } from '../elements.js';
import type { PlacePage } from './answers.js';
import { HubApi } from './api.js';
import { clearFaults, faultAbove, textsOf } from './form.js';
import { placeCard } from './place-card.js';
import { shortened, some } from './words.js';

/** Places of an answer: the hub's src/hub/places/places.ts. */
const PAGE = 24;
/** Digits of a coordinate that are shown. */
const SHOWN = 16;
const AREA = ['re', 'im', 'radius'] as const;

/** The gallery; what is searched for stands in the address of the page. */
class PlacesPage {
  readonly #base: string;
  readonly #api: HubApi;
  readonly #form = elementOf(HTMLFormElement, 'search');
  #asked = 0;

  constructor(base: string) {
    this.#base = base;
    this.#api = new HubApi(base);
  }

  listen(): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const query = new URLSearchParams(location.search);
      query.delete('from');
      for (const [name, text] of Object.entries(textsOf(this.#form)))
        if (text.trim() === '') query.delete(name);
        else query.set(name, text.trim());
      this.#go(query);
    });
    elementOf(HTMLSelectElement, 'sort').addEventListener('change', () => this.#form.requestSubmit());
    addEventListener('popstate', () => void this.show());
  }

  #go(query: URLSearchParams): void {
    history.pushState(null, '', addressOf(query));
    void this.show();
  }

  /** Shows what the address asks for. */
  async show(): Promise<void> {
    const turn = ++this.#asked;
    const query = new URLSearchParams(location.search);
    for (const name of ['words', 'tag']) elementOf(HTMLInputElement, name).value = query.get(name) ?? '';
    const sort = elementOf(HTMLSelectElement, 'sort');
    sort.value = query.get('sort') === 'new' ? 'new' : '';
    this.#showArea(query);
    clearFaults(this.#form);
    byId('count').textContent = 'Looking…';
    try {
      const found = await this.#api.get<PlacePage>('places', Object.fromEntries(query));
      if (turn !== this.#asked) return;
      this.#showFound(found, query);
    } catch (error) {
      if (turn !== this.#asked) return;
      byId('found').replaceChildren();
      byId('pages').hidden = true;
      byId('count').textContent = '';
      faultAbove(this.#form, error instanceof Error ? error.message : String(error));
    }
  }

  #showArea(query: URLSearchParams): void {
    const isNear = AREA.some((name) => query.has(name));
    byId('near').hidden = !isNear;
    if (!isNear) return;
    const [re, im] = AREA.map((name) => shortened(query.get(name) ?? '', SHOWN).replace('-', '−'));
    byId('near-where').textContent = `${re} ${im.startsWith('−') ? '' : '+'}${im}i`;
    const elsewhere = new URLSearchParams(query);
    for (const name of [...AREA, 'from']) elsewhere.delete(name);
    elementOf(HTMLAnchorElement, 'everywhere').href = addressOf(elsewhere);
  }

  #showFound({ places, hasMore }: PlacePage, query: URLSearchParams): void {
    byId('found').replaceChildren(...places.map((place) => placeCard(this.#api, this.#base, place)));
    const from = Math.max(0, Number(query.get('from') ?? 0) || 0);
    byId('count').textContent = describeCount(places.length, from, hasMore, query);
    byId('pages').hidden = from === 0 && !hasMore;
    for (const [id, to, isThere] of [
      ['before', Math.max(0, from - PAGE), from > 0],
      ['behind', from + PAGE, hasMore],
    ] as const) {
      const other = new URLSearchParams(query);
      if (to === 0) other.delete('from');
      else other.set('from', `${to}`);
      const element = elementOf(HTMLAnchorElement, id);
      element.hidden = !isThere;
      element.href = addressOf(other);
    }
  }
}

function addressOf(query: URLSearchParams): string {
  const search = query.toString();
  return search === '' ? 'places' : `places?${search}`;
}

function describeCount(length: number, from: number, hasMore: boolean, query: URLSearchParams): string {
  if (length > 0)
    return from > 0 || hasMore ? `Places ${from + 1} to ${from + length}.` : `${some(length, 'place')}.`;
  if (from > 0) return 'No more.';
  return ['words', 'tag', ...AREA].some((name) => query.has(name))
    ? 'Nothing was found. Fewer words find more.'
    : 'Nobody has described a place yet. Be the first!';
}

const page = new PlacesPage(new URL('.', location.href).href);
page.listen();
await page.show();
