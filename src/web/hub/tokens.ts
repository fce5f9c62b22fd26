import { build } from '../build.js';
import { byId, elementOf } from '../elements.js';
import type { Token } from './answers.js';
import type { HubApi } from './api.js';
import { copyable } from './copying.js';
import { onSubmit } from './form.js';
import { fillTable, type Cell } from './table.js';
import { moment } from './words.js';

const COLUMNS = ['Name', 'Made', 'Last used', ''];

/** The part of one's page about tokens: makes them, and revokes them. */
export class Tokens {
  readonly #api: HubApi;
  readonly #hub: string;
  readonly #dialog = elementOf(HTMLDialogElement, 'revoke-dialog');
  readonly #onFault: (error: unknown) => void;
  /** The one that the dialog asks about. */
  #asked: Token | null = null;

  /**
   * @param hub the address that programs join
   * @param onFault told what has failed outside of a form
   */
  constructor(api: HubApi, hub: string, onFault: (error: unknown) => void) {
    this.#api = api;
    this.#hub = hub;
    this.#onFault = onFault;
    onSubmit('new-token', async ({ name }) => await this.#make(name));
    this.#dialog.addEventListener('close', () => void this.#answered());
  }

  /** Shows them as they are now. */
  async show(): Promise<void> {
    const { tokens } = await this.#api.get<{ tokens: readonly Token[] }>('tokens');
    const [valid, revoked] = [tokens.filter((one) => !one.revoked), tokens.filter((one) => one.revoked)];
    const rows = [...valid.toReversed(), ...revoked.toReversed()].map((token) => this.#row(token));
    fillTable(byId('tokens'), COLUMNS, rows, 'There is no token yet.');
  }

  /** Shows the secret of the last one no more. */
  forget(): void {
    byId('secret').hidden = true;
    byId('secret').replaceChildren();
    elementOf(HTMLInputElement, 'token-name').value = '';
  }

  async #make(name: string): Promise<void> {
    const { secret } = await this.#api.send<{ secret: string }>('POST', 'tokens', { name });
    this.forget();
    const title = build('h3', '', `The token “${name}”`);
    title.id = 'secret-title';
    title.tabIndex = -1;
    const done = build('button', '', 'I have it');
    done.addEventListener('click', () => {
      this.forget();
      byId('token-name').focus();
    });
    byId('secret').replaceChildren(
      title,
      build('p', '', 'It is shown this once. Whoever has it can act in your name.'),
      copyable(secret, 'the token'),
      build('p', '', 'On the machine that is to work:'),
      copyable(`mandeld join ${this.#hub} --token ${secret}`, 'the command'),
      build('p', '', done),
    );
    byId('secret').hidden = false;
    title.focus();
    await this.show();
  }

  #row(token: Token): Cell[] {
    const { name, created, used, revoked } = token;
    return [
      build('bdi', revoked ? 'soft' : '', name),
      moment(created),
      used ? moment(used) : 'never',
      revoked ? build('span', 'soft', 'revoked ', moment(revoked)) : this.#revokeButton(token),
    ];
  }

  #revokeButton(token: Token): HTMLElement {
    const button = build('button', '', 'Revoke');
    button.setAttribute('aria-label', `Revoke ${token.name}`);
    button.setAttribute('aria-haspopup', 'dialog');
    button.addEventListener('click', () => {
      this.#asked = token;
      byId('revoke-text').replaceChildren(
        build('span', '', `A program that uses “${token.name}” can then do nothing any more.`),
      );
      this.#dialog.returnValue = '';
      this.#dialog.showModal();
    });
    return button;
  }

  async #answered(): Promise<void> {
    if (this.#dialog.returnValue !== 'yes' || this.#asked === null) return;
    try {
      await this.#api.send('DELETE', `tokens/${this.#asked.id}`);
      await this.show();
      // The button that was pressed is gone.
      byId('tokens-title').focus();
    } catch (error) {
      this.#onFault(error);
    }
  }
}
