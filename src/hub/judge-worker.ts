import { randomInt } from 'node:crypto';
import { deepStep } from '../cache/check/deep.js';
import { repairCache } from '../cache/check/repair.js';
import { findTile } from '../cache/find-tile.js';
import { Layout } from '../cache/layout.js';
import { readRaw } from '../cache/raw-file.js';
import { bestKernel, deepSampler } from '../daemon/kernel.js';
import { createMaker } from '../daemon/maker.js';
import { loadReferences, saveReferences } from '../daemon/references.js';
import { storeTiles } from '../daemon/store-tiles.js';
import { isThemeName } from '../image/themes.js';
import { cellOf } from '../subdivide/deep-sampler.js';
import { beyond, examine, flawAtEdge, type ClaimedChild, type Edge } from '../subdivide/examine.js';
import { numberTypeOf } from '../subdivide/number-type.js';
import { noStatistics } from '../subdivide/statistics.js';
import { subdivide } from '../subdivide/subdivide.js';
import {
  addressAt,
  childOf,
  isAddress,
  isWithin,
  levelOf,
  QUADRANTS,
  type Address,
} from '../tile/address.js';
import { FormatError } from '../tile/format-error.js';
import { decodeRaw, encodeRaw } from '../tile/raw.js';
import type { Samples } from '../tile/samples.js';
import { decodeResult, encodeResult, type ResultChild } from '../wire/result-codec.js';
import type { JudgeAnswer, JudgeJob } from './judge-job.js';

/** The thread that looks into what volunteers sent. It trusts none of it. */
export default async function perform(job: JudgeJob): Promise<JudgeAnswer> {
  const layout = new Layout(job.root, job.image);
  if (job.kind === 'store') return await store(job, layout);
  if (job.kind === 'repair') return await repair(job, layout);
  const parent = await findTile(layout, job.address);
  if (parent === null || typeof parent === 'string')
    return { kind: 'failed', code: 'EPARENT', reason: parent ?? 'the tile is nowhere' };
  await loadReferences(layout, deepSampler(), job.address, levelOf(job.address) + 1);
  const answer =
    job.kind === 'examine' ? await examineUpload(job, parent, layout) : recompute(job.address, parent);
  await saveReferences(layout, deepSampler());
  return answer;
}

/** The upload of an honest volunteer. */
function recompute(address: Address, parent: Samples): JudgeAnswer {
  const { interesting, boring, statistics } = subdivide(address, parent, bestKernel(), deepSampler());
  const children = QUADRANTS.map((quadrant): ResultChild => {
    const child = childOf(address, quadrant);
    const dull = boring.find((one) => one.address === child);
    if (dull) return { boring: dull.period };
    const { samples } = interesting.find((one) => one.address === child)!;
    return { raw: encodeRaw(samples) };
  });
  return { kind: 'recomputed', body: encodeResult(children), work: statistics.computed };
}

async function examineUpload(
  { address, body, spots }: JudgeJob & { kind: 'examine' },
  parent: Samples,
  layout: Layout,
): Promise<JudgeAnswer> {
  const children = decodeAll(body);
  if (typeof children === 'string') return { kind: 'examined', flaw: children, work: 0 };
  const choose = (count: number): number[] => chooseSome(count, spots);
  const { flaw, work } = examine(address, parent, children, choose, bestKernel(), deepSampler());
  return { kind: 'examined', flaw: flaw ?? (await flawBesideNeighbours(address, children, layout)), work };
}

