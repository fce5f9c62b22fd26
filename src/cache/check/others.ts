import { join } from 'node:path';
import { parentOf, type Address } from '../../tile/address.js';
import { unfoldAddress } from '../../tile/folding.js';
import { boringAncestor } from '../boring-file.js';
import { listAll, modificationTime } from '../files.js';
import { CLOCK_PREFIX, type Layout } from '../layout.js';
import { pictureFlaw } from '../picture-file.js';
import { aside, hasFile, recovery, removal, repaintPeriod, repaintTile, tidyBoring } from './heal.js';
import type { Findings, Problem } from './problem.js';
import { tileFolders, type Scene } from './scene.js';

/** The steps of the check that look at everything but tiles. */

/** Temporary files that have not been written for so long are nobody's, in milliseconds. */
const LEFT_MS = 3_600_000;

/** Whether the folders of tiles hold nothing else. */
export async function checkStrays({ layout, strays, places }: Scene): Promise<Findings> {
  const paths = new Map(tileFolders(layout).map(({ name, path }) => [name, path]));
  const problems = strays.map(({ folder, path, reason }): Problem => {
    const remedy = `--repair sets it aside into bad/${folder === 'todo' || folder === 'want' ? ', as the next daemon does' : ''}`;
    const heal = aside(join(paths.get(folder) ?? layout.badFolder, path));
    return { address: `${folder}/${path}`, kind: 'stray', found: reason, remedy, heal };
  });
  return { examined: places.size + strays.length, problems };
}

/** Whether the lines of boring.txt are lines, each of another tile. */
export async function checkBoring({ boring, census }: Scene): Promise<Findings> {
  const remedy = 'readers skip it; --repair writes boring.txt without it';
  const line = (address: string, found: string, heal = tidyBoring()): Problem => ({
    address,
    kind: 'boring line',
    found,
    remedy,
    heal,
  });
  const problems = boring.invalid.map(({ line: number, text }) =>
    line(`boring.txt:${number}`, `expected "<address> <period>", found ${JSON.stringify(text)}`),
  );
  for (const address of boring.duplicates)
    problems.push(line(address, 'it stands in boring.txt more than once'));
  const ahead = new Set(census.ahead);
  for (const address of boring.tiles.keys()) {
    const parent = parentOf(address);
    const above = parent === null ? null : boringAncestor(boring.tiles, parent);
    // One that was made before its ancestor was found boring is right.
    if (above === null || ahead.has(address)) continue;
    problems.push(
      line(
        address,
        `it lies within ${above.address}, which is boring`,
        tidyBoring((tile) => tile === address),
      ),
    );
  }
  return { examined: boring.tiles.size + problems.length, problems };
}

/** Whether every tile and every boring period has its picture, and no picture is of nothing. */
export async function checkPictures({
  layout,
  places,
  boring,
  pictures,
  arriving,
}: Scene): Promise<Findings> {
  const problems: Problem[] = [];
  const suffix = `.${layout.format}`;
  const seen = new Set<string>();
  const require = async (address: string, path: string, heal: Problem['heal']): Promise<void> => {
    seen.add(relative(layout, path));
    const flaw = await pictureFlaw(path, layout.format);
    if (flaw === null) return;
    const kind = flaw === 'it is missing' ? 'missing picture' : 'damaged picture';
    problems.push({ address, kind, found: `${path}: ${flaw}`, remedy: '--repair makes it again', heal });
  };
  // A claimed tile has its picture as well: it was published before the tile could be claimed.
  for (const [address, [first]] of places) {
    await require(address, layout.tile(address), repaintTile(address, first.path));
  }
  for (const period of new Set(boring.tiles.values())) {
    await require(`P${period}`, layout.tile({ period }), repaintPeriod(period));
  }
  for (const file of pictures) {
    const subject = subjectOf(file, suffix);
    if (seen.has(file) || subject === 'period') continue;
    if (subject !== null && (places.has(subject) || arriving.has(subject))) continue;
    const isDue = async (): Promise<boolean> => subject === null || !(await hasFile(layout, subject));
    const heal = removal(join(layout.tileFolder, file), isDue);
    const found = 'no tile belongs to it';
    problems.push({
      address: `tile/${file}`,
      kind: 'needless picture',
      found,
      remedy: '--repair removes it',
      heal,
    });
  }
  return { examined: seen.size, problems };
}

function relative(layout: Layout, path: string): string {
  return path.slice(layout.tileFolder.length + 1);
}

/** The tile that a picture in tile/ shows, the period that it stands for, or null. */
function subjectOf(file: string, suffix: string): Address | 'period' | null {
  if (!file.endsWith(suffix)) return null;
  const name = file.slice(0, -suffix.length);
  // A period's picture may come before the first line.
  if (/^P(0|[1-9][0-9]*)$/.test(name)) return 'period';
  try {
    return unfoldAddress(name);
  } catch {
    return null;
  }
}

/** Whether nothing is left of clients and commands that were killed. */
export async function checkLeftovers({ layout, clients, dead, now }: Scene): Promise<Findings> {
  const problems: Problem[] = dead.map(({ name, age }) => ({
    address: `work/${name}`,
    kind: 'leftover',
    found: `its client has been silent for ${age.toFixed(0)} s`,
    remedy: 'the next daemon recovers it, and so does --repair',
    heal: recovery(name),
  }));
  const folders = [layout.root, layout.workFolder, layout.tileFolder, layout.referenceFolder];
  for (const folder of [...folders, ...tileFolders(layout).map(({ path }) => path)]) {
    for (const name of await listAll(folder)) {
      if (!/^\.[-0-9a-f]{36}\.tmp$/.test(name) && !name.startsWith(CLOCK_PREFIX)) continue;
      const path = join(folder, name);
      const time = await modificationTime(path).catch(() => null);
      if (time === null || time > now - LEFT_MS) continue;
      problems.push({
        address: path.slice(layout.root.length + 1),
        kind: 'leftover',
        found: 'a temporary file that nobody has written for an hour',
        remedy: '--repair removes it',
        heal: removal(path, async () => await Promise.resolve(true)),
      });
    }
  }
  return { examined: clients.length, problems };
}
