import type { Address } from '../../tile/address.js';
import { readBounded } from '../files.js';
import { remakeRaw, repaintTile, settleBoring, tidyBoring } from './heal.js';
import type { Step } from './check.js';
import type { Made, Maker, Problem } from './problem.js';

/** No raw file or picture is longer, in bytes. */
const MAX_BYTES = 2_000_000;

/**
 * The step that computes tiles anew and compares every byte: raw files, pictures, and lines of boring.txt.
 *
 * @param choose which of all tiles
 * @param onProgress told how many have been compared
 */
export function deepStep(
  maker: Maker,
  choose: (all: Address[]) => Address[],
  onProgress: (done: number, of: number) => void,
): Step {
  return {
    name: 'tiles are what the mathematics says',
    run: async ({ layout, places, boring }) => {
      const problems: Problem[] = [];
      const chosen = choose([...places.keys(), ...boring.tiles.keys()]);
      for (const [i, address] of chosen.entries()) {
        const made = maker.make(address);
        const place = places.get(address)?.[0];
        const problem =
          place === undefined
            ? lineProblem(address, boring.tiles.get(address), made)
            : ((await rawProblem(address, place.path, made)) ??
              (await pictureProblem(address, layout.tile(address), place.path, made)));
        if (problem !== null) problems.push(problem);
        onProgress(i + 1, chosen.length);
      }
      return { examined: chosen.length, problems };
    },
  };
}

/**
 * Some of the tiles.
 *
 * @param random from 0 to 1
 */
export function chooseSome(all: Address[], count: number, random: () => number): Address[] {
  for (let i = 0; i < Math.min(count, all.length); i++) {
    const j = i + Math.floor(random() * (all.length - i));
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, count);
}

function lineProblem(address: Address, period: number | undefined, made: Made): Problem | null {
  if ('period' in made && made.period === period) return null;
  const is = 'period' in made ? `boring of period ${made.period}` : 'not boring';
  return {
    address,
    kind: 'boring line',
    found: `boring.txt says period ${period ?? 'none'}, and it is ${is}`,
    remedy: '--repair writes boring.txt without it and makes the tile again',
    heal: 'period' in made ? tidyBoring((tile) => tile === address) : settleBoring(address, null, address),
  };
}

async function rawProblem(address: Address, path: string, made: Made): Promise<Problem | null> {
  const isWrong = async (right: Made): Promise<boolean> => {
    const bytes = await readBounded(path, MAX_BYTES).catch(() => null);
    return bytes !== null && ('period' in right || !same(bytes, right.raw));
  };
  if (!(await isWrong(made))) return null;
  const found =
    'period' in made
      ? `${path} is there, and it is boring`
      : `${path} holds other samples or another archive`;
  const remedy = '--repair makes it again';
  return { address, kind: 'wrong bytes', found, remedy, heal: remakeRaw(address, path, isWrong) };
}

async function pictureProblem(
  address: Address,
  path: string,
  raw: string,
  made: Made,
): Promise<Problem | null> {
  const bytes = await readBounded(path, MAX_BYTES).catch(() => null);
  if (bytes === null || 'period' in made || same(bytes, made.picture)) return null;
  const found = `${path} shows something else`;
  return {
    address,
    kind: 'wrong bytes',
    found,
    remedy: '--repair makes it again',
    heal: repaintTile(address, raw),
  };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