/** The children, or why they are none. */
function decodeAll(body: Uint8Array): ClaimedChild[] | string {
  try {
    return decodeResult(body).map((child) => {
      if ('boring' in child) return child;
      const samples = decodeRaw(child.raw);
      // Every mandeld writes the same bytes for the same samples.
      if (Buffer.compare(encodeRaw(samples), child.raw) !== 0)
        throw new FormatError('the archive that mandeld writes for these samples', 'another one');
      return samples;
    });
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** Different indices that nobody could foresee. */
function chooseSome(count: number, spots: number): number[] {
  const chosen = new Set<number>();
  const most = Math.min(count, spots);
  while (chosen.size < most) chosen.add(randomInt(count));
  return [...chosen];
}

const OUTER: readonly (readonly [Edge, Edge])[] = [
  ['west', 'south'],
  ['east', 'south'],
  ['west', 'north'],
  ['east', 'north'],
];

/** Neighbours that are there already have the same samples on the edge that they share. */
async function flawBesideNeighbours(
  parent: Address,
  children: readonly ClaimedChild[],
  layout: Layout,
): Promise<string | null> {
  for (const quadrant of QUADRANTS) {
    const child = children[quadrant];
    if ('boring' in child) continue;
    const address = childOf(parent, quadrant);
    for (const edge of OUTER[quadrant]) {
      const neighbour = await neighbourOf(address, edge, layout);
      if (neighbour === null) continue;
      const flaw = flawAtEdge(child, neighbour, edge);
      if (flaw !== null) return `${flaw}, of ${address}`;
    }
  }
  return null;
}

/** A neighbour that was computed in the same way; null where there is none. */
async function neighbourOf(address: Address, edge: Edge, layout: Layout): Promise<Samples | null> {
  const { level, x, y } = beyond(address, edge);
  const end = 1n << BigInt(level);
  if (x < 0n || y < 0n || x >= end || y >= end) return null;
  const neighbour = addressAt({ level, x, y });
  // The last bits of deep samples depend on the reference of their cell.
  if (numberTypeOf(level) !== 'doubles' && cellOf(neighbour, level) !== cellOf(address, level)) return null;
  for (const path of [layout.done(neighbour), layout.todo(neighbour)]) {
    const found = await readRaw(path);
    if (found !== null && typeof found !== 'string') return found;
  }
  return null;
}

async function store(
  { address, body, client, theme, image }: JudgeJob & { kind: 'store' },
  layout: Layout,
): Promise<JudgeAnswer> {
  if (!isThemeName(theme)) throw new RangeError(`expected a known theme, got ${theme}`);
  const children = decodeResult(body);
  const boring = QUADRANTS.flatMap((quadrant) => {
    const child = children[quadrant];
    return 'boring' in child ? [{ address: childOf(address, quadrant), period: child.boring }] : [];
  });
  const interesting = QUADRANTS.flatMap((quadrant) => {
    const child = children[quadrant];
    return 'raw' in child ? [{ address: childOf(address, quadrant), samples: decodeRaw(child.raw) }] : [];
  });
  const place = { layout, work: layout.work(client), theme, image };
  const outcome = await storeTiles(
    { kind: 'subdivided', address, boring },
    interesting,
    noStatistics(),
    place,
  );
  if (outcome.kind === 'computed') return { kind: 'stored', boring };
  if (outcome.kind === 'failed') return outcome;
  return { kind: 'failed', code: 'EGONE', reason: 'the hub’s work folder is gone' };
}

/** Makes everything below a tile again that is not what the mathematics says. */
async function repair(
  { address, client, lease, theme, image }: JudgeJob & { kind: 'repair' },
  layout: Layout,
): Promise<JudgeAnswer> {
  if (!isThemeName(theme)) throw new RangeError(`expected a known theme, got ${theme}`);
  const maker = createMaker(theme, image);
  const isMeant = (tile: Address): boolean => tile !== address && isWithin(tile, address);
  const options = {
    name: `${client}-audit`,
    lease,
    more: [
      deepStep(
        maker,
        (all) => all.filter(isMeant),
        () => undefined,
      ),
    ],
    onStep: () => undefined,
  };
  const { mended, left } = await repairCache(layout, options, maker, () => undefined);
  const still = left.filter((one) => isAddress(one.address) && isMeant(one.address));
  if (still.length > 0)
    return { kind: 'failed', code: 'EREPAIR', reason: `${still[0].address}: ${still[0].found}` };
  return { kind: 'repaired', mended: mended.length };
}
