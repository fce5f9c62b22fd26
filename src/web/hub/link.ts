import { build } from '../build.js';

/** A link to a page of the hub's, or to its map. */
export function link(href: string, ...shown: readonly (string | Node | null)[]): HTMLAnchorElement {
  const element = build('a', '', ...shown) as HTMLAnchorElement;
  element.href = href;
  return element;
}

/** A link that somebody has given, wherever it leads: as a text, where it leads to no page of the web. */
export function foreignLink(url: string, label: string): HTMLElement {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return build('bdi', '', label);
  const element = link(new URL(url).href, build('bdi', '', label));
  element.rel = 'noopener nofollow ugc';
  element.referrerPolicy = 'no-referrer';
  element.target = '_blank';
  return element;
}
