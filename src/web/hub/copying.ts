import { build } from '../build.js';
import { tell } from '../elements.js';

/** A text that is to be typed or kept as it is, with a button that copies it. */
export function copyable(text: string, label: string): HTMLElement {
  const code = build('code', '', text);
  return build('span', 'copyable', code, copyButton(text, label, code));
}

/**
 * A button that copies a text. Where the browser does not let it, as over plain HTTP, the text is selected instead.
 *
 * @param label what is copied, such as "the token"
 * @param shown where the text stands; null where it does not
 */
export function copyButton(text: string, label: string, shown: HTMLElement | null): HTMLElement {
  const button = build('button', 'copy', 'Copy');
  button.setAttribute('type', 'button');
  button.setAttribute('aria-label', `Copy ${label}`);
  button.addEventListener('click', () => void copy(text, label, shown));
  return button;
}

async function copy(text: string, label: string, shown: HTMLElement | null): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(`Copied: ${label}.`);
  } catch {
    if (shown === null) {
      tell(text, 30);
      return;
    }
    getSelection()?.selectAllChildren(shown);
    tell('This browser copies nothing here by itself. It is selected: press Ctrl and C.');
  }
}
