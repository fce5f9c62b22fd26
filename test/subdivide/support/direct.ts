import type { Kernel } from '../../../src/math/batch.js';
import type { DeepSampler } from '../../../src/subdivide/deep-sampler.js';
import { computeSamples, createSampleGrid, setExempt } from '../../../src/subdivide/sample-grid.js';
import { noStatistics } from '../../../src/subdivide/statistics.js';
import type { Address } from '../../../src/tile/address.js';
import { gridOf, SIDE } from '../../../src/tile/grid.js';
import type { Samples } from '../../../src/tile/samples.js';

/** The slow way to a tile: every sample computed at its own level, none interpolated. */
export function directSamples(address: Address, kernel: Kernel, deep: DeepSampler | null = null): Samples {
  const { level, west, south } = gridOf(address);
  const grid = createSampleGrid(level, SIDE, west, south);
  setExempt(grid, noStatistics());
  const wanted = Uint32Array.from(grid.period.keys()).filter((i) => grid.period[i] >= 0);
  computeSamples([{ grid, wanted, statistics: noStatistics() }], kernel, deep);
  return grid;
}
