import { build } from '../build.js';
import { byId, elementOf, onClick } from '../elements.js';
import type { PlaceComment } from './answers.js';
import type { HubApi } from './api.js';
import { onSubmit } from './form.js';
import { authorOf } from './place-card.js';
import { paragraphs } from './text-block.js';
import { moment } from './words.js';

/** Comments of one answer: the hub's src/hub/places/comments.ts. */
const PAGE = 100;

/** The part of a place's page about comments, oldest first. */
export class Comments {
  readonly #api: HubApi;
  readonly #place: number;
  readonly #onFault: (error: unknown) => void;
  readonly #onFlag: (subject: string) => void;
  #mayFlag = false;
  #last = 0;

  /**
   * @param onFault told what has failed outside of a form
   * @param onFlag told what somebody wants to flag
   */
  constructor(
    api: HubApi,
    place: number,
    onFault: (error: unknown) => void,
    onFlag: (subject: string) => void,
  ) {
    this.#api = api;
    this.#place = place;
    this.#onFault = onFault;
    this.#onFlag = onFlag;
    onClick('more', async () => await this.#add().catch(onFault));
    onSubmit('new-comment', async ({ text }) => {
      await api.send('POST', this.#path, { text });
      elementOf(HTMLFormElement, 'new-comment').reset();
      // It stands behind all others.
      do await this.#add();
      while (!byId('more').hidden);
    });
  }

  /** Shows the first of them. @param mayFlag whether somebody has signed in */
  async show(mayFlag: boolean): Promise<void> {
    this.#mayFlag = mayFlag;
    this.#last = 0;
    byId('comments').replaceChildren();
    await this.#add();
  }

  get #path(): string {
    return `places/${this.#place}/comments`;
  }

  async #add(): Promise<void> {
    const { comments } = await this.#api.get<{ comments: readonly PlaceComment[] }>(this.#path, {
      after: `${this.#last}`,
    });
    this.#last = comments.at(-1)?.id ?? this.#last;
    byId('comments').append(...comments.map((comment) => this.#entry(comment)));
    byId('more').hidden = comments.length < PAGE;
    this.#note();
  }

  /** Says when there are none. */
  #note(): void {
    const list = byId('comments');
    const isEmpty = list.querySelector('.comment') === null;
    list.querySelector('.empty')?.remove();
    if (isEmpty) list.append(build('li', 'empty', 'Nobody has said anything yet.'));
  }

  #entry(comment: PlaceComment): HTMLElement {
    const { id, text, created, mayRemove, by } = comment;
    const whose = by === null ? 'a comment' : `the comment of ${by}`;
    const entry = build(
      'li',
      'card comment',
      build('p', 'soft', authorOf(comment), ' · ', moment(created)),
      ...paragraphs(text),
    );
    const remove = async (): Promise<void> => {
      try {
        await this.#api.send('DELETE', `comments/${id}`);
        entry.remove();
        this.#note();
        // The button that was pressed is gone.
        byId('comments-title').focus();
      } catch (error) {
        this.#onFault(error);
      }
    };
    const buttons = build(
      'p',
      'row',
      mayRemove ? button('Remove', `Remove ${whose}`, () => void remove()) : null,
      this.#mayFlag && !mayRemove
        ? button('Flag', `Flag ${whose}`, () => this.#onFlag(`comments/${id}`))
        : null,
    );
    if (buttons.childElementCount > 0) entry.append(buttons);
    return entry;
  }
}

function button(text: string, label: string, onPress: () => void): HTMLElement {
  const element = build('button', 'small', text);
  element.ariaLabel = label;
  element.addEventListener('click', onPress);
  return element;
}
