import type { Layout } from '../cache/layout.js';
import { loadReference, saveReference } from '../cache/reference-store.js';
import { ALGORITHM_VERSION } from '../cache/settings.js';
import { decodeReference, encodeReference } from '../math/reference-codec.js';
import { cellOf, type DeepSampler } from '../subdivide/deep-sampler.js';
import { levelOf, type Address } from '../tile/address.js';
import { MAX_DOUBLE_LEVEL } from '../tile/grid.js';

/**
 * Reference orbits between the cache's store and a thread's sampler: what one thread of one machine has followed, none needs to
 * follow again.
 */

/** Levels above a tile's own for which it needs references, when it is made from nothing; one of its corners may need a higher one. */
const LEVELS_ABOVE = 16;

/** What determines a reference: its cell and the algorithm. */
function keyOf(cell: Address): string {
  return `${ALGORITHM_VERSION} ${cell}`;
}

/** Reads what is stored of the references for computing samples in a tile, of its own level or of the next one. */
export async function loadReferences(
  layout: Layout,
  sampler: DeepSampler,
  tile: Address,
  level: number,
): Promise<void> {
  const first = Math.max(MAX_DOUBLE_LEVEL + 1, level > levelOf(tile) ? level : level - LEVELS_ABOVE);
  const cells = new Set<Address>();
  for (let at = first; at <= level; at++) cells.add(cellOf(tile, at));
  for (const cell of cells) {
    if (sampler.knows(cell)) continue;
    const bytes = await loadReference(layout, cell);
    const reference = bytes && decodeReference(bytes, keyOf(cell));
    if (reference) sampler.keep(cell, reference);
  }
}

/** Stores what the sampler has made. That it cannot be stored is no reason to fail. */
export async function saveReferences(layout: Layout, sampler: DeepSampler): Promise<void> {
  for (const [cell, reference] of sampler.takeMade()) {
    await saveReference(layout, cell, encodeReference(reference, keyOf(cell))).catch(() => undefined);
  }
}
