import { build } from '../build.js';
import { byId } from '../elements.js';
import type { FlaggedCase, HiddenCase } from './answers.js';
import type { HubApi } from './api.js';
import { link } from './link.js';
import { paragraphs } from './text-block.js';
import { some } from './words.js';

/** What was flagged and what is hidden, with buttons that decide. */
export class Decisions {
  readonly #api: HubApi;
  readonly #onFault: (error: unknown) => void;

  /** @param onFault told what has failed */
  constructor(api: HubApi, onFault: (error: unknown) => void) {
    this.#api = api;
    this.#onFault = onFault;
  }

  /** Shows both lists as they are now. @throws Refusal for those who are no curators */
  async show(): Promise<void> {
    const [{ flagged }, { hidden }] = await Promise.all([
      this.#api.get<{ flagged: readonly FlaggedCase[] }>('flagged'),
      this.#api.get<{ hidden: readonly HiddenCase[] }>('hidden'),
    ]);
    const nothing = (text: string): HTMLElement[] => [build('li', 'empty', text)];
    byId('flagged').replaceChildren(
      ...(flagged.length > 0
        ? flagged.map((one) => this.#flagged(one))
        : nothing('Nothing is to be decided on.')),
    );
    byId('hidden').replaceChildren(
      ...(hidden.length > 0
        ? hidden.map((one) => this.#entry(one, [], [['open', 'Show it again']], 'hidden-title'))
        : nothing('Nothing is hidden.')),
    );
  }

  #flagged(one: FlaggedCase): HTMLElement {
    const isOpen = one.state === 'open';
    const reasons = build(
      'ul',
      'plain reasons',
      ...one.reasons.split('\n').map((reason) => build('li', '', build('bdi', '', reason))),
    );
    reasons.ariaLabel = 'Why';
    const about = build(
      'p',
      'soft',
      `${some(one.flags, 'flag')}; ${isOpen ? 'it is shown' : 'it is hidden'}`,
    );
    const choices = [
      ['open', isOpen ? 'Leave it there' : 'Show it again'],
      ['hidden', isOpen ? 'Hide it' : 'Leave it hidden'],
    ] as const;
    return this.#entry(one, [about, reasons], choices, 'flagged-title');
  }

  #entry(
    one: HiddenCase,
    more: readonly HTMLElement[],
    choices: readonly (readonly ['open' | 'hidden', string])[],
    then: string,
  ): HTMLElement {
    const { subject, id, place, text } = one;
    const buttons = choices.map(([state, label]) => {
      const button = build('button', state === 'hidden' ? 'danger' : '', label);
      button.addEventListener('click', () => void this.#decide(`${subject}s/${id}`, state, then));
      return button;
    });
    const title = link(`place?id=${place}`, build('bdi', '', text));
    return build(
      'li',
      `card comment ${subject}`,
      build('p', 'soft', subject === 'place' ? 'A place' : link(`place?id=${place}`, 'A comment')),
      ...(subject === 'place' ? [build('p', 'title', title)] : paragraphs(text)),
      ...more,
      build('p', 'row', ...buttons),
    );
  }

  async #decide(path: string, state: 'open' | 'hidden', then: string): Promise<void> {
    try {
      await this.#api.send('PUT', `${path}/state`, { state });
      await this.show();
      // The button that was pressed is gone.
      byId(then).focus();
    } catch (error) {
      this.#onFault(error);
    }
  }
}
