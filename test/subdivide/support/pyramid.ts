import { scalarKernel } from '../../../src/math/scalar-kernel.js';
import { tileFromNothing } from '../../../src/subdivide/from-nothing.js';
import { addStatistics, noStatistics, type Statistics } from '../../../src/subdivide/statistics.js';
import { subdivide, type BoringChild, type Subdivision } from '../../../src/subdivide/subdivide.js';
import { ROOT, type Address } from '../../../src/tile/address.js';
import type { Samples } from '../../../src/tile/samples.js';

/** One subdivided tile. */
export interface Step {
  readonly address: Address;
  readonly parent: Samples;
  readonly result: Subdivision;
}

/** A pyramid in memory, as a daemon would make it. */
export interface Pyramid {
  /** Tiles by level, from 0. */
  readonly levels: readonly ReadonlyMap<Address, Samples>[];
  readonly boring: readonly BoringChild[];
  readonly steps: readonly Step[];
  readonly statistics: Statistics;
}

/** Builds all levels up to one. */
export function buildPyramid(depth: number): Pyramid {
  const levels = [new Map([[ROOT, tileFromNothing(ROOT, scalarKernel, noStatistics())]])];
  const boring: BoringChild[] = [];
  const steps: Step[] = [];
  const statistics = noStatistics();
  for (let level = 0; level < depth; level++) {
    const next = new Map<Address, Samples>();
    for (const [address, parent] of levels[level]) {
      const result = subdivide(address, parent, scalarKernel);
      steps.push({ address, parent, result });
      addStatistics(statistics, result.statistics);
      boring.push(...result.boring);
      for (const child of result.interesting) next.set(child.address, child.samples);
    }
    levels.push(next);
  }
  return { levels, boring, steps, statistics };
}
