import { HubApi } from './api.js';
import { Looking } from './looking.js';
import type { MapView } from './map-view.js';
import { Markers } from './markers.js';
import { SharedPlaces } from './shared-places.js';

/** All that the map has only beside a hub. */
export class HubOnMap {
  readonly #looking: Looking;
  readonly #places: SharedPlaces;
  readonly #markers: Markers;

  constructor(base: string, map: MapView) {
    const api = new HubApi(base);
    this.#looking = new Looking(api, map);
    this.#places = new SharedPlaces(base, api, map);
    this.#markers = new Markers(api, map.view);
  }

  /** Offers it. */
  listen(): void {
    this.#looking.listen();
    this.#places.listen();
    this.#markers.listen();
  }

  /** Names what is at a point, CSS pixels from the centre. */
  async inspect(right: number, down: number): Promise<void> {
    await this.#looking.inspect(right, down);
  }

  /** The view has changed. */
  move(): void {
    this.#markers.move();
  }
}
