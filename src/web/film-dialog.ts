import { ALL_THEMES } from './colours.js';
import { byId, elementOf, onClick, tell } from './elements.js';
import {
  describeZoom,
  longestSeconds,
  octavesTo,
  requestFor,
  sizesWithin,
  usualSeconds,
  type FilmWish,
} from './film-request.js';
import { FilmServer, NoFilm, type FilmOffer, type FilmView, type PromisedFilm } from './film-server.js';
import type { Place } from './place.js';

/**
 * Offers zoom movies where the server makes them. Not in a frame of another page, which could have its visitors click what they do not see.
 *
 * @param here the place that is shown now
 * @param theme the colours in which it is shown
 */
export async function setUpFilms(base: string, here: () => Place, theme: () => string): Promise<void> {
  if (window.top !== window) return;
  const server = new FilmServer(base);
  const offer = await server.offer();
  if (offer !== null) new FilmDialog(server, offer, here, theme).listen();
}

/**
 * The dialog of a film: the _form_, then the film while it is _made_, then the film when it is _ready_. It may be closed meanwhile, and shows the
 * same again when it is opened.
 *
 * Only #show changes what is shown.
 */
class FilmDialog {
  readonly #server: FilmServer;
  readonly #offer: FilmOffer;
  readonly #here: () => Place;
  readonly #theme: () => string;
  readonly #dialog = elementOf(HTMLDialogElement, 'film-dialog');
  readonly #seconds = elementOf(HTMLInputElement, 'film-seconds');
  readonly #size = elementOf(HTMLSelectElement, 'film-size');
  readonly #colours = elementOf(HTMLSelectElement, 'film-theme');
  readonly #format = elementOf(HTMLSelectElement, 'film-format');
  readonly #make = elementOf(HTMLButtonElement, 'film-make');
  #shown: 'form' | 'made' | 'ready' = 'form';
  #place: Place | null = null;
  #film: PromisedFilm | null = null;
  /** Whether the film became ready while the dialog was closed. */
  #isUnseen = false;
  #stop: () => void = () => undefined;

  constructor(server: FilmServer, offer: FilmOffer, here: () => Place, theme: () => string) {
    this.#server = server;
    this.#offer = offer;
    this.#here = here;
    this.#theme = theme;
  }

  listen(): void {
    const { formats, limits } = this.#offer;
    const sizes = sizesWithin(limits.size);
    this.#size.append(...sizes.map((size) => new Option(size.replace('x', ' × '), size)));
    this.#size.value = sizes.includes('1280x720') ? '1280x720' : limits.size;
    this.#colours.append(...ALL_THEMES.map((name) => new Option(name)));
    this.#format.append(...formats.map((format) => new Option(format.toUpperCase(), format)));
    this.#seconds.max = `${longestSeconds(limits.frames)}`;
    byId('film').hidden = false;
    onClick('film', () => this.#open());
    onClick('film-again', () => this.#show('form'));
    onClick('film-cancel', async () => await this.#cancel());
    byId('film-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#ask();
    });
  }

  #open(): void {
    if (this.#shown === 'form' || (this.#shown === 'ready' && !this.#isUnseen)) this.#show('form');
    this.#isUnseen = false;
    this.#dialog.showModal();
  }

  /** The form for a film to what is shown now. */
  #prepare(): void {
    this.#place = this.#here();
    const octaves = octavesTo(this.#place);
    this.#make.disabled = octaves <= 0;
    byId('film-zoom').textContent =
      octaves > 0
        ? `From the whole set to what the map shows, enlarged ${describeZoom(octaves)}.`
        : 'This is the whole set: zoom in first, to where the film should end.';
    this.#seconds.value = `${usualSeconds(octaves, this.#offer.limits.frames)}`;
    this.#colours.value = this.#theme();
    this.#complain([]);
  }

  #show(what: 'form' | 'made' | 'ready'): void {
    this.#shown = what;
    for (const part of ['form', 'made', 'ready']) byId(`film-${part}`).hidden = part !== what;
    this.#complain([]);
    if (what === 'ready') return;
    byId('film-player').replaceChildren();
    byId('film-told').textContent = '';
    if (what === 'form') this.#prepare();
  }

  async #ask(): Promise<void> {
    if (this.#place === null) return;
    const wish: FilmWish = {
      seconds: this.#seconds.valueAsNumber,
      size: this.#size.value,
      theme: this.#colours.value,
      format: this.#format.value,
    };
    this.#make.disabled = true;
    try {
      this.#film = await this.#server.ask(requestFor(this.#place, wish));
    } catch (error) {
      this.#complain(error instanceof NoFilm ? error.faults : [String(error)]);
      return;
    } finally {
      this.#make.disabled = false;
    }
    this.#show('made');
    byId('film-cancel').hidden = this.#film.token === null;
    byId('film-told').textContent = 'The film is being made.';
    byId('film-preview').hidden = true;
    this.#stop = this.#server.follow(this.#film, (view) => this.#hear(view));
  }

  #hear(view: FilmView | null): void {
    if (view === null) this.#giveUp('The server no longer knows of this film. Ask for it again.');
    else if (view.state === 'finished') this.#present(view.url);
    else if (view.state === 'failed') this.#giveUp(view.reason ?? 'The film could not be made.');
    else if (view.state === 'cancelled') this.#giveUp('The film was cancelled.');
    else this.#showProgress(view);
  }

