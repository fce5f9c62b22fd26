import { systemCode } from '../cache-error.js';
import { underLock } from '../observe.js';
import { hasDied } from '../liveness.js';
import type { Layout } from '../layout.js';
import { processTable } from '../process-table.js';
import { serverTime } from '../server-time.js';
import { checkCache, type CheckOptions } from './check.js';
import type { Maker, Problem } from './problem.js';

/** What a repair did. */
export interface Repaired {
  /** Problems that were mended. */
  readonly mended: readonly Problem[];
  /** Those that are still there. */
  readonly left: readonly Problem[];
}

/** What is mended may bring something else to light: a tile that is there again has children. So often is it looked at again. */
const MAX_ROUNDS = 12;
/** The lock is given back after so long, in milliseconds: daemons may be running. */
const SECTION_MS = 200;

/**
 * Checks a cache and mends what it finds, until there is nothing left that can be mended. Daemons may run meanwhile.
 *
 * @param onMended told of each problem that was mended
 */
export async function repairCache(
  layout: Layout,
  options: CheckOptions,
  maker: Maker,
  onMended: (problem: Problem) => void,
): Promise<Repaired> {
  const mended: Problem[] = [];
  let left = await checkCache(layout, options);
  for (let round = 0; round < MAX_ROUNDS && left.some(({ heal }) => heal !== null); round++) {
    const before = mended.length;
    for (const problem of await mendAll(layout, options, left, maker)) {
      mended.push(problem);
      onMended(problem);
    }
    left = await checkCache(layout, { ...options, onStep: () => undefined });
    if (mended.length === before) break;
  }
  return { mended, left };
}

async function mendAll(
  layout: Layout,
  { name, lease }: CheckOptions,
  problems: readonly Problem[],
  maker: Maker,
): Promise<Problem[]> {
  const mended: Problem[] = [];
  const isDead = async (client: string): Promise<boolean> =>
    await hasDied(layout, client, await serverTime(layout.clock(name)), lease, processTable());
  for (let next = 0; next < problems.length;) {
    // What takes long is computed before the lock is taken; the maker remembers its last tile.
    const { heal } = problems[next];
    if (heal?.needs !== undefined) maker.make(heal.needs);
    await underLock(layout, name, async (held) => {
      const end = performance.now() + SECTION_MS;
      for (let first = true; next < problems.length && performance.now() < end; first = false) {
        const problem = problems[next];
        if (!first && problem.heal?.needs !== undefined) return;
        next++;
        try {
          if (await problem.heal?.act({ layout, held, maker, isDead })) mended.push(problem);
        } catch (error) {
          // One that cannot be mended, for want of rights perhaps, stays; it must not keep the others from being mended.
          if (systemCode(error) === undefined) throw error;
        }
      }
    });
  }
  return mended;
}
