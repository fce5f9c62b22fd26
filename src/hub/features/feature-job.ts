import type { Feature } from './feature.js';

/**
 * What the thread of the features is asked for: some components of a period, from a word on (the lower angle's numerator over
 * 2^period - 1), or the component that a point lies in.
 */
export type FeatureJob =
  | { readonly kind: 'list'; readonly period: number; readonly from: number; readonly count: number }
  | { readonly kind: 'at'; readonly re: string; readonly im: string };

/** What it answers: features, and from which word on to continue, null at the end; of a point, null where it lies in no component. */
export type FeatureAnswer =
  | { readonly kind: 'list'; readonly features: readonly Feature[]; readonly next: number | null }
  | { readonly kind: 'at'; readonly feature: Feature | null };
