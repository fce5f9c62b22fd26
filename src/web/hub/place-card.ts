import { build } from '../build.js';
import type { HubPlace } from './answers.js';
import type { HubApi } from './api.js';
import { link } from './link.js';
import { pictureBox } from './picture-box.js';
import { some } from './words.js';

/** A place in the gallery. */
export function placeCard(api: HubApi, base: string, place: HubPlace): HTMLElement {
  const { id, title, votes, comments, tags } = place;
  const name = build('h2', '', title);
  name.dir = 'auto';
  const whole = link(`place?id=${id}`, pictureBox(api, base, place), name);
  whole.className = 'whole';
  const numbers = [some(votes, 'vote'), comments > 0 ? some(comments, 'comment') : null];
  return build(
    'li',
    'card sight',
    whole,
    build('p', 'soft', authorOf(place), ` · ${numbers.filter((text) => text !== null).join(' · ')}`),
    tags.length > 0 ? tagList(tags) : null,
  );
}

/** Who has described a place, or written a comment. */
export function authorOf({ by }: { readonly by: string | null }): HTMLElement {
  return by === null ? build('span', '', 'somebody who has left') : build('bdi', '', by);
}

/** Tags, each a link to what else has it. */
export function tagList(tags: readonly string[]): HTMLElement {
  const list = build(
    'ul',
    'tags',
    ...tags.map((tag) => build('li', '', link(`places?${new URLSearchParams({ tag })}`, tag))),
  );
  list.setAttribute('aria-label', 'Tags');
  return list;
}
