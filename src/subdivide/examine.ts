import type { Kernel } from '../math/batch.js';
import { childOf, positionOf, QUADRANTS, type Address } from '../tile/address.js';
import { gridOf, INTERVALS, SIDE } from '../tile/grid.js';
import { BORING_ABOVE, DUMMY, UNRESOLVED, type Samples } from '../tile/samples.js';
import { boringPeriod } from './boring.js';
import type { DeepSampler } from './deep-sampler.js';
import { refine } from './refine.js';
import { computeSamples, type SampleGrid } from './sample-grid.js';
import { noStatistics } from './statistics.js';

/**
 * Finds out whether somebody's subdivision of a tile may be right, for a small part of what computing it costs: whatever the parent
 * determines (a quarter of the samples, and all that lies between boring ones) must have the same bits, and so must a few of the others that
 * are computed here.
 */

/** What somebody says of a child: its samples, or the period of a boring one. */
export type ClaimedChild = Samples | { readonly boring: number };

/** What is found out. */
export interface Examination {
  /** What is wrong, or null when nothing is seen to be. */
  readonly flaw: string | null;
  /** Samples that had to be computed for the subdivision. */
  readonly work: number;
}

/** Samples a side of the four children together. */
const FINE = 2 * INTERVALS + 1;
/** Of a sample that the parent does not determine; and of one whose value somebody has told. Others are 0. */
const WANTED = 1;
const TOLD = 2;

/**
 * Examines the claimed children of a tile, in the order of their quadrants.
 *
 * @param choose picks which samples are computed here: given how many there are, returns indices below that
 * @param deep what decides samples beyond the levels of doubles
 */
export function examine(
  address: Address,
  parent: Samples,
  children: readonly ClaimedChild[],
  choose: (count: number) => readonly number[],
  kernel: Kernel,
  deep: DeepSampler | null = null,
): Examination {
  const { grid, wanted } = refine({ ...gridOf(address), side: SIDE, ...parent }, noStatistics());
  const work = wanted.length;
  const state = new Uint8Array(FINE * FINE);
  for (const index of wanted) state[index] = WANTED;
  // The boring ones last: what they share with others must be boring too.
  const inOrder = QUADRANTS.toSorted(
    (a, b) => Number('boring' in children[a]) - Number('boring' in children[b]),
  );
  for (const quadrant of inOrder) {
    const flaw = flawOfChild(childOf(address, quadrant), children[quadrant], quadrant, grid, state);
    if (flaw !== null) return { flaw, work };
  }
  const chosen = Uint32Array.from(choose(work), (i) => wanted[i]).toSorted();
  const before = Array.from(chosen, (index) => claimAt(grid, children, state, index));
  computeSamples([{ grid, wanted: chosen, statistics: noStatistics() }], kernel, deep);
  for (const [i, index] of chosen.entries()) {
    const flaw = flawOfSample(grid, index, before[i]);
    if (flaw !== null) return { flaw: `${flaw}, computed anew`, work };
  }
  return { flaw: null, work };
}

/** A sample as somebody says it is: of a boring child, only what it must be. */
type ClaimedSample = { readonly period: number; readonly code: number | null };

/** What is wrong with a child as far as the parent determines it. Leaves its other samples in the grid. */
function flawOfChild(
  address: Address,
  child: ClaimedChild,
  quadrant: number,
  grid: SampleGrid,
  state: Uint8Array,
): string | null {
  if (!('boring' in child) && boringPeriod(child) !== null)
    return `${address} is boring and was sent as a tile`;
  for (let i = 0; i < SIDE * SIDE; i++) {
    const index = indexInGrid(quadrant, i);
    const claimed = sampleOf(child, i);
    if (state[index] === WANTED) {
      if (claimed.code === null) continue;
      // On an edge that two children share, the other one must say the same.
      grid.period[index] = claimed.period;
      grid.log2Distance[index] = claimed.code;
      state[index] = TOLD;
      continue;
    }
    const flaw = flawOfSample(grid, index, claimed);
    if (flaw !== null) return `${flaw} in ${address}`;
  }
  return null;
}

/** What the children say of a sample of the grid. */
function claimAt(
  { period, log2Distance }: SampleGrid,
  children: readonly ClaimedChild[],
  state: Uint8Array,
  index: number,
): ClaimedSample {
  if (state[index] === TOLD) return { period: period[index], code: log2Distance[index] };
  const column = index % FINE;
  const row = FINE - 1 - Math.trunc(index / FINE);
  const child = children[(column >= SIDE ? 1 : 0) + (row >= SIDE ? 2 : 0)];
  return { period: 'boring' in child ? child.boring : UNRESOLVED, code: null };
}

/** What is wrong with a claimed sample beside the true one. */
function flawOfSample(
  { period, log2Distance }: SampleGrid,
  index: number,
  claimed: ClaimedSample,
): string | null {
  const [p, code] = [period[index], log2Distance[index]];
  const where = `at column ${index % FINE}, row ${Math.trunc(index / FINE)} of ${FINE}`;
  if (claimed.code !== null) {
    if (claimed.period === p && claimed.code === code) return null;
    return `expected period ${p} and distance ${code}, got ${claimed.period} and ${claimed.code} ${where}`;
  }
  if (p === DUMMY) return null;
  if (p === claimed.period && p !== UNRESOLVED && code > BORING_ABOVE) return null;
  return `expected a boring sample of period ${claimed.period}, got period ${p} and distance ${code} ${where}`;
}

function sampleOf(child: ClaimedChild, i: number): ClaimedSample {
  if ('boring' in child) return { period: child.boring, code: null };
  return { period: child.period[i], code: child.log2Distance[i] };
}

/** Where the i-th sample of a child stands among all four children's. */
function indexInGrid(quadrant: number, i: number): number {
  const column = (i % SIDE) + (quadrant & 1) * INTERVALS;
  const row = Math.trunc(i / SIDE) + (1 - (quadrant >> 1)) * INTERVALS;
  return row * FINE + column;
}

/** The edges of a tile. */
export type Edge = 'west' | 'east' | 'south' | 'north';

/**
 * What is wrong with a tile beside a neighbour that shares an edge with it: both have the same samples there.
 *
 * @param edge the tile's edge; the neighbour's is the opposite one
 */
export function flawAtEdge(tile: Samples, neighbour: Samples, edge: Edge): string | null {
  for (let i = 0; i < SIDE; i++) {
    const [a, b] = edgeIndices(edge, i);
    const [p, q] = [tile.period[a], neighbour.period[b]];
    const [code, other] = [tile.log2Distance[a], neighbour.log2Distance[b]];
    if (p !== q || code !== other)
      return `the ${edge} edge: period ${p} and distance ${code}, but ${q} and ${other} in the neighbour, sample ${i}`;
  }
  return null;
}

function edgeIndices(edge: Edge, i: number): [own: number, neighbours: number] {
  const last = SIDE - 1;
  if (edge === 'west') return [i * SIDE, i * SIDE + last];
  if (edge === 'east') return [i * SIDE + last, i * SIDE];
  if (edge === 'north') return [i, last * SIDE + i];
  return [last * SIDE + i, i];
}

/** Column and row of a tile's neighbour across an edge, at the same level. */
export function beyond(address: Address, edge: Edge): { level: number; x: bigint; y: bigint } {
  const { level, x, y } = positionOf(address);
  if (edge === 'west') return { level, x: x - 1n, y };
  if (edge === 'east') return { level, x: x + 1n, y };
  return { level, x, y: edge === 'north' ? y + 1n : y - 1n };
}
