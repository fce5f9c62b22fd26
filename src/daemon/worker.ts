import { publish } from '../cache/files.js';
import { belongs } from '../cache/reach.js';
import { readRaw } from '../cache/raw-file.js';
import { Layout, type WorkLayout } from '../cache/layout.js';
import { isThemeName } from '../image/themes.js';
import { boringPeriod } from '../subdivide/boring.js';
import { tileFromNothing } from '../subdivide/from-nothing.js';
import { noStatistics } from '../subdivide/statistics.js';
import { subdivideAll, type Parent } from '../subdivide/subdivide.js';
import { levelOf, type Address } from '../tile/address.js';
import { encodeRaw } from '../tile/raw.js';
import type { Job, Outcome } from './job.js';
import { bestKernel, deepSampler } from './kernel.js';
import { loadReferences, saveReferences } from './references.js';
import { failure, storeTiles, type Place } from './store-tiles.js';

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
      return await storeTiles(result, interesting, statistics, place);
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
  return await storeTiles(result, period === null ? [{ address, samples }] : [], statistics, place);
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
