import { build } from '../build.js';
import { byId, elementOf, onClick } from '../elements.js';
import type { Me } from './answers.js';
import { HubApi, Refusal } from './api.js';
import { clearFaults, onSubmit } from './form.js';
import { Results } from './results.js';
import { Tokens } from './tokens.js';
import { count } from './words.js';

/** One's page: signing up, in and out, how one stands, tokens, results, and leaving. */
class AccountPage {
  readonly #api: HubApi;
  readonly #tokens: Tokens;
  readonly #results: Results;

  constructor(base: string) {
    this.#api = new HubApi(base);
    this.#tokens = new Tokens(this.#api, base, (error) => this.#fault(error));
    this.#results = new Results(this.#api, (error) => this.#fault(error));
  }

  listen(): void {
    const api = this.#api;
    onSubmit('sign-in', async ({ name, password }) => await this.#signIn(name, password));
    onSubmit(
      'sign-up',
      async ({ name, password }) => {
        await api.send('POST', 'accounts', { name, password });
        await this.#signIn(name, password);
      },
      { ENAME: { field: 'name' } },
    );
    onClick('sign-out', async () => {
      try {
        await api.send('DELETE', 'session');
        this.#showStranger('You have signed out.');
      } catch (error) {
        this.#fault(error);
      }
    });
    this.#listenToLeaving();
  }

  /** Shows the page of whoever has signed in, or the forms. */
  async show(): Promise<void> {
    try {
      // Of one's page itself a stranger would get an error, which every browser writes down.
      const { account } = await this.#api.get<{ account: object | null }>('session');
      if (account === null) this.#showStranger(null);
      else await this.#showOwn();
    } catch (error) {
      if (error instanceof Refusal && error.code === 'ETOKEN') this.#showStranger(null);
      else this.#fault(error);
    }
  }

  async #signIn(name: string, password: string): Promise<void> {
    await this.#api.send('POST', 'session', { name, password });
    for (const form of ['sign-in', 'sign-up']) elementOf(HTMLFormElement, form).reset();
    await this.#showOwn();
    byId('who').focus();
  }

  async #showOwn(): Promise<void> {
    const me = await this.#api.get<Me>('me');
    byId('who').replaceChildren(build('bdi', '', me.name));
    byId('curating').hidden = me.role === 'user';
    const entries: readonly (readonly [string, number])[] = [
      ['Beans', me.beans],
      ['Streak', me.streak],
      ['Valid', me.valid],
      ['Pending', me.pending],
      ['False', me.false],
    ];
    byId('standing').replaceChildren(
      ...entries.map(([name, value]) =>
        build('li', 'card number', build('span', '', name), build('b', '', count(value))),
      ),
    );
    await Promise.all([this.#tokens.show(), this.#results.show()]);
    byId('away').hidden = true;
    byId('stranger').hidden = true;
    byId('own').hidden = false;
  }

  #showStranger(note: string | null): void {
    // What was somebody's does not stay on the screen, nor behind it.
    this.#tokens.forget();
    for (const id of ['who', 'standing', 'tokens', 'results']) byId(id).replaceChildren();
    byId('away').hidden = true;
    byId('own').hidden = true;
    byId('stranger').hidden = false;
    byId('stranger-note').hidden = note === null;
    if (note === null) return;
    byId('stranger-note').textContent = note;
    byId('in-name').focus();
  }

  /** Says what has failed outside of a form. */
  #fault(error: unknown): void {
    if (error instanceof Refusal && error.code === 'ETOKEN') {
      this.#showStranger(error.message);
      return;
    }
    byId('away').replaceChildren(build('span', '', error instanceof Error ? error.message : String(error)));
    byId('away').hidden = false;
    byId('away').scrollIntoView({ block: 'nearest' });
  }

  #listenToLeaving(): void {
    const dialog = elementOf(HTMLDialogElement, 'leave-dialog');
    const form = elementOf(HTMLFormElement, 'leave-form');
    onClick('leave', () => {
      form.reset();
      clearFaults(form);
      dialog.showModal();
    });
    onClick('stay', () => dialog.close());
    onSubmit(
      'leave-form',
      async ({ password }) => {
        await this.#api.send('DELETE', 'me', { password });
        form.reset();
        dialog.close();
        this.#showStranger('Your account is deleted.');
      },
      { ESIGNIN: { field: 'password', words: 'This is not your password.' } },
    );
  }
}

const page = new AccountPage(new URL('.', location.href).href);
page.listen();
// By the back button a page may come as it was left, and somebody may have signed out since.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void page.show();
});
await page.show();
