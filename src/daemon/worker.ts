import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../cache/cache-error.js';
import { isGone, publish, writeDurably } from '../cache/files.js';
import { listAddresses } from '../cache/listing.js';
import { listClients } from '../cache/liveness.js';
import { pictureFlaw } from '../cache/picture-file.js';
import { readRaw } from '../cache/raw-file.js';
import { Layout, type WorkLayout } from '../cache/layout.js';
import { encodeBoringPicture, encodePicture } from '../image/picture.js';
import { isThemeName, type ThemeName } from '../image/themes.js';
import { tileFromNothing } from '../subdivide/from-nothing.js';
import { noStatistics } from '../subdivide/statistics.js';
import { subdivide, subdivideAll, type Parent, type Subdivision } from '../subdivide/subdivide.js';
import { levelOf, parentOf, type Address } from '../tile/address.js';
import { DIGITS_PER_FOLDER } from '../tile/folding.js';
import { encodeRaw } from '../tile/raw.js';
import type { Samples } from '../tile/samples.js';
import type { Job, Outcome } from './job.js';
import { bestKernel, deepSampler } from './kernel.js';

/**
 * The worker thread: reads, computes, encodes and writes, all below the client's own work folder. Names in the shared
 * folders are the main thread's business.
 */
export default async function perform(job: Job): Promise<Outcome[]> {
  if (!isThemeName(job.theme)) throw new RangeError(`expected a known theme, got ${job.theme}`);
  const layout = new Layout(job.root, job.image);
  const work = layout.work(job.client);
  const [first] = job.tasks;
  if (first.kind === 'remake') return [await remake(first.address, layout, work)];
  return await subdivideClaimed(job, job.theme, layout, work);
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
async function subdivideClaimed(
  job: Job,
  theme: ThemeName,
  layout: Layout,
  work: WorkLayout,
): Promise<Outcome[]> {
  const read = await Promise.all(job.tasks.map(async ({ address }) => await readParent(work, address)));
  const parents = read.filter((one) => 'samples' in one);
  const subdivisions = subdivideAll(parents, bestKernel(), deepSampler());
  const stored = await Promise.all(
    subdivisions.map(async (result, i) => await store(parents[i].address, result, job, theme, layout, work)),
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

/** Writes a tile's children and their pictures. */
async function store(
  address: Address,
  { interesting, boring, statistics }: Subdivision,
  job: Job,
  theme: ThemeName,
  layout: Layout,
  work: WorkLayout,
): Promise<Outcome> {
  const files = interesting.flatMap((child) => [
    { path: work.done(child.address), bytes: encodeRaw(child.samples) },
    { path: work.tile(child.address), bytes: encodePicture(child.samples, theme, job.image) },
  ]);
  try {
    if (levelOf(address) >= DIGITS_PER_FOLDER) await makeFoldedFolders(files.map(({ path }) => path));
    await Promise.all(files.map(async ({ path, bytes }) => await writeDurably(path, bytes)));
    for (const period of new Set(boring.map((child) => child.period))) {
      // The picture of a period never changes, so an old one will do, if it is whole.
      if ((await pictureFlaw(layout.tile({ period }), job.image)) === null) continue;
      // Other threads make the same one, and the next merge takes it, whoever's it is: it must be whole at any time.
      await publish(work.tile({ period }), encodeBoringPicture(period, theme, job.image));
    }
    return { kind: 'subdivided', result: { address, boring }, statistics };
  } catch (error) {
    return isGone(error) ? { kind: 'gone' } : failure(error);
  }
}

async function makeFoldedFolders(paths: readonly string[]): Promise<void> {
  for (const folder of new Set(paths.map(dirname))) await mkdir(folder, { recursive: true });
}

/** Makes a tile's raw file again: the same bits, because it comes from the same parent by the same way. */
async function remake(address: Address, layout: Layout, work: WorkLayout): Promise<Outcome> {
  try {
    const samples = await remakeSamples(address, layout);
    if (typeof samples === 'string') return { kind: 'orphan', reason: samples };
    await publish(work.todo(address), encodeRaw(samples));
    return { kind: 'remade' };
  } catch (error) {
    return failure(error);
  }
}

/** The samples of a tile from its parent in done/, or the reason why there are none. */
async function remakeSamples(address: Address, layout: Layout): Promise<Samples | string> {
  const parent = parentOf(address);
  if (parent === null) return tileFromNothing(address, bestKernel(), noStatistics(), deepSampler());
  const path = await findRaw(parent, layout);
  if (path === null) return `its parent ${parent} is nowhere`;
  const stored = await readRaw(path);
  if (stored === null) throw Object.assign(new Error(`${path} has moved`), { code: 'ESTALE' }); // and is tried again
  const samples = typeof stored === 'string' ? await remakeSamples(parent, layout) : stored;
  if (typeof samples === 'string') return samples;
  const { interesting } = subdivide(parent, samples, bestKernel(), deepSampler());
  return interesting.find((child) => child.address === address)?.samples ?? 'it is boring';
}

/** Where a tile is that was subdivided, or is being so: by listing, for a name may be denied by a cache of NFS. */
async function findRaw(address: Address, layout: Layout): Promise<string | null> {
  if ((await listAddresses(layout.doneFolder)).includes(address)) return layout.done(address);
  for (const client of await listClients(layout)) {
    const work = layout.work(client);
    if ((await listAddresses(work.readyFolder)).includes(address)) return work.ready(address);
    if ((await listAddresses(work.todoFolder)).includes(address)) return work.todo(address);
  }
  return (await listAddresses(layout.todoFolder)).includes(address) ? layout.todo(address) : null;
}
