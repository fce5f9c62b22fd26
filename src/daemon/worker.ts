import { dirname } from 'node:path';
import { systemCode } from '../cache/cache-error.js';
import { isGone, makeFolds, publish } from '../cache/files.js';
import { assertWay } from '../cache/folders.js';
import type { Result } from '../cache/merge.js';
import { belongs } from '../cache/reach.js';
import { pictureFlaw } from '../cache/picture-file.js';
import { readRaw } from '../cache/raw-file.js';
import { Layout, type WorkLayout } from '../cache/layout.js';
import { encodeBoringPicture, encodePicture } from '../image/picture.js';
import { isThemeName, type ThemeName } from '../image/themes.js';
import { boringPeriod } from '../subdivide/boring.js';
import { tileFromNothing } from '../subdivide/from-nothing.js';
import { noStatistics, type Statistics } from '../subdivide/statistics.js';
import { subdivideAll, type InterestingChild, type Parent } from '../subdivide/subdivide.js';
import { levelOf, type Address } from '../tile/address.js';
import { isFolded } from '../tile/folding.js';
import type { PictureFormat } from '../tile/picture-format.js';
import { encodeRaw } from '../tile/raw.js';
import type { Job, Outcome } from './job.js';
import { bestKernel, deepSampler } from './kernel.js';
import { loadReferences, saveReferences } from './references.js';

/**
 * The worker thread: reads, computes, encodes and writes, all below the client's own work folder. Names in the shared
 * folders are the main thread's business.
 */
export default async function perform(job: Job): Promise<Outcome[]> {
  if (!isThemeName(job.theme)) throw new RangeError(`expected a known theme, got ${job.theme}`);
  const layout = new Layout(job.root, job.image);
  const work = layout.work(job.client);
  const place = { layout, work, theme: job.theme, image: job.image };
  const [{ kind, address }] = job.tasks;
  if (kind === 'remake') return [await remake(address, place)];
  if (kind === 'make') return [await make(address, place)];
  return await subdivideClaimed(
    job.tasks.map((task) => task.address),
    place,
  );
}

/** Where results go, and how they look. */
interface Place {
  readonly layout: Layout;
  readonly work: WorkLayout;
  readonly theme: ThemeName;
  readonly image: PictureFormat;
}

/**
 * The outcome of what the file system refused.
 *
 * @throws the error when it is no such thing
 */
function failure(error: unknown): Outcome {
  const code = systemCode(error);
  if (code === undefined || !(error instanceof Error)) throw error;
  return { kind: 'failed', code, reason: error.message };
}

/** Reads all, computes all together, writes all at once: waiting for the disk is most of it. */
async function subdivideClaimed(addresses: readonly Address[], place: Place): Promise<Outcome[]> {
  const read = await Promise.all(addresses.map(async (address) => await readParent(place.work, address)));
  const parents = read.filter((one) => 'samples' in one);
  const sampler = deepSampler();
  for (const { address } of parents)
    await loadReferences(place.layout, sampler, address, levelOf(address) + 1);
  const subdivisions = subdivideAll(parents, bestKernel(), sampler);
  await saveReferences(place.layout, sampler);
  const stored = await Promise.all(
    subdivisions.map(async ({ interesting, boring, statistics }, i) => {
      const result = { kind: 'subdivided', address: parents[i].address, boring } as const;
      return await store(result, interesting, statistics, place);
    }),
  );
  return read.map((one) => ('samples' in one ? stored[parents.indexOf(one)] : one));
}

/** A claimed tile, or what is wrong with it. */
async function readParent(work: WorkLayout, address: Address): Promise<Parent | Outcome> {
  try {
    const samples = await readRaw(work.todo(address));
    if (samples === null) return { kind: 'gone' };
    return typeof samples === 'string' ? { kind: 'damaged', reason: samples } : { address, samples };
  } catch (error) {
    return failure(error);
  }
}

/** Makes a tile that was asked for. */
async function make(address: Address, place: Place): Promise<Outcome> {
  const statistics = noStatistics();
  const sampler = deepSampler();
  await loadReferences(place.layout, sampler, address, levelOf(address));
  const samples = tileFromNothing(address, bestKernel(), statistics, sampler);
  await saveReferences(place.layout, sampler);
  const period = boringPeriod(samples);
  const result = { kind: 'made', address, boring: period === null ? [] : [{ address, period }] } as const;
  return await store(result, period === null ? [{ address, samples }] : [], statistics, place);
}

/** Writes tiles and pictures. */
async function store(
  result: Result,
  interesting: readonly InterestingChild[],
  statistics: Statistics,
  { layout, work, theme, image }: Place,
): Promise<Outcome> {
  const files = interesting.flatMap(({ address, samples }) => [
    { path: work.done(address), bytes: encodeRaw(samples) },
    { path: work.tile(address), bytes: encodePicture(samples, theme, image) },
  ]);
  try {
    const folded = files.map(({ path }) => path).filter(isFolded);
    for (const path of new Map(folded.map((one) => [dirname(one), one])).values()) {
      await assertWay(work.folder, path);
      await makeFolds(path);
    }
    // Another thread may write the same one, as its parent's child, and a merge take it: it must be whole at any time.
    await Promise.all(files.map(async ({ path, bytes }) => await publish(path, bytes)));
    for (const period of new Set(result.boring.map((tile) => tile.period))) {
      // The picture of a period never changes, so an old one will do, if it is whole.
      if ((await pictureFlaw(layout.tile({ period }), image)) === null) continue;
      // Other threads make the same one, and the next merge takes it, whoever's it is: it must be whole at any time.
      await publish(work.tile({ period }), encodeBoringPicture(period, theme, image));
    }
    return { kind: 'computed', result, statistics };
  } catch (error) {
    return isGone(error) ? { kind: 'gone' } : failure(error);
  }
}

/** Makes a tile's raw file again: the same bits, whether it came from its parent or from nothing. */
async function remake(address: Address, { layout, work }: Place): Promise<Outcome> {
  try {
    if (!(await belongs(layout, address))) return { kind: 'needless', reason: 'nothing leads to it' };
    await loadReferences(layout, deepSampler(), address, levelOf(address));
    const samples = tileFromNothing(address, bestKernel(), noStatistics(), deepSampler());
    if (boringPeriod(samples) !== null) return { kind: 'needless', reason: 'it is boring' };
    await publish(work.todo(address), encodeRaw(samples));
    return { kind: 'remade' };
  } catch (error) {
    return failure(error);
  }
}
