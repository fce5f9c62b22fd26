import { BORING_ABOVE, DUMMY, type Samples } from '../tile/samples.js';

/**
 * The verdict on a tile: the one period of all its samples when every one of them is boring (dummies apart), or null.
 *
 * A boring sample's disc of one pixel spacing holds no boundary point, and these discs cover the tile, so the whole tile
 * is of one kind. ARCHITECTURE.md, "Why boring is a proof", treats the axis and interpolated samples.
 */
export function boringPeriod(samples: Samples): number | null {
  const { period, log2Distance } = samples;
  let common: number | null = null;
  for (let i = 0; i < period.length; i++) {
    if (period[i] === DUMMY) continue;
    // An unresolved sample has the lowest distance code, so it fails here too.
    if (log2Distance[i] <= BORING_ABOVE) return null;
    if (common === null) common = period[i];
    else if (period[i] !== common) return null;
  }
  return common;
}
