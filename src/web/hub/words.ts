/** A length of time that somebody has to wait. */
export function waitOf(seconds: number): string {
  const [units, unit] = seconds < 90 ? [Math.ceil(seconds), 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `${units} ${unit}${units === 1 ? '' : 's'}`;
}

/** A whole number, as the visitor writes it. */
export function count(value: number): string {
  return value.toLocaleString();
}

/**
 * A moment, as the visitor writes it.
 *
 * @param iso ISO 8601
 */
export function moment(iso: string): HTMLTimeElement {
  const element = document.createElement('time');
  const date = new Date(iso);
  element.dateTime = iso;
  element.textContent = date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  element.title = date.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
  return element;
}

/** A long text with its middle left out. */
export function shortened(text: string, most: number): string {
  const end = Math.floor(most / 4);
  return text.length <= most ? text : `${text.slice(0, most - end - 1)}…${text.slice(-end)}`;
}

/** A text with its first letter in capitals. */
export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A whole number of things. */
export function some(value: number, one: string, more = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : more}`;
}
