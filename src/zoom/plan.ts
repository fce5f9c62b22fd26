import type { Address } from '../tile/address.js';
import { supersampled } from './frame-painter.js';
import { gridOf, levelsOf } from './level-grid.js';
import type { Frame } from './path.js';

/** The tiles that a frame is painted from, each once. */
export function tilesOf(frame: Frame, supersample: number): Address[] {
  const sampled = supersampled(frame, supersample);
  const { fine, share } = levelsOf(sampled);
  const levels = share < 1 ? [fine, fine - 1] : [fine];
  const cells = levels.flatMap((level) => gridOf(sampled, level).cells);
  return [...new Set(cells.flatMap((cell) => (cell === null ? [] : [cell.address])))];
}
