import { childOf, levelOf, lineage, parentOf, QUADRANTS, ROOT, type Address } from '../../tile/address.js';
import { boringAncestor } from '../boring-file.js';
import { standsAt } from '../files.js';
import { readRaw } from '../raw-file.js';
import {
  isDamaged,
  markAhead,
  nowTime,
  onlyFirst,
  remakeRaw,
  removal,
  restoration,
  settleBoring,
} from './heal.js';
import type { Findings, Problem } from './problem.js';
import type { Scene } from './scene.js';

/** The steps of the check that look at tiles. */

/** A tile’s time may be so far ahead of the file server’s, in milliseconds: copied from a machine whose clock was wrong, it only waits. */
const MAX_AHEAD_MS = 86_400_000;

/** Whether raw files are whole. */
export async function checkRaws({ places, times, now }: Scene): Promise<Findings> {
  const problems: Problem[] = [];
  for (const [address, found] of places) {
    for (const { name, path } of found) {
      const flaw = await rawFlaw(path);
      if (flaw === null) continue;
      const isOurs = name === 'done' || name === 'todo';
      problems.push({
        address,
        kind: 'damaged raw',
        found: `${path}: ${flaw}`,
        remedy: isOurs ? '--repair makes it again' : 'its client, or whoever recovers that, makes it again',
        heal: isOurs ? remakeRaw(address, path, async () => await isDamaged(path)) : null,
      });
    }
  }
  for (const [address, time] of times) {
    if (time <= now + MAX_AHEAD_MS) continue;
    const path = places.get(address)?.find(({ name }) => name === 'todo')?.path;
    if (path === undefined) continue;
    const found = `its time is ${((time - now) / 1000).toFixed(0)} s ahead of the file server's, so it would be the last one`;
    const remedy = '--repair gives it the time of now';
    problems.push({ address, kind: 'future time', found, remedy, heal: nowTime(path, now) });
  }
  return { examined: places.size, problems };
}

/** What is wrong with a raw file; null when it is whole, or has moved on meanwhile. */
async function rawFlaw(path: string): Promise<string | null> {
  try {
    const found = await readRaw(path);
    return typeof found === 'string' ? found : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether each tile is in one place. */
export async function checkPlaces({ places, boring }: Scene): Promise<Findings> {
  const problems: Problem[] = [];
  for (const [address, found] of places) {
    if (found.length > 1) {
      problems.push({
        address,
        kind: 'duplicate',
        found: `it is at ${found.map(({ path }) => path).join(' and ')}`,
        remedy: `--repair keeps ${found[0].path}`,
        heal: onlyFirst(found),
      });
    }
    for (const ancestor of lineage(address)) {
      if (!boring.tiles.has(ancestor)) continue;
      const is =
        ancestor === address ? 'it is in boring.txt too' : `it lies within ${ancestor}, which is boring`;
      const remedy = '--repair computes which of the two is right and removes the other';
      const heal = settleBoring(ancestor, found[0], address);
      problems.push({ address, kind: 'below boring', found: is, remedy, heal });
    }
  }
  return { examined: places.size, problems };
}

/** Whether every child of every tile in done/ is there, and nothing else. */
export async function checkPyramid(scene: Scene): Promise<Findings> {
  const { census, places, boring, arriving } = scene;
  const ahead = new Set(census.ahead);
  const isDone = (address: Address): boolean =>
    places.get(address)?.some(({ name }) => name === 'done') ?? false;
  const isThere = (address: Address): boolean => places.has(address) || boring.tiles.has(address);
  const missing: Problem[] = [];
  const miss = (address: Address, found: string): void => {
    const remedy = '--repair makes it again';
    missing.push({ address, kind: 'missing', found, remedy, heal: restoration(address) });
  };
  if (!isThere(ROOT)) miss(ROOT, 'the root tile is nowhere');
  for (const parent of places.keys()) {
    if (!isDone(parent)) continue;
    for (const quadrant of QUADRANTS) {
      const address = childOf(parent, quadrant);
      if (!isThere(address)) miss(address, `its parent ${parent} is in done/, but it is nowhere`);
    }
  }
  const orphans: Problem[] = [];
  for (const address of [...places.keys(), ...boring.tiles.keys()]) {
    const parent = parentOf(address);
    if (parent === null || isDone(parent) || ahead.has(address) || arriving.has(address)) continue;
    // One below a boring one is told of with that.
    if (!places.has(address) && boringAncestor(boring.tiles, parent) !== null) continue;
    const found = `its parent ${parent} is not in done/`;
    const remedy = '--repair marks it as made ahead of its parent, so that it is dropped when it comes again';
    orphans.push({ address, kind: 'orphan', found, remedy, heal: markAhead(address) });
  }
  // From above, so that what is made again stands where what is below it belongs.
  missing.sort((a, b) => a.address.length - b.address.length);
  const problems = [...missing, ...orphans, ...checkMarks(scene, isDone, isThere)];
  return { examined: places.size + boring.tiles.size + ahead.size, problems };
}

/** The marks of tiles that were made ahead of their parents. */
function checkMarks(
  { layout, census, arriving }: Scene,
  isDone: (address: Address) => boolean,
  isThere: (address: Address) => boolean,
): Problem[] {
  return census.ahead.flatMap((address): Problem[] => {
    const parent = parentOf(address);
    const path = layout.ahead(address);
    const remedy = `--repair removes ${path}`;
    if (parent === null || isDone(parent)) {
      const found = 'it is marked as made ahead of its parent, which is in done/';
      const heal = removal(path, async () => parent === null || (await standsAt(layout.done(parent))));
      return [{ address, kind: 'needless mark', found, remedy, heal }];
    }
    if (isThere(address) || arriving.has(address)) return [];
    const found = 'it was made ahead of its parent, but is nowhere';
    const heal = removal(path, async () => levelOf(address) > 0);
    return [{ address, kind: 'missing', found, remedy: `${remedy}; "mandeld want" asks for it again`, heal }];
  });
}
