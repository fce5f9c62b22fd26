import { elementOf, tell } from '../elements.js';
import type { HubApi } from './api.js';
import { clearFaults, onSubmit } from './form.js';

/** The dialog in which somebody says why something should not stand there. */
export class Flagging {
  readonly #dialog = elementOf(HTMLDialogElement, 'flag-dialog');
  readonly #form = elementOf(HTMLFormElement, 'flag-form');
  #subject = '';

  constructor(api: HubApi) {
    onSubmit('flag-form', async ({ reason }) => {
      await api.send('POST', `${this.#subject}/flag`, { reason });
      this.#dialog.close();
      tell('Thank you. A curator will look at it.');
    });
  }

  /** @param subject as `places/7` or `comments/9` */
  ask(subject: string): void {
    this.#subject = subject;
    this.#form.reset();
    clearFaults(this.#form);
    this.#dialog.showModal();
  }
}

/** Lets the buttons of all dialogs that change nothing close them. */
export function listenToClosing(): void {
  for (const button of document.querySelectorAll('[data-closes]'))
    button.addEventListener('click', () => button.closest('dialog')?.close());
}