  #showProgress({ state, ahead, done, frames, missing, preview }: FilmView): void {
    const bar = elementOf(HTMLProgressElement, 'film-progress');
    bar.max = frames;
    bar.value = done;
    const films = ahead === 1 ? 'another film' : `${ahead} other films`;
    const tiles = missing === 0 ? '' : `, ${missing} ${missing === 1 ? 'tile' : 'tiles'} to come`;
    byId('film-state').textContent =
      state === 'waiting' && ahead > 0 ? `Waits for ${films}.` : `${done} of ${frames} frames${tiles}`;
    const picture = elementOf(HTMLImageElement, 'film-preview');
    if (preview === null) return;
    picture.src = this.#server.link(preview);
    picture.hidden = false;
  }

  #present(url: string): void {
    const link = this.#server.link(url);
    const format = url.split('.').at(-1) ?? '';
    this.#show('ready');
    const player = byId('film-player');
    if (format === 'mp4' || format === 'webm') {
      const video = Object.assign(document.createElement('video'), {
        src: link,
        controls: true,
        loop: true,
        muted: true,
        autoplay: true,
        playsInline: true,
      });
      video.setAttribute('aria-label', 'The film');
      player.replaceChildren(video);
    } else {
      player.replaceChildren(Object.assign(new Image(), { src: link, alt: 'The film' }));
    }
    const download = elementOf(HTMLAnchorElement, 'film-download');
    download.href = link;
    download.download = `mandelbrot-zoom.${format === 'apng' ? 'png' : format}`;
    byId('film-told').textContent = 'The film is ready.';
    this.#isUnseen = !this.#dialog.open;
    if (this.#isUnseen) tell('The film is ready: the film button shows it.', 12);
    this.#film = null;
  }

  /** Back to the form, with a word about it. */
  #giveUp(reason: string): void {
    this.#stop();
    this.#film = null;
    this.#show('form');
    this.#complain([reason]);
    if (!this.#dialog.open) tell(reason, 12);
  }

  async #cancel(): Promise<void> {
    const film = this.#film;
    if (film === null) return;
    this.#giveUp('The film was cancelled.');
    await this.#server.cancel(film).catch((error: unknown) => this.#complain([String(error)]));
  }

  #complain(faults: readonly string[]): void {
    const element = byId('film-faults');
    element.hidden = faults.length === 0;
    element.replaceChildren(
      ...faults.map((fault) => Object.assign(document.createElement('p'), { textContent: fault })),
    );
  }
}
