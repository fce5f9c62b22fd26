import {
  componentOf,
  componentsOfPeriod,
  wordAfter,
  type Component,
} from '../../math/features/components.js';
import { log2Distance, type FixedComplex } from '../../math/features/fixed-complex.js';
import { anglesOf, locationAt } from '../../math/features/location.js';
import { nucleusNear } from '../../math/features/nucleus.js';
import { fractionDigits, parseFixed } from '../../math/fixed.js';
import { decidePoint } from '../../render/point.js';
import { featureOf, namelessFeature, type Feature } from './feature.js';
import type { FeatureAnswer, FeatureJob } from './feature-job.js';

/** Longer periods get no angles: tracing their rays takes more than a second. */
const MAX_NAMED_PERIOD = 40;
/** Longer periods are not looked for: Newton's method takes more than a second. */
const MAX_PERIOD = 20_000;
/** Of a component, no point is farther from the nucleus, in sizes: 0.75 in the main cardioid, and its copies are bent a little. */
const LOG2_WITHIN = 0.5;
/** Binary digits beyond those that a point is given with. */
const GUARD_BITS = 64;

/** The thread that computes components: for the table, and for what somebody points at. */
export default function perform(job: FeatureJob): FeatureAnswer {
  return job.kind === 'list' ? list(job) : { kind: 'at', feature: featureAt(job.re, job.im) };
}

function list({ period, from, count }: FeatureJob & { kind: 'list' }): FeatureAnswer {
  const found: Component[] = [];
  for (const component of componentsOfPeriod(period, BigInt(from))) {
    found.push(component);
    if (found.length === count)
      return { kind: 'list', features: found.map(featureOf), next: Number(wordAfter(component)) };
  }
  return { kind: 'list', features: found.map(featureOf), next: null };
}

/** The component that a point lies in; null where it lies in none, or none that can be found in a second or two. */
function featureAt(re: string, im: string): Feature | null {
  const { period, kind } = decidePoint(re, im, null);
  if (kind !== 'interior' || period > MAX_PERIOD) return null;
  const bits = GUARD_BITS + Math.ceil(Math.max(fractionDigits(re), fractionDigits(im)) * Math.log2(10));
  const point = { re: parseFixed(re, bits, 're'), im: parseFixed(im, bits, 'im'), bits };
  const nucleus = nucleusNear(point, period);
  if (nucleus === null) return null;
  const location = locationAt(nucleus, period);
  if (!isIn(point, nucleus, location.shape.log2Size)) return null;
  return period <= MAX_NAMED_PERIOD
    ? featureOf(componentOf(anglesOf(nucleus, period)))
    : namelessFeature(location);
}

/** Whether Newton's method has not gone to another component of the period. */
function isIn(point: FixedComplex, nucleus: FixedComplex, log2Size: number): boolean {
  return point.re === nucleus.re && point.im === nucleus.im
    ? true
    : log2Distance(point, nucleus) < log2Size + LOG2_WITHIN;
}
