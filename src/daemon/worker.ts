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
import { subdivide } from '../subdivide/subdivide.js';
import { levelOf, parentOf, type Address } from '../tile/address.js';
import { DIGITS_PER_FOLDER } from '../tile/folding.js';
import { encodeRaw } from '../tile/raw.js';
import type { Samples } from '../tile/samples.js';
import type { Job, Outcome } from './job.js';
import { bestKernel } from './kernel.js';

/**
 * The worker thread: reads, computes, encodes and writes, all below the client's own work folder. Names in the shared
 * folders are the main thread's business.
 */
export default async function perform(job: Job): Promise<Outcome> {
  if (!isThemeName(job.theme)) throw new RangeError(`expected a known theme, got ${job.theme}`);
  const layout = new Layout(job.root, job.image);
  const work = layout.work(job.client);
  try {
    return job.kind === 'subdivide'
      ? await subdivideClaimed(job, job.theme, layout, work)
      : await remake(job.address, layout, work);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    return { kind: 'failed', code, reason: error.message };
  }
}

async function subdivideClaimed(
  job: Job,
  theme: ThemeName,
  layout: Layout,
  work: WorkLayout,
): Promise<Outcome> {
  const parent = await readRaw(work.todo(job.address));
  if (parent === null) return { kind: 'gone' };
  if (typeof parent === 'string') return { kind: 'damaged', reason: parent };
  const { interesting, boring, statistics } = subdivide(job.address, parent, bestKernel());
  const files = interesting.flatMap(({ address, samples }) => [
    { path: work.done(address), bytes: encodeRaw(samples) },
    { path: work.tile(address), bytes: encodePicture(samples, theme, job.image) },
  ]);
  try {
    if (levelOf(job.address) >= DIGITS_PER_FOLDER) await makeFoldedFolders(files.map(({ path }) => path));
    // All at once: waiting for the disk is most of it.
    await Promise.all(files.map(async ({ path, bytes }) => await writeDurably(path, bytes)));
    for (const period of new Set(boring.map((child) => child.period))) {
      // The picture of a period never changes, so an old one will do, if it is whole.
      if ((await pictureFlaw(layout.tile({ period }), job.image)) === null) continue;
      // Other threads make the same one, and the next merge takes it, whoever's it is: it must be whole at any time.
      await publish(work.tile({ period }), encodeBoringPicture(period, theme, job.image));
    }
  } catch (error) {
    if (isGone(error)) return { kind: 'gone' };
    throw error;
  }
  return { kind: 'subdivided', result: { address: job.address, boring }, statistics };
}

async function makeFoldedFolders(paths: readonly string[]): Promise<void> {
  for (const folder of new Set(paths.map(dirname))) await mkdir(folder, { recursive: true });
}

/** Makes a tile's raw file again: the same bits, because it comes from the same parent by the same way. */
async function remake(address: Address, layout: Layout, work: WorkLayout): Promise<Outcome> {
  const samples = await remakeSamples(address, layout);
  if (typeof samples === 'string') return { kind: 'orphan', reason: samples };
  await publish(work.todo(address), encodeRaw(samples));
  return { kind: 'remade' };
}

/** The samples of a tile from its parent in done/, or the reason why there are none. */
async function remakeSamples(address: Address, layout: Layout): Promise<Samples | string> {
  const parent = parentOf(address);
  if (parent === null) return tileFromNothing(address, bestKernel(), noStatistics());
  const path = await findRaw(parent, layout);
  if (path === null) return `its parent ${parent} is nowhere`;
  const stored = await readRaw(path);
  if (stored === null) throw Object.assign(new Error(`${path} has moved`), { code: 'ESTALE' }); // and is tried again
  const samples = typeof stored === 'string' ? await remakeSamples(parent, layout) : stored;
  if (typeof samples === 'string') return samples;
  const { interesting } = subdivide(parent, samples, bestKernel());
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
