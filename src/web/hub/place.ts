import { build, facts } from '../build.js';
import { byId, elementOf, onClick } from '../elements.js';
import type { ViewedPlace } from './answers.js';
import { HubApi } from './api.js';
import { Comments } from './comments.js';
import { Flagging, listenToClosing } from './flagging.js';
import { onSubmit } from './form.js';
import { foreignLink } from './link.js';
import { linkToPlacesNear, linkToView, placeOfHub } from './map-link.js';
import { describeNearby } from './nearby.js';
import { pictureBox } from './picture-box.js';
import { authorOf, tagList } from './place-card.js';
import { paragraphs } from './text-block.js';
import { moment, shortened, some } from './words.js';

/** Characters of a coordinate that are shown. */
const SHOWN = 28;

/** One place: its picture, what is said of it, and what one may do with it. */
class PlacePage {
  readonly #base: string;
  readonly #api: HubApi;
  readonly #id: number;
  readonly #comments: Comments;
  #place: ViewedPlace | null = null;

  constructor(base: string, id: number) {
    this.#base = base;
    this.#api = new HubApi(base);
    this.#id = id;
    const flagging = new Flagging(this.#api);
    this.#comments = new Comments(
      this.#api,
      id,
      (error) => this.#fault(error),
      (subject) => flagging.ask(subject),
    );
    onClick('flag', () => flagging.ask(`places/${id}`));
  }

  listen(): void {
    listenToClosing();
    const dialog = elementOf(HTMLDialogElement, 'remove-dialog');
    onClick('remove', () => dialog.showModal());
    onSubmit('remove-form', async () => {
      await this.#api.send('DELETE', `places/${this.#id}`);
      location.replace('places');
    });
    onClick('vote', async () => {
      const isFor = this.#place?.viewer?.voted === false;
      await this.#change(
        async () => void (await this.#api.send(isFor ? 'PUT' : 'DELETE', this.#path('/vote'))),
      );
    });
    onClick('hide', async () => {
      const state = this.#place?.state === 'open' ? 'hidden' : 'open';
      await this.#change(async () => void (await this.#api.send('PUT', this.#path('/state'), { state })));
    });
  }

  /** Shows it, with comments and what is near. */
  async show(): Promise<void> {
    try {
      const place = await this.#load();
      byId('picture').replaceChildren(pictureBox(this.#api, this.#base, place, `Picture of ${place.title}`));
      await Promise.all([this.#comments.show(place.viewer !== null), this.#showNearby(place)]);
    } catch (error) {
      this.#fault(error);
    }
  }

  #path(end: string): string {
    return `places/${this.#id}${end}`;
  }

  /** Changes something, and shows how it is then. */
  async #change(change: () => Promise<void>): Promise<void> {
    byId('away').hidden = true;
    try {
      await change();
      await this.#load();
    } catch (error) {
      this.#fault(error);
    }
  }

  async #load(): Promise<ViewedPlace> {
    const place = await this.#api.get<ViewedPlace>(this.#path(''));
    this.#place = place;
    this.#describe(place);
    this.#offer(place);
    byId('own').hidden = false;
    return place;
  }

  #describe(place: ViewedPlace): void {
    const { title, text, links, tags, created, edited, state, re, im, radius, theme } = place;
    const heading = document.querySelector('h1');
    const shown = build('bdi', '', title);
    heading?.replaceChildren(shown);
    document.title = `mandeld: ${shown.textContent}`;
    byId('hidden-note').hidden = state === 'open';
    byId('by').replaceChildren(
      'By ',
      authorOf(place),
      ', ',
      moment(created),
      ...(edited === null ? [] : ['; changed ', moment(edited)]),
    );
    byId('text').replaceChildren(...(text === '' ? [] : paragraphs(text)));
    byId('links').replaceChildren(...links.map(({ url, label }) => build('li', '', foreignLink(url, label))));
    byId('tags').replaceChildren(...(tags.length > 0 ? [tagList(tags)] : []));
    byId('facts').replaceChildren(
      ...facts(
        ['Real part', shortened(re, SHOWN)],
        ['Imaginary part', shortened(im, SHOWN)],
        ['Half of the height', shortened(radius, SHOWN)],
        ['Colours', theme],
      ).childNodes,
    );
    elementOf(HTMLAnchorElement, 'map').href = linkToView(place);
    elementOf(HTMLAnchorElement, 'near').href = linkToPlacesNear(placeOfHub(place));
    elementOf(HTMLAnchorElement, 'edit').href = `describe?id=${this.#id}`;
  }

  /** Shows what whoever looks may do. */
  #offer({ viewer, votes, state }: ViewedPlace): void {
    const isOpen = state === 'open';
    byId('votes').textContent = some(votes, 'vote');
    byId('votes').hidden = viewer !== null && isOpen;
    const vote = byId('vote');
    vote.hidden = viewer === null || !isOpen;
    vote.ariaPressed = `${viewer?.voted ?? false}`;
    vote.textContent = `${viewer?.voted ? '★ Your vote' : '☆ Vote for it'} · ${votes.toLocaleString()}`;
    for (const id of ['edit', 'remove']) byId(id).hidden = !viewer?.mayChange;
    byId('hide').hidden = !viewer?.isCurator;
    byId('hide').textContent = isOpen ? 'Hide it' : 'Show it again';
    byId('flag').hidden = viewer === null || viewer.mayChange;
    byId('new-comment').hidden = viewer === null || !isOpen;
    byId('stranger').hidden = viewer !== null;
  }

  async #showNearby(place: ViewedPlace): Promise<void> {
    // The page is whole without it.
    const nearby = await describeNearby(this.#api, place).catch(() => null);
    byId('component').replaceChildren(...(nearby === null ? [] : [nearby]));
  }

  #fault(error: unknown): void {
    byId('away').textContent = error instanceof Error ? error.message : String(error);
    byId('away').hidden = false;
    byId('away').scrollIntoView({ block: 'nearest' });
  }
}

const asked = new URLSearchParams(location.search).get('id') ?? '';
const page = new PlacePage(
  new URL('.', location.href).href,
  /^[1-9]\d{0,14}$/.test(asked) ? Number(asked) : 0,
);
page.listen();
await page.show();
