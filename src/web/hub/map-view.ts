import { permalink } from '../address-bar.js';
import { placeOf, type Place } from '../place.js';
import type { View } from '../view.js';

/** What the hub's parts of the map see of it, and may do. */
export interface MapView {
  readonly view: () => View;
  readonly theme: () => string;
  /** Goes somewhere; without a theme the colours stay. */
  readonly fly: (place: Place, theme?: string) => void;
}

/** The form that describes what is shown. */
export function linkToDescribing({ view, theme }: MapView): string {
  return `describe${permalink(placeOf(view(), innerHeight), theme(), false)}`;
}
