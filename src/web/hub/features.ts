import { byId, elementOf } from '../elements.js';
import type { Feature } from './answers.js';
import { HubApi } from './api.js';
import { featureCard } from './feature-card.js';
import { clearFaults, faultAbove, textsOf } from './form.js';

/** Components of one answer at the most: the hub's src/hub/features/features.ts. */
const MOST = 200;

/** The search for components; what is searched for stands in the address of the page. */
class FeaturesPage {
  readonly #api: HubApi;
  readonly #form = elementOf(HTMLFormElement, 'search');
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
    byId('count').textContent = isSearch ? 'Looking…' : '';
    if (!isSearch) {
      byId('found').replaceChildren();
      return;
    }
    try {
      const { features } = await this.#api.get<{ features: readonly Feature[] }>('features', query);
      if (turn !== this.#asked) return;
      byId('found').replaceChildren(...features.map(featureCard));
      byId('count').textContent = describeCount(features.length);
    } catch (error) {
      if (turn !== this.#asked) return;
      byId('found').replaceChildren();
      byId('count').textContent = '';
      faultAbove(this.#form, error instanceof Error ? error.message : String(error));
    }
  }
}

function describeCount(count: number): string {
  if (count === 0)
    return 'Nothing that is known here. Only short periods are listed; others are known once somebody has pointed at them on the map.';
  if (count === 1) return 'One component.';
  return count < MOST
    ? `${count} components, short periods and large ones first.`
    : `The first ${MOST} components, short periods and large ones first. Fill in more to see others.`;
}

const page = new FeaturesPage(new URL('.', location.href).href);
page.listen();
await page.show();
