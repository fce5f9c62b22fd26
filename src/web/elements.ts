/** The element of the page with an id. */
export function byId(id: string): HTMLElement {
  return elementOf(HTMLElement, id);
}

/** The same, of a kind. */
export function elementOf<T extends HTMLElement>(kind: new () => T, id: string): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`expected an element called ${id}`);
  return element;
}

/** Does something at each click on a button. */
export function onClick(id: string, action: () => unknown): void {
  byId(id).addEventListener('click', () => void action());
}

/** Offers a file to be kept. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

let timer = 0;

/** Says something for some seconds. */
export function tell(text: string, seconds = 5): void {
  const element = byId('message');
  element.textContent = text;
  element.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (element.hidden = true), 1000 * seconds);
}

/** Copies a text; where the browser does not let it, shows it. */
export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(done);
  } catch {
    tell(text, 30);
  }
}
