import { childOf, lineage, parentOf, QUADRANTS, ROOT, type Address } from '../tile/address.js';
import { unfoldAddress } from '../tile/folding.js';
import { readBoring, type BoringContents } from './boring-file.js';
import { takeCensus, type Census } from './census.js';
import type { Layout } from './layout.js';
import { listPaths, listTiles, MARKERS, RAWS, type Stray } from './listing.js';
import { observe } from './observe.js';
import { pictureFlaw } from './picture-file.js';
import { readRaw } from './raw-file.js';

/** What can be wrong with a cache; the remedies are told with each. */
export type ProblemKind =
  | 'stray' // something in a folder that does not belong there
  | 'damaged raw'
  | 'duplicate' // a tile in two places
  | 'orphan' // a tile whose parent is not done, and that was not made ahead of it
  | 'missing' // a child of a done tile, or a tile made ahead, that is nowhere
  | 'needless mark' // of a tile made ahead whose parent is done by now
  | 'below boring' // a tile within a boring one
  | 'boring line' // a line of boring.txt that is none, or stands there twice
  | 'missing picture'
  | 'damaged picture'
  | 'needless picture'; // of a tile that is not there

/** Something that is wrong. */
export interface Problem {
  /** The tile's address, or what else is meant: a path, `P2`, a line number. */
  readonly address: string;
  readonly kind: ProblemKind;
  /** What was found. */
  readonly found: string;
  /** What to do. */
  readonly remedy: string;
}

/** A step of the check, when it is through. */
export interface StepReport {
  readonly step: string;
  /** What it counted. */
  readonly examined: number;
  readonly problems: readonly Problem[];
  readonly milliseconds: number;
}

/** Everything that the steps look at. */
interface Scene {
  readonly layout: Layout;
  readonly census: Census;
  readonly boring: BoringContents;
  readonly strays: readonly (Stray & { readonly folder: string })[];
  /** Where each tile is that is a file. */
  readonly places: ReadonlyMap<Address, readonly Place[]>;
  readonly pictures: ReadonlySet<string>;
  /** Tiles whose merge has begun, and ends when whoever began it is recovered: parts of them may be in their places. */
  readonly arriving: ReadonlySet<Address>;
}

interface Place {
  readonly name: 'todo' | 'done' | 'work';
  readonly path: string;
}

type Findings = { readonly examined: number; readonly problems: Problem[] };

const STEPS: readonly { readonly name: string; readonly run: (scene: Scene) => Promise<Findings> }[] = [
  { name: 'folders hold nothing else', run: checkStrays },
  { name: 'raw files are whole', run: checkRaws },
  { name: 'each tile is in one place', run: checkPlaces },
  { name: 'the pyramid is complete', run: checkPyramid },
  { name: 'boring.txt is sound', run: checkBoring },
  { name: 'pictures are there', run: checkPictures },
];

/**
 * Examines a whole cache and changes nothing. Daemons may run meanwhile.
 *
 * @param name unique among those who look at the same time
 * @param onStep told when a step is through
 */
export async function checkCache(
  layout: Layout,
  name: string,
  onStep: (report: StepReport) => void,
): Promise<Problem[]> {
  const scene = await observe(layout, name, async () => await look(layout));
  const all: Problem[] = [];
  for (const { name: step, run } of STEPS) {
    const start = performance.now();
    const { examined, problems } = await run(scene);
    onStep({ step, examined, problems, milliseconds: performance.now() - start });
    all.push(...problems);
  }
  return all;
}

async function look(layout: Layout): Promise<Scene> {
  const census = await takeCensus(layout);
  const boring = await readBoring(layout.boring);
  const strays = (
    await Promise.all(
      (
        [
          ['todo', layout.todoFolder, RAWS],
          ['done', layout.doneFolder, RAWS],
          ['want', layout.wantFolder, MARKERS],
          ['ahead', layout.aheadFolder, MARKERS],
        ] as const
      ).map(async ([folder, path, naming]) =>
        (await listTiles(path, naming)).strays.map((stray) => ({ ...stray, folder })),
      ),
    )
  ).flat();
  const places = new Map<Address, Place[]>();
  const add = (address: Address, place: Place): void => {
    const known = places.get(address);
    if (known) known.push(place);
    else places.set(address, [place]);
  };
  for (const address of census.todo) add(address, { name: 'todo', path: layout.todo(address) });
  for (const address of census.done) add(address, { name: 'done', path: layout.done(address) });
  for (const { client, todo, ready } of census.work) {
    const work = layout.work(client);
    for (const address of todo) add(address, { name: 'work', path: work.todo(address) });
    for (const address of ready) add(address, { name: 'work', path: work.ready(address) });
  }
  const pictures = new Set(await listPaths(layout.tileFolder));
  const arriving = new Set(
    census.work.flatMap(({ ready, readyWant }) => [
      ...ready.flatMap((parent) => QUADRANTS.map((quadrant) => childOf(parent, quadrant))),
      ...readyWant,
    ]),
  );
  return { layout, census, boring, strays, places, pictures, arriving };
}

async function checkStrays({ strays, places }: Scene): Promise<Findings> {
  const problems = strays.map(({ folder, path, reason }): Problem => {
    const remedy =
      folder === 'todo' || folder === 'want'
        ? 'the next daemon sets it aside into bad/'
        : `move it out of ${folder}/ if nobody needs it`;
    return { address: `${folder}/${path}`, kind: 'stray', found: reason, remedy };
  });
  return { examined: places.size + strays.length, problems };
}

