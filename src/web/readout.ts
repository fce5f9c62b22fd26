import { placeOf, type Place } from './place.js';
import { type View, zoomOf } from './view.js';

/** Digits of a coordinate that are shown; all are copied. */
const SHOWN = 24;

/** The line that says where the map is. */
export function describePlace({ x, y, r }: Place, view: View): string {
  const sign = y.startsWith('-') ? '−' : '+';
  return `${shorten(x)} ${sign} ${shorten(y.replace('-', ''))}i · r ${r} · level ${Math.round(10 * zoomOf(view)) / 10}`;
}

function shorten(digits: string): string {
  return digits.length <= SHOWN ? digits : `${digits.slice(0, 10)}…${digits.slice(-8)}`;
}

/** What the copy button copies. */
export function fullPlace(view: View, height: number): string {
  const { x, y, r } = placeOf(view, height);
  return `x=${x}\ny=${y}\nr=${r}\n`;
}
