import { build } from '../build.js';
import type { Feature, HubPlace } from './answers.js';
import type { HubApi } from './api.js';
import { titleOf } from './feature-words.js';
import { link } from './link.js';

/** Characters of a coordinate that the hub looks at. */
const MAX_DIGITS = 200;
/** Components that are named where none is in the middle. */
const LISTED = 3;

/** How much farther is looked where none is in view. */
const FARTHER = [1, 8, 64];

/** Names the component in the middle of a view, or else the largest ones in or near it; null where there is none, or it is too deep to tell. */
export async function describeNearby(api: HubApi, { re, im, radius }: HubPlace): Promise<HTMLElement | null> {
  if ([re, im, radius].some((text) => text.length > MAX_DIGITS)) return null;
  const { feature } = await api.get<{ feature: Feature | null }>('features/at', { re, im });
  if (feature !== null) return build('span', '', 'In the middle: ', featureLink(feature));
  for (const factor of FARTHER) {
    const wider = `${Number(radius) * factor}`;
    const { features } = await api.get<{ features: readonly Feature[] }>('features/view', {
      re,
      im,
      radius: wider,
    });
    if (features.length === 0) continue;
    const named = features.slice(0, LISTED).flatMap((one) => [', ', featureLink(one)]);
    return build('span', '', factor === 1 ? 'In view: ' : 'Near it: ', ...named.slice(1));
  }
  return null;
}

/** The component on the page of components; one without an address as a text. */
function featureLink(feature: Feature): HTMLElement {
  const title = titleOf(feature);
  return feature.address === null
    ? build('span', '', title)
    : link(`features?${new URLSearchParams({ address: feature.address })}`, title);
}
