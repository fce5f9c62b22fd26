import type { Kernel } from '../math/batch.js';
import { childOf, QUADRANTS, type Address } from '../tile/address.js';
import { gridOf, INTERVALS, SIDE } from '../tile/grid.js';
import type { Samples } from '../tile/samples.js';
import { boringPeriod } from './boring.js';
import type { DeepSampler } from './deep-sampler.js';
import { refine } from './refine.js';
import { computeSamples, crop, type SampleGrid } from './sample-grid.js';
import { noStatistics, type Statistics } from './statistics.js';

/** A child that must be stored. */
export interface InterestingChild {
  readonly address: Address;
  readonly samples: Samples;
}

/** A child that is wholly of one kind: a line in boring.txt is all that is kept of it. */
export interface BoringChild {
  readonly address: Address;
  readonly period: number;
}

/** What becomes of a tile. */
export interface Subdivision {
  /** In the order of their quadrants. */
  readonly interesting: readonly InterestingChild[];
  readonly boring: readonly BoringChild[];
  /** Of the 513x513 samples, each counted once. */
  readonly statistics: Statistics;
}

/** A tile that is to be subdivided. */
export interface Parent {
  readonly address: Address;
  readonly samples: Samples;
}

/**
 * Subdivides a tile: 257x257 samples become 513x513, cut into four tiles that share their edges. A quarter of the
 * samples is the parent's; a sample whose parent neighbours are all boring and of one period is interpolated; the rest
 * is computed, and so is what the parent left unresolved, with the larger budget of the new level.
 *
 * The result depends on the arguments alone, bit for bit.
 *
 * @param deep what decides samples beyond the levels of doubles
 * @throws RangeError when the children's level is beyond doubles and `deep` is null
 */
export function subdivide(
  address: Address,
  samples: Samples,
  kernel: Kernel,
  deep: DeepSampler | null = null,
): Subdivision {
  return subdivideAll([{ address, samples }], kernel, deep)[0];
}

/** {@link subdivide} for several tiles, which is faster than one after the other; in their order. */
export function subdivideAll(
  parents: readonly Parent[],
  kernel: Kernel,
  deep: DeepSampler | null = null,
): Subdivision[] {
  const refined = parents.map(({ address, samples }) => {
    const statistics = noStatistics();
    return { address, statistics, ...refine({ ...gridOf(address), side: SIDE, ...samples }, statistics) };
  });
  computeSamples(refined, kernel, deep);
  return refined.map(({ address, grid, statistics }) => quarter(address, grid, statistics));
}

/** Cuts a grid into four tiles, of which the boring ones are named only. */
function quarter(address: Address, fine: SampleGrid, statistics: Statistics): Subdivision {
  const interesting: InterestingChild[] = [];
  const boring: BoringChild[] = [];
  for (const quadrant of QUADRANTS) {
    const child = childOf(address, quadrant);
    const samples = crop(fine, (quadrant & 1) * INTERVALS, (quadrant >> 1) * INTERVALS, SIDE);
    const period = boringPeriod(samples);
    if (period === null) interesting.push({ address: child, samples });
    else boring.push({ address: child, period });
  }
  return { interesting, boring, statistics };
}
