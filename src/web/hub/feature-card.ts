import { build } from '../build.js';
import type { Feature } from './answers.js';
import { copyButton } from './copying.js';
import { sizeOf, titleOf } from './feature-words.js';
import { link } from './link.js';
import { linkToPlace, linkToPlacesNear, placeOfFeature } from './map-link.js';
import { shortened } from './words.js';

/** Characters of a long text that are shown at first. */
const SHOWN = 24;
/** The same of a coordinate. */
const SHOWN_DIGITS = 15;

/** A component as a card, with links to it and to its relatives. */
export function featureCard(feature: Feature): HTMLElement {
  const { period, kind, address, angles, parent } = feature;
  const facts: readonly (readonly [name: string, value: string | Node | null])[] = [
    ['Period', `${period}, a ${kind}`],
    ['Address', address && longText(address)],
    ['Rays', angles && build('span', '', longText(angles[0]), ' and ', longText(angles[1]))],
    ['Size', `about ${sizeOf(feature)}`],
    ['Nucleus', nucleus(feature)],
    ['Parent', parent && searchLink({ address: parent }, shortened(parent, SHOWN))],
  ];
  const links = [
    link(linkToPlace(placeOfFeature(feature)), 'On the map'),
    link(linkToPlacesNear(placeOfFeature(feature)), 'Places near it'),
    address && searchLink({ parent: address }, 'What belongs to it'),
  ];
  return build(
    'li',
    'card feature',
    build('h2', '', titleOf(feature)),
    build(
      'dl',
      '',
      ...facts.flatMap(([name, value]) =>
        value === null ? [] : [build('dt', '', name), build('dd', '', value)],
      ),
    ),
    build('p', 'links', ...links),
  );
}

/** Both coordinates, to be copied as `mandeld point` takes them. */
function nucleus(feature: Feature): HTMLElement {
  const { re, im } = feature;
  const isReal = !/[1-9]/.test(im);
  return build(
    'div',
    'nucleus',
    build('div', '', coordinate(re, ''), isReal ? null : coordinate(im.replace(/^(?!-)/, '+'), '\u00a0i')),
    copyButton(`${re} ${im}`, `the nucleus of ${titleOf(feature)}`, null),
  );
}

function coordinate(text: string, unit: string): HTMLElement {
  const sign = /^[+-]?/.exec(text)?.[0] ?? '';
  const digits = text.slice(sign.length);
  const shown = `${sign.replace('-', '−')}${shortened(digits, SHOWN_DIGITS)}${unit}`;
  if (digits.length <= SHOWN_DIGITS) return build('div', '', shown);
  const whole = build('code', '', sign === '-' ? text : digits);
  return build('details', '', build('summary', '', shown), whole);
}

/** A link to a search. */
function searchLink(query: Readonly<Record<string, string>>, text: string): HTMLElement {
  return link(`?${new URLSearchParams(query)}`, text);
}

/** A text of which the middle is shown on demand. */
function longText(text: string): HTMLElement {
  if (text.length <= SHOWN) return build('span', '', text);
  return build('details', '', build('summary', '', shortened(text, SHOWN)), build('code', '', text));
}
