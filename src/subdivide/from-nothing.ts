import type { Kernel } from '../math/batch.js';
import type { Address } from '../tile/address.js';
import { gridOf, SIDE } from '../tile/grid.js';
import type { Samples } from '../tile/samples.js';
import type { DeepSampler } from './deep-sampler.js';
import { computeSamples, createSampleGrid, setExempt } from './sample-grid.js';
import type { Statistics } from './statistics.js';

/**
 * A tile computed from its address alone, every sample by the kernel.
 *
 * @param deep what decides samples beyond the levels of doubles
 * @throws RangeError when the level is beyond doubles and `deep` is null
 */
export function tileFromNothing(
  address: Address,
  kernel: Kernel,
  statistics: Statistics,
  deep: DeepSampler | null = null,
): Samples {
  const { level, west, south } = gridOf(address);
  const grid = createSampleGrid(level, SIDE, west, south);
  setExempt(grid, statistics);
  const wanted = Uint32Array.from(grid.period.keys()).filter((i) => grid.period[i] >= 0);
  computeSamples([{ grid, wanted, statistics }], kernel, deep);
  return { period: grid.period, log2Distance: grid.log2Distance };
}
