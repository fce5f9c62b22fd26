import type { Bookmarks } from './bookmarks.js';
import { byId, download, elementOf, onClick, tell } from './elements.js';
import type { Place } from './place.js';
import { TOUR, type NamedPlace } from './places.js';

/**
 * Makes the dialog of places work: a tour, and the bookmarks.
 *
 * @param here the place that is shown now
 * @param onGo told where to go
 */
export function setUpPlaces(bookmarks: Bookmarks, here: () => Place, onGo: (place: Place) => void): void {
  new PlacesDialog(bookmarks, onGo).listen(here);
}

class PlacesDialog {
  readonly #dialog = elementOf(HTMLDialogElement, 'places-dialog');
  readonly #bookmarks: Bookmarks;
  readonly #onGo: (place: Place) => void;

  constructor(bookmarks: Bookmarks, onGo: (place: Place) => void) {
    this.#bookmarks = bookmarks;
    this.#onGo = onGo;
  }

  listen(here: () => Place): void {
    const bookmarks = this.#bookmarks;
    byId('tour').append(...TOUR.map((place) => this.#entry(place)));
    this.#list();
    onClick('places', () => this.#dialog.showModal());
    const name = elementOf(HTMLInputElement, 'bookmark-name');
    byId('bookmark').addEventListener('submit', (event) => {
      event.preventDefault();
      bookmarks.add({ name: name.value, ...here() });
      name.value = '';
      this.#list();
    });
    onClick('export', () =>
      download(new Blob([bookmarks.export()], { type: 'application/json' }), 'mandelbrot-bookmarks.json'),
    );
    const file = elementOf(HTMLInputElement, 'import-file');
    onClick('import', () => file.click());
    file.addEventListener('change', () => void this.#import(file));
  }

  async #import(file: HTMLInputElement): Promise<void> {
    const added = this.#bookmarks.import((await file.files?.[0]?.text()) ?? '');
    tell(added === null ? 'That file holds no bookmarks of this map.' : `${added} bookmarks added.`);
    file.value = '';
    this.#list();
  }

  #list(): void {
    const entries = this.#bookmarks.all.map((place, index) => {
      const remove = document.createElement('button');
      remove.textContent = 'Remove';
      remove.setAttribute('aria-label', `Remove ${place.name}`);
      remove.addEventListener('click', () => {
        this.#bookmarks.remove(index);
        this.#list();
      });
      const entry = this.#entry(place);
      entry.append(remove);
      return entry;
    });
    byId('bookmarks').replaceChildren(...entries);
  }

  #entry(place: NamedPlace): HTMLLIElement {
    const entry = document.createElement('li');
    const button = document.createElement('button');
    button.textContent = place.name;
    if (place.note)
      button.append(Object.assign(document.createElement('small'), { textContent: place.note }));
    button.addEventListener('click', () => {
      this.#dialog.close();
      this.#onGo(place);
    });
    entry.append(button);
    return entry;
  }
}
