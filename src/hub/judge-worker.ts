import { randomInt } from 'node:crypto';
import { findTile } from '../cache/find-tile.js';
import { Layout } from '../cache/layout.js';
import { readRaw } from '../cache/raw-file.js';
import { bestKernel, deepSampler } from '../daemon/kernel.js';
import { loadReferences, saveReferences } from '../daemon/references.js';
import { storeTiles } from '../daemon/store-tiles.js';
import { isThemeName } from '../image/themes.js';
import { cellOf } from '../subdivide/deep-sampler.js';
import { beyond, examine, flawAtEdge, type ClaimedChild, type Edge } from '../subdivide/examine.js';
import { numberTypeOf } from '../subdivide/number-type.js';
import { noStatistics } from '../subdivide/statistics.js';
import { subdivide } from '../subdivide/subdivide.js';
import { addressAt, childOf, levelOf, QUADRANTS, type Address } from '../tile/address.js';
import { FormatError } from '../tile/format-error.js';
import { decodeRaw, encodeRaw } from '../tile/raw.js';
import type { Samples } from '../tile/samples.js';
import { decodeResult, encodeResult, type ResultChild } from '../wire/result-codec.js';
import type { JudgeAnswer, JudgeJob } from './judge-job.js';
import { repairBelow } from './repair.js';

/** The thread that looks into what volunteers sent. It trusts none of it. */
export default async function perform(job: JudgeJob): Promise<JudgeAnswer> {
  const layout = new Layout(job.root, job.image);
  if (job.kind === 'store') return await store(job, layout);
  if (job.kind === 'repair') return await repairBelow(job, layout);
  const parent = await findTile(layout, job.address);
  if (parent === null) return { kind: 'failed', code: 'ENOTILE', reason: 'the tile is nowhere' };
  if (typeof parent === 'string') return { kind: 'failed', code: 'EPARENT', reason: parent };
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
  if (typeof children === 'string') return { kind: 'examined', flaw: children, misfit: null, work: 0 };
  const choose = (count: number): number[] => chooseSome(count, spots);
  const { flaw, work } = examine(address, parent, children, choose, bestKernel(), deepSampler());
  const misfit = flaw === null ? await findMisfit(address, children, layout) : null;
  return { kind: 'examined', flaw, misfit, work };
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

/** Neighbours that are there already have the same samples on the edge that they share; one that has not, or null. */
async function findMisfit(
  parent: Address,
  children: readonly ClaimedChild[],
  layout: Layout,
): Promise<Address | null> {
  for (const quadrant of QUADRANTS) {
    const child = children[quadrant];
    if ('boring' in child) continue;
    for (const edge of OUTER[quadrant]) {
      const neighbour = await neighbourOf(childOf(parent, quadrant), edge, layout);
      if (neighbour !== null && flawAtEdge(child, neighbour.samples, edge) !== null) return neighbour.address;
    }
  }
  return null;
}

/** A neighbour that was computed in the same way; null where there is none. */
async function neighbourOf(
  address: Address,
  edge: Edge,
  layout: Layout,
): Promise<{ readonly address: Address; readonly samples: Samples } | null> {
  const { level, x, y } = beyond(address, edge);
  const end = 1n << BigInt(level);
  if (x < 0n || y < 0n || x >= end || y >= end) return null;
  const neighbour = addressAt({ level, x, y });
  // The last bits of deep samples depend on the reference of their cell.
  if (numberTypeOf(level) !== 'doubles' && cellOf(neighbour, level) !== cellOf(address, level)) return null;
  for (const path of [layout.done(neighbour), layout.todo(neighbour)]) {
    const found = await readRaw(path);
    if (found !== null && typeof found !== 'string') return { address: neighbour, samples: found };
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