async function checkRaws({ places }: Scene): Promise<Findings> {
  const problems: Problem[] = [];
  for (const [address, found] of places) {
    for (const { name, path } of found) {
      const flaw = await rawFlaw(path);
      if (flaw === null) continue;
      const remedy =
        name === 'done'
          ? 'restore it from a backup, or copy it from another cache; its children are not affected'
          : 'the next daemon that claims it makes it again';
      problems.push({ address, kind: 'damaged raw', found: `${path}: ${flaw}`, remedy });
    }
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

async function checkPlaces({ places, boring }: Scene): Promise<Findings> {
  const problems: Problem[] = [];
  for (const [address, found] of places) {
    if (found.length > 1) {
      const where = found.map(({ path }) => path).join(' and ');
      problems.push({
        address,
        kind: 'duplicate',
        found: `it is at ${where}`,
        remedy: 'keep the one in done/, else the one in work/; remove the other',
      });
    }
    for (const ancestor of lineage(address)) {
      if (!boring.tiles.has(ancestor)) continue;
      const is =
        ancestor === address ? 'it is in boring.txt too' : `it lies within ${ancestor}, which is boring`;
      problems.push({ address, kind: 'below boring', found: is, remedy: 'remove the file and its picture' });
    }
  }
  return { examined: places.size, problems };
}

async function checkPyramid({ layout, census, places, boring, arriving }: Scene): Promise<Findings> {
  const problems: Problem[] = [];
  const ahead = new Set(census.ahead);
  const isDone = (address: Address): boolean =>
    places.get(address)?.some(({ name }) => name === 'done') ?? false;
  if (!places.has(ROOT)) {
    const remedy = 'copy todo/M.raw from a new cache made by "mandeld init"';
    problems.push({ address: ROOT, kind: 'missing', found: 'the root tile is nowhere', remedy });
  }
  for (const address of [...places.keys(), ...boring.tiles.keys()]) {
    const parent = parentOf(address);
    if (parent === null || isDone(parent) || ahead.has(address) || arriving.has(address)) continue;
    const remedy = 'move it out of the cache: it comes again when its parent is subdivided';
    problems.push({ address, kind: 'orphan', found: `its parent ${parent} is not in done/`, remedy });
  }
  for (const parent of places.keys()) {
    if (!isDone(parent)) continue;
    for (const quadrant of QUADRANTS) {
      const address = childOf(parent, quadrant);
      if (places.has(address) || boring.tiles.has(address)) continue;
      const remedy = `touch todo/${address}.raw: the next daemon finds it damaged and makes it again`;
      problems.push({
        address,
        kind: 'missing',
        found: `its parent ${parent} is in done/, but it is nowhere`,
        remedy,
      });
    }
  }
  for (const address of ahead) {
    const parent = parentOf(address);
    if (parent === null || isDone(parent)) {
      const remedy = `remove ${layout.ahead(address)}`;
      const found = 'it is marked as made ahead of its parent, which is in done/';
      problems.push({ address, kind: 'needless mark', found, remedy });
    } else if (!places.has(address) && !boring.tiles.has(address) && !arriving.has(address)) {
      const remedy = `remove ${layout.ahead(address)}; "mandeld want" asks for it again`;
      problems.push({
        address,
        kind: 'missing',
        found: 'it was made ahead of its parent, but is nowhere',
        remedy,
      });
    }
  }
  return { examined: places.size + boring.tiles.size + ahead.size, problems };
}

async function checkBoring({ boring }: Scene): Promise<Findings> {
  const remedy = 'readers skip it; remove it while no daemon runs';
  const problems: Problem[] = boring.invalid.map(({ line, text }) => ({
    address: `boring.txt:${line}`,
    kind: 'boring line',
    found: `expected "<address> <period>", found ${JSON.stringify(text)}`,
    remedy,
  }));
  for (const address of boring.duplicates) {
    problems.push({ address, kind: 'boring line', found: 'it stands in boring.txt more than once', remedy });
  }
  return { examined: boring.tiles.size + problems.length, problems };
}

async function checkPictures({ layout, places, boring, pictures, arriving }: Scene): Promise<Findings> {
  const problems: Problem[] = [];
  const suffix = `.${layout.format}`;
  const seen = new Set<string>();
  const require = async (address: string, path: string, file: string): Promise<void> => {
    seen.add(file);
    const flaw = await pictureFlaw(path, layout.format);
    if (flaw === null) return;
    const remedy = `restore ${path} from a backup, or copy it from another cache with this theme`;
    const kind = flaw === 'it is missing' ? 'missing picture' : 'damaged picture';
    problems.push({ address, kind, found: `${path}: ${flaw}`, remedy });
  };
  for (const [address, found] of places) {
    // A claimed tile has its picture as well: it was published before the tile could be claimed.
    if (found.length > 0)
      await require(address, layout.tile(address), relative(layout, layout.tile(address)));
  }
  for (const period of new Set(boring.tiles.values())) {
    const path = layout.tile({ period });
    await require(`P${period}`, path, relative(layout, path));
  }
  for (const file of pictures) {
    if (
      seen.has(file) ||
      isExpectedPicture(file, suffix, (address) => places.has(address) || arriving.has(address))
    )
      continue;
    const remedy = 'remove it if nobody needs it';
    problems.push({
      address: `tile/${file}`,
      kind: 'needless picture',
      found: 'no tile belongs to it',
      remedy,
    });
  }
  return { examined: seen.size, problems };
}

function relative(layout: Layout, path: string): string {
  return path.slice(layout.tileFolder.length + 1);
}

/** Whether a picture may be there although its tile was not seen: a period's picture may come before the first line. */
function isExpectedPicture(file: string, suffix: string, isKnown: (address: Address) => boolean): boolean {
  if (!file.endsWith(suffix)) return false;
  const name = file.slice(0, -suffix.length);
  if (/^P(0|[1-9][0-9]*)$/.test(name)) return true;
  try {
    return isKnown(unfoldAddress(name));
  } catch {
    return false;
  }
}
