import { SAMPLES } from './grid.js';

/** Period code of a sample outside the set. */
export const EXTERIOR = 0;
/** Period code of a sample that is never calculated (real axis, 0+1i); it matches anything. */
export const DUMMY = -1;
/** Period code of a sample that the budget did not resolve. */
export const UNRESOLVED = -2;

/** log2 distance code of +infinity: dummies. */
export const INFINITE_DISTANCE = 32767;
/** log2 distance code of zero: unresolved samples. */
export const ZERO_DISTANCE = -32768;
/** Steps of the log2 distance code an octave. */
export const STEPS_PER_OCTAVE = 256;
/** A sample is boring above this code: DE > 4 pixel spacings, so a disc of one spacing holds no boundary point. */
export const BORING_ABOVE = 512;

/** What a tile knows: one entry a sample, row by row from the north, each row from the west. */
export interface Samples {
  /** Verified period > 0, {@link EXTERIOR}, {@link DUMMY} or {@link UNRESOLVED}; length 257*257. */
  readonly period: Int32Array;
  /** floor(256 log2 DE), DE in pixel spacings, or one of the two codes; length 257*257. */
  readonly log2Distance: Int16Array;
}

/** Samples to be filled. */
export function createSamples(): Samples {
  return { period: new Int32Array(SAMPLES), log2Distance: new Int16Array(SAMPLES) };
}

/**
 * Distance code of an estimate. Rounded down, so that it never claims more than was measured.
 *
 * @param log2DistanceInSpacings log2 DE in pixel spacings; +-Infinity allowed, NaN not
 * @returns a code between the two special ones
 */
export function distanceCode(log2DistanceInSpacings: number): number {
  const code = Math.floor(log2DistanceInSpacings * STEPS_PER_OCTAVE);
  return Math.max(ZERO_DISTANCE + 1, Math.min(INFINITE_DISTANCE - 1, code));
}

/**
 * The distance code of the same sample one level deeper, where the spacing is half as long. The lowest code stays: it says
 * 2^-128 or anything less.
 */
export function deeperDistanceCode(code: number): number {
  if (code === INFINITE_DISTANCE || code <= ZERO_DISTANCE + 1) return code;
  return Math.min(INFINITE_DISTANCE - 1, code + STEPS_PER_OCTAVE);
}
