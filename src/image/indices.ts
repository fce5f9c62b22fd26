import { INTERVALS, SAMPLES, SIDE } from '../tile/grid.js';
import type { Samples } from '../tile/samples.js';
import { paletteIndex } from './palette-index.js';

/** Pixels a side of a picture. */
export const PICTURE_SIDE: number = INTERVALS;

/**
 * The pixels of a tile, as palette indices. The left column and the bottom row of samples are cropped, because the
 * neighbours in the west and in the south show them: next to each other, pictures show every sample once.
 *
 * @param samples 257*257 samples, row 0 north
 * @returns 256*256 indices, row by row from the north
 * @throws RangeError for any other number of samples
 */
export function pictureIndices(samples: Samples): Uint8Array {
  const { period, log2Distance } = samples;
  if (period.length !== SAMPLES || log2Distance.length !== SAMPLES) {
    throw new RangeError(
      `expected ${SAMPLES} periods and distances, got ${period.length} and ${log2Distance.length}`,
    );
  }
  const indices = new Uint8Array(PICTURE_SIDE * PICTURE_SIDE);
  for (let row = 0, at = 0; row < PICTURE_SIDE; row++) {
    const end = (row + 1) * SIDE;
    for (let sample = row * SIDE + 1; sample < end; sample++) {
      indices[at++] = paletteIndex(period[sample], log2Distance[sample]);
    }
  }
  return indices;
}
