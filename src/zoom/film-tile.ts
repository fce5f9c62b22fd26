import { CODE_SHIFT, kindOf, TABLE_STEPS } from '../image/film-colours.js';
import { SAMPLES, SIDE } from '../tile/grid.js';
import { DUMMY, type Samples } from '../tile/samples.js';

/**
 * A tile's samples as a film needs them: for each its place in a table of colours (image/film-colours.ts). Samples that are never calculated
 * take after the one above them, or beside.
 *
 * @returns 257*257 places, row 0 north
 */
export function filmTile({ period, log2Distance }: Samples): Uint32Array {
  const places = new Uint32Array(SAMPLES);
  for (let i = 0; i < SAMPLES; i++) {
    let from = i;
    if (period[i] === DUMMY) from = i >= SIDE ? i - SIDE : i + 1;
    if (period[from] === DUMMY) from = i + 1;
    places[i] = kindOf(period[from]) * TABLE_STEPS + ((log2Distance[from] + 32_768) >> CODE_SHIFT);
  }
  return places;
}
