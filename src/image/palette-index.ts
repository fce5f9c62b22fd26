import { BORING_ABOVE, EXTERIOR, INFINITE_DISTANCE, STEPS_PER_OCTAVE } from '../tile/samples.js';

/**
 * The eight bits of a pixel. They hold what every theme needs and nothing that belongs to one, so pictures of all
 * themes differ in the 768 bytes of their palette only, and a browser changes the theme by changing these.
 *
 * | index    | meaning                                                                                          |
 * | -------- | ------------------------------------------------------------------------------------------------ |
 * | 0        | on the boundary: unresolved samples, dummies, anything with log2 DE <= -5.875                     |
 * | 1..127   | exterior, step i of 1/8 octave: -6 + i/8 < log2 DE <= -5.875 + i/8; 127 also all above 10          |
 * | 128..255 | interior, 128 + 16 class + step; class (period - 1) mod 8; step s of 1/2 octave: -2 + s/2 <       |
 * |          | log2 DE <= -1.5 + s/2; step 0 also all below -2, step 15 also all above 6                        |
 *
 * DE is in pixel spacings, and log2 DE stands for the stored code / 256. A step is closed above because boring begins
 * *above* log2 DE = 2: so 512|513 is an edge, exterior index 64 and interior step 8 are the first boring ones, and no
 * index is partly boring.
 */

/** Index of a pixel on the boundary. */
export const BOUNDARY_INDEX = 0;
/** First exterior index: the closest to the boundary. */
export const FIRST_EXTERIOR_INDEX = 1;
/** First interior index: class 0, the closest to the boundary. */
export const FIRST_INTERIOR_INDEX = 128;
/** Interior colours of a theme: periods p and p + 8 share one. */
export const PERIOD_CLASSES = 8;
/** Interior steps of each class. */
export const INTERIOR_STEPS = 16;

/** log2 of the step size in distance codes. Powers of two, so that a step is a shift. */
const EXTERIOR_SHIFT = 5; // 1/8 octave
const INTERIOR_SHIFT = 7; // 1/2 octave

/** Codes up to this one are on the boundary, be they exterior or interior: DE <= 2^-5.875, a sixtieth of a pixel. */
export const BOUNDARY_UP_TO: number = -47 << EXTERIOR_SHIFT;

/** What is subtracted from a code's step, counted from code 0, to give the exterior index or the interior step. */
const EXTERIOR_BIAS: number = BOUNDARY_UP_TO >> EXTERIOR_SHIFT;
const INTERIOR_BIAS = -3;

/** First exterior index that only boring samples have. */
export const FIRST_BORING_EXTERIOR: number = (BORING_ABOVE >> EXTERIOR_SHIFT) + 1 - EXTERIOR_BIAS;
/** First interior step that only boring samples have. */
export const FIRST_BORING_STEP: number = (BORING_ABOVE >> INTERIOR_SHIFT) + 1 - INTERIOR_BIAS;

/**
 * Palette index of a sample.
 *
 * @param period period code of the sample (see src/tile/samples.ts)
 * @param log2Distance its log2 distance code
 * @returns 0 to 255; arguments are not checked
 */
export function paletteIndex(period: number, log2Distance: number): number {
  if (period < EXTERIOR || log2Distance <= BOUNDARY_UP_TO) return BOUNDARY_INDEX;
  if (period === EXTERIOR) {
    return Math.min(ceilShift(log2Distance, EXTERIOR_SHIFT) - EXTERIOR_BIAS, FIRST_INTERIOR_INDEX - 1);
  }
  const step = ceilShift(log2Distance, INTERIOR_SHIFT) - INTERIOR_BIAS;
  return interiorIndex(periodClass(period), Math.max(0, Math.min(INTERIOR_STEPS - 1, step)));
}

/** ceil(code / 2^shift) of an integer. */
function ceilShift(code: number, shift: number): number {
  return (code + (1 << shift) - 1) >> shift;
}

/** Class of a period > 0, 0 to 7. */
export function periodClass(period: number): number {
  return (period - 1) & (PERIOD_CLASSES - 1);
}

/** Index of an interior step of a class. */
export function interiorIndex(classNumber: number, step: number): number {
  return FIRST_INTERIOR_INDEX + INTERIOR_STEPS * classNumber + step;
}

/** Index of every pixel of the picture `P<period>`: as far from the boundary as the index can say. */
export function boringIndex(period: number): number {
  return paletteIndex(period, INFINITE_DISTANCE - 1);
}

/** log2 DE, pixel spacings, in the middle of an exterior index (1 to 127). */
export function exteriorOctave(index: number): number {
  return octaveBelow(index + EXTERIOR_BIAS, EXTERIOR_SHIFT);
}

/** log2 DE, pixel spacings, in the middle of an interior step (0 to 15). */
export function interiorOctave(step: number): number {
  return octaveBelow(step + INTERIOR_BIAS, INTERIOR_SHIFT);
}

function octaveBelow(step: number, shift: number): number {
  return ((step - 0.5) * (1 << shift)) / STEPS_PER_OCTAVE;
}
