import type { HubPlace } from './answers.js';

/** What the form of a place is sent as. */
export type PlaceText = Pick<
  HubPlace,
  'title' | 'text' | 'tags' | 'links' | 're' | 'im' | 'radius' | 'theme'
>;

/** A place as somebody has filled in its form. The hub says what is wrong with it. */
export function placeOfForm(texts: Readonly<Record<string, string>>): PlaceText {
  const { title = '', text = '', tags = '', links = '', theme = '' } = texts;
  const [re, im, radius] = ['re', 'im', 'radius'].map((name) => (texts[name] ?? '').trim().replace('−', '-'));
  return {
    title,
    // Forms are sent with the line ends of another time.
    text: text.replaceAll('\r\n', '\n'),
    tags: tags
      .toLowerCase()
      .split(/[\s,#]+/)
      .filter((tag) => tag !== ''),
    links: links.split('\n').flatMap((line) => linkOf(line.trim())),
    re,
    im,
    radius,
    theme,
  };
}

/** An address, and what is there; without that, the address' host. */
function linkOf(line: string): { label: string; url: string }[] {
  const [, url = '', label = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
  if (url === '') return [];
  const host = URL.canParse(url) ? new URL(url).host : '';
  return [{ url, label: label || host || url.slice(0, 100) }];
}

/** The texts of a form that describes a place. */
export function formOfPlace({
  title,
  text,
  tags,
  links,
  re,
  im,
  radius,
  theme,
}: PlaceText): Record<string, string> {
  const lines = links.map(({ url, label }) => `${url} ${label}`);
  return { title, text, tags: tags.join(' '), links: lines.join('\n'), re, im, radius, theme };
}
