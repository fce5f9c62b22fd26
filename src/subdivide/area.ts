import { INTERVALS, SIDE } from '../tile/grid.js';
import { BORING_ABOVE, type Samples } from '../tile/samples.js';

/** Parts of a tile that are certain, as fractions of its area. */
export interface CertainArea {
  readonly interior: number;
  readonly exterior: number;
}

/**
 * What the samples of a tile prove of its area. A boring sample's disc of one pixel spacing contains its pixel, the square
 * of side 1 around it (half of it on an edge, a quarter in a corner), so that square is of the sample's kind. Nothing is
 * concluded from the others.
 */
export function certainArea(samples: Samples): CertainArea {
  const { period, log2Distance } = samples;
  let interior = 0;
  let exterior = 0;
  for (let row = 0; row < SIDE; row++) {
    const height = row === 0 || row === SIDE - 1 ? 1 : 2;
    for (let column = 0; column < SIDE; column++) {
      const i = row * SIDE + column;
      if (period[i] < 0 || log2Distance[i] <= BORING_ABOVE) continue;
      const quarters = height * (column === 0 || column === SIDE - 1 ? 1 : 2);
      if (period[i] > 0) interior += quarters;
      else exterior += quarters;
    }
  }
  const all = 4 * INTERVALS * INTERVALS;
  return { interior: interior / all, exterior: exterior / all };
}
