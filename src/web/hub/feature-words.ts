import { powerOfTwo } from '../place.js';
import type { Feature } from './answers.js';
import { capitalised } from './words.js';

/** What to call a component. */
export function titleOf({ name, period, kind }: Feature): string {
  return name === null
    ? `${kind === 'cardioid' ? 'Cardioid' : 'Disc'} of period ${period}`
    : capitalised(name);
}

/** Its size, units of the plane: a double may not hold it. */
export function sizeOf({ log2Size }: Feature): string {
  return powerOfTwo(1, log2Size, 3);
}

/** All of its names, in a few lines. */
export function describeFeature(feature: Feature): string {
  const { name, period, kind, address, angles } = feature;
  return [
    titleOf(feature) + (name === null ? '' : `, a ${kind} of period ${period}`),
    address && `Address ${address}`,
    angles && `Rays ${angles.join(' and ')}`,
  ]
    .filter(Boolean)
    .join('\n');
}
