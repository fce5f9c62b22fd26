import { build } from '../build.js';
import type { HubPlace } from './answers.js';
import type { HubApi } from './api.js';

/** Whether a picture is there is asked again after so long, and each time after twice as long, in milliseconds. */
const AGAIN_MS = { first: 4000, most: 60_000 } as const;

/** What stands where there is no picture. */
const INSTEAD = {
  ready: '',
  waiting: 'being rendered…',
  deep: 'too deep for a picture',
  outside: 'outside of the map',
} as const;

/**
 * The picture of a place, or why there is none; one that is being rendered comes when it is there, as long as the box is on the page.
 *
 * @param base the address of the folder that the page is in
 * @param alt what it shows; nothing where that stands beside it
 */
export function pictureBox(api: HubApi, base: string, place: HubPlace, alt = ''): HTMLElement {
  const box = build('span', 'picture');
  show(box, base, place, alt);
  if (place.pictureState === 'waiting') void watch(api, box, base, place, alt);
  return box;
}

async function watch(
  api: HubApi,
  box: HTMLElement,
  base: string,
  place: HubPlace,
  alt: string,
): Promise<void> {
  let now = place;
  for (
    let ms: number = AGAIN_MS.first;
    now.pictureState === 'waiting';
    ms = Math.min(2 * ms, AGAIN_MS.most)
  ) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (!box.isConnected) return;
    if (document.hidden) continue;
    now = await api.get<HubPlace>(`places/${place.id}`).catch(() => now);
  }
  show(box, base, now, alt);
}

function show(box: HTMLElement, base: string, place: HubPlace, alt: string): void {
  const { id, picture, pictureState } = place;
  box.dataset['state'] = pictureState;
  if (picture === null) {
    box.replaceChildren(build('small', '', INSTEAD[pictureState]));
    return;
  }
  const image = document.createElement('img');
  image.src = `${base}api/v1/places/${id}/picture?name=${encodeURIComponent(picture)}`;
  image.alt = alt;
  image.width = 600;
  image.height = 400;
  image.loading = 'lazy';
  image.decoding = 'async';
  box.replaceChildren(image);
}
