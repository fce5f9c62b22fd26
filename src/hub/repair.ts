import { setTimeout as delay } from 'node:timers/promises';
import type { Step } from '../cache/check/check.js';
import { deepStep } from '../cache/check/deep.js';
import type { Maker, Problem } from '../cache/check/problem.js';
import { repairCache } from '../cache/check/repair.js';
import type { Layout } from '../cache/layout.js';
import { createMaker } from '../daemon/maker.js';
import { isThemeName } from '../image/themes.js';
import { isAddress, isWithin, parentOf, type Address } from '../tile/address.js';
import type { JudgeAnswer, JudgeJob } from './judge-job.js';

/** Looked at so often: whoever subdivides a false tile meanwhile brings false ones after its repair. */
const MAX_ROUNDS = 20;
const PAUSE_MS = 1000;

/** Makes everything below some tiles again that is not what the mathematics says, until there is nothing of that kind. */
export async function repairBelow(
  { addresses, isThorough, client, lease, theme, image }: JudgeJob & { kind: 'repair' },
  layout: Layout,
): Promise<JudgeAnswer> {
  if (!isThemeName(theme)) throw new RangeError(`expected a known theme, got ${theme}`);
  const maker = createMaker(theme, image);
  const isMeant = (tile: string): boolean =>
    isAddress(tile) && addresses.some((address) => tile !== address && isWithin(tile, address));
  const step = fallStep(addresses, isThorough, maker);
  const options = { name: `${client}-audit`, lease, more: [step], onStep: () => undefined };
  let mended = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (round > 0) await delay(PAUSE_MS);
    const repaired = await repairCache(layout, options, maker, () => undefined);
    const count = repaired.mended.filter((one) => isMeant(one.address)).length;
    mended += count;
    if (count === 0 && !repaired.left.some((one) => isMeant(one.address)))
      return { kind: 'repaired', mended };
  }
  return { kind: 'failed', code: 'EREPAIR', reason: `${addresses.join(' ')}: not all can be mended now` };
}

/**
 * The step that looks from above for what is false: only where a tile is, or was, something below it may be. What is deepest is mended first, so that
 * whoever begins again finds the way.
 */
function fallStep(addresses: readonly Address[], isThorough: boolean, maker: Maker): Step {
  const wrong = new Set<Address>(addresses);
  const right = new Set<Address>();
  const isBelowWrong = (tile: Address): boolean => {
    const parent = parentOf(tile);
    if (isThorough) return addresses.some((address) => tile !== address && isWithin(tile, address));
    return parent !== null && wrong.has(parent);
  };
  return {
    name: 'what was made of false tiles is right',
    run: async (scene) => {
      const all = [...scene.places.keys(), ...scene.boring.tiles.keys()];
      const problems: Problem[] = [];
      const seen = new Set<Address>();
      for (;;) {
        const next = all.filter((tile) => !seen.has(tile) && !right.has(tile) && isBelowWrong(tile));
        if (next.length === 0) break;
        const found = await deepStep(
          maker,
          () => next,
          () => undefined,
        ).run(scene);
        problems.push(...found.problems);
        const flawed = new Set(found.problems.map(({ address }) => address));
        for (const tile of next) {
          seen.add(tile);
          if (flawed.has(tile)) wrong.add(tile);
          else if (!wrong.has(tile)) right.add(tile);
        }
      }
      problems.sort((a, b) => b.address.length - a.address.length);
      return { examined: seen.size, problems };
    },
  };
}
