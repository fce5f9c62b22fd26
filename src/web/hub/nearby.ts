import { build } from '../build.js';
import type { Feature, HubPlace } from './answers.js';
import type { HubApi } from './api.js';
import { titleOf } from './feature-words.js';
import { link } from './link.js';

/** Characters of a coordinate that the hub looks at. */
const MAX_DIGITS = 200;
/** Components that are named where none is in the middle. */
const LISTED = 3;

/** Names the component in the middle of a view, or else the largest ones in it; null where there is none, or it is too deep to tell. */
export async function describeNearby(api: HubApi, { re, im, radius }: HubPlace): Promise<HTMLElement | null> {
  if ([re, im, radius].some((text) => text.length > MAX_DIGITS)) return null;
  const { feature } = await api.get<{ feature: Feature | null }>('features/at', { re, im });
  if (feature !== null) return build('span', '', 'In the middle: ', featureLink(feature));
  const { features } = await api.get<{ features: readonly Feature[] }>('features/view', { re, im, radius });
  if (features.length === 0) return null;
  const named = features.slice(0, LISTED).flatMap((one) => [', ', featureLink(one)]);
  return build('span', '', 'In view: ', ...named.slice(1));
}

/** The component on the page of components; one without an address as a text. */
function featureLink(feature: Feature): HTMLElement {
  const title = titleOf(feature);
  return feature.address === null
    ? build('span', '', title)
    : link(`features?${new URLSearchParams({ address: feature.address })}`, title);
}
