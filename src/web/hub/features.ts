import { byId, elementOf, onClick } from '../elements.js';
import type { FeatureList } from './answers.js';
import { HubApi } from './api.js';
import { featureCard } from './feature-card.js';
import { clearFaults, faultAbove, textsOf } from './form.js';

/** The search for components; what is searched for stands in the address of the page. */
class FeaturesPage {
  readonly #api: HubApi;
  readonly #form = elementOf(HTMLFormElement, 'search');
  /** What is shown is an answer to this, and the next ones too. */
  #query: Readonly<Record<string, string>> = {};
  #shown = 0;
  #asked = 0;

  constructor(base: string) {
    this.#api = new HubApi(base);
  }

  listen(): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const query = Object.entries(textsOf(this.#form)).filter(([, text]) => text.trim() !== '');
      const search = new URLSearchParams(query.map(([name, text]) => [name, text.trim()])).toString();
      history.pushState(null, '', search === '' ? 'features' : `?${search}`);
      void this.show();
    });
    onClick('more', async () => await this.#showMore());
    addEventListener('popstate', () => void this.show());
  }

  /** Shows what the address asks for. */
  async show(): Promise<void> {
    const turn = ++this.#asked;
    const query: Record<string, string> = {};
    const parameters = new URLSearchParams(location.search);
    for (const input of this.#form.querySelectorAll('input')) {
      input.value = parameters.get(input.name) ?? '';
      if (input.value !== '') query[input.name] = input.value;
    }
    clearFaults(this.#form);
    const isSearch = Object.keys(query).length > 0;
    byId('examples').hidden = isSearch;
    byId('more').hidden = true;
    byId('count').textContent = isSearch ? 'Looking…' : '';
    if (!isSearch) byId('found').replaceChildren();
    this.#query = query;
    this.#shown = 0;
    if (isSearch) await this.#ask(turn);
  }

  async #showMore(): Promise<void> {
    clearFaults(this.#form);
    byId('more').hidden = true;
    await this.#ask(++this.#asked);
  }

  /** Shows what comes behind what is shown, unless something else was asked meanwhile. */
  async #ask(turn: number): Promise<void> {
    const found = byId('found');
    try {
      const query = { ...this.#query, from: `${this.#shown}` };
      const { features, more } = await this.#api.get<FeatureList>('features', query);
      if (turn !== this.#asked) return;
      if (this.#shown === 0) found.replaceChildren();
      this.#shown += features.length;
      found.append(...features.map(featureCard));
      byId('count').textContent = describeCount(this.#shown, more);
      byId('more').hidden = !more;
    } catch (error) {
      if (turn !== this.#asked) return;
      if (this.#shown > 0) byId('more').hidden = false;
      else {
        found.replaceChildren();
        byId('count').textContent = '';
      }
      faultAbove(this.#form, error instanceof Error ? error.message : String(error));
    }
  }
}

function describeCount(count: number, more: boolean): string {
  if (count === 0)
    return 'Nothing that is known here. Only short periods are listed; others are known once somebody has pointed at them on the map.';
  if (count === 1) return 'One component.';
  return `${more ? `The first ${count}` : count} components, short periods and large ones first.`;
}

const page = new FeaturesPage(new URL('.', location.href).href);
page.listen();
await page.show();
