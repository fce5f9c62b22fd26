import { build } from '../build.js';
import { byId, elementOf } from '../elements.js';
import type { Me, TileAside } from './answers.js';
import { HubApi, Refusal } from './api.js';
import { Decisions } from './decisions.js';
import { onSubmit } from './form.js';
import { link } from './link.js';
import { linkToTile } from './map-link.js';
import { fillTable, type Cell } from './table.js';
import { count, moment, shortened } from './words.js';

/** Characters of a tile's address that are shown. */
const SHOWN = 24;

/** What curators see, and administrators a little more. The hub checks who asks; the page only does not offer what would be refused. */
class ModerationPage {
  readonly #api: HubApi;
  readonly #decisions: Decisions;
  #isAdmin = false;

  constructor(base: string) {
    this.#api = new HubApi(base);
    this.#decisions = new Decisions(this.#api, (error) => this.#fault(error));
  }

  listen(): void {
    onSubmit('appoint', async ({ name }) => {
      await this.#api.send('PUT', 'roles', { name, role: 'curator' });
      elementOf(HTMLFormElement, 'appoint').reset();
      await this.#showPeople();
    });
  }

  /** Shows all of it, or why not. */
  async show(): Promise<void> {
    try {
      const { role } = await this.#api.get<Me>('me');
      if (role === 'user') {
        this.#refuse('This page is for curators. Administrators appoint them.');
        return;
      }
      this.#isAdmin = role === 'admin';
      byId('people-part').hidden = !this.#isAdmin;
      await Promise.all([
        this.#decisions.show(),
        this.#showAside(),
        this.#isAdmin ? this.#showPeople() : undefined,
      ]);
      byId('own').hidden = false;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'ETOKEN')
        this.#refuse('This page is for curators. ', link('account', 'Sign in'));
      else this.#fault(error);
    }
  }

  async #showAside(): Promise<void> {
    const { tiles } = await this.#api.get<{ tiles: readonly TileAside[] }>('aside');
    const rows = tiles.map(({ address, failures, reasons, since }): Cell[] => {
      const tile = link(linkToTile(address), shortened(address, SHOWN));
      tile.title = address;
      const lines = build('span', '', ...reasons.split('\n').flatMap((line) => [line, build('br', '')]));
      const resume = this.#button(
        'Give it out again',
        `Give it out again: ${address}`,
        'aside-title',
        async () => {
          await this.#api.send('POST', 'aside/resume', { address });
          await this.#showAside();
        },
      );
      return [tile, count(failures), lines, moment(since), this.#isAdmin ? resume : null];
    });
    fillTable(byId('aside'), ['Tile', 'Failures', 'Why', 'Since', ''], rows, 'None.');
  }

  async #showPeople(): Promise<void> {
    const { people } = await this.#api.get<{ people: readonly Pick<Me, 'name' | 'role'>[] }>('roles');
    const rows = people.map(({ name, role }): Cell[] => {
      const isCurator = role === 'curator';
      const dismiss = this.#button('Dismiss', `Dismiss ${name}`, 'people-title', async () => {
        await this.#api.send('PUT', 'roles', { name, role: 'user' });
        await this.#showPeople();
      });
      return [build('bdi', '', name), isCurator ? 'curator' : 'administrator', isCurator ? dismiss : null];
    });
    fillTable(byId('people'), ['Name', 'Role', ''], rows, 'Nobody.');
  }

  /** @param then what has the focus when the button is gone */
  #button(text: string, label: string, then: string, action: () => Promise<void>): HTMLElement {
    const button = build('button', '', text);
    button.ariaLabel = label;
    button.addEventListener('click', () => {
      action()
        .then(() => byId(then).focus())
        .catch((error: unknown) => this.#fault(error));
    });
    return button;
  }

  #refuse(...words: readonly (string | Node)[]): void {
    byId('refused').replaceChildren(...words);
    byId('refused').hidden = false;
  }

  #fault(error: unknown): void {
    byId('away').textContent = error instanceof Error ? error.message : String(error);
    byId('away').hidden = false;
    byId('away').scrollIntoView({ block: 'nearest' });
  }
}

const page = new ModerationPage(new URL('.', location.href).href);
page.listen();
await page.show();
