import { describe, expect, it } from 'vitest';
import { scalarKernel } from '../../src/math/scalar-kernel.js';
import { examine, flawAtEdge, type ClaimedChild } from '../../src/subdivide/examine.js';
import { subdivide } from '../../src/subdivide/subdivide.js';
import { tileFromNothing } from '../../src/subdivide/from-nothing.js';
import { noStatistics } from '../../src/subdivide/statistics.js';
import { childOf, parseAddress, QUADRANTS, type Address } from '../../src/tile/address.js';
import { SAMPLES, SIDE } from '../../src/tile/grid.js';
import type { Samples } from '../../src/tile/samples.js';
import { seededRandom } from '../support/random.js';

const make = (address: Address): Samples => tileFromNothing(address, scalarKernel, noStatistics());

/** A tile with boring and interesting children, on the axis and off it. */
const ADDRESSES = ['M', 'M01', 'M010', 'M0110', 'M0123'].map(parseAddress);

function claimOf(address: Address): { parent: Samples; children: ClaimedChild[] } {
  const parent = make(address);
  const { interesting, boring } = subdivide(address, parent, scalarKernel);
  const children = QUADRANTS.map((quadrant): ClaimedChild => {
    const child = childOf(address, quadrant);
    const dull = boring.find((one) => one.address === child);
    if (dull) return { boring: dull.period };
    const { samples } = interesting.find((one) => one.address === child)!;
    return { period: samples.period.slice(), log2Distance: samples.log2Distance.slice() };
  });
  return { parent, children };
}

const none = (): number[] => [];
const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const tileOf = (child: ClaimedChild): Samples => {
  if ('boring' in child) throw new Error('expected a tile');
  return child;
};

describe('an honest subdivision', () => {
  it.each(ADDRESSES)('of %s has no flaw, and its work is what was computed', (address) => {
    const { parent, children } = claimOf(address);
    const { computed } = subdivide(address, parent, scalarKernel).statistics;
    expect(examine(address, parent, children, none, scalarKernel)).toEqual({ flaw: null, work: computed });
    expect(examine(address, parent, children, all, scalarKernel)).toEqual({ flaw: null, work: computed });
  });
});

describe('a false one', () => {
  const address = parseAddress('M01');
  const { parent, children } = claimOf(address);
  const interesting = QUADRANTS.filter((quadrant) => !('boring' in children[quadrant]));

  /** The claim with one child replaced. */
  const withChild = (quadrant: number, child: ClaimedChild): ClaimedChild[] =>
    children.map((one, i) => (i === quadrant ? child : one));

  it('is found whatever sample is changed, when all are computed', () => {
    const random = seededRandom(7);
    for (let i = 0; i < 40; i++) {
      const quadrant = interesting[random.below(interesting.length)];
      const tile = tileOf(children[quadrant]);
      const at = random.below(SAMPLES);
      const changed = { period: tile.period.slice(), log2Distance: tile.log2Distance.slice() };
      if (random.below(2) === 0) changed.period[at] += 1;
      else changed.log2Distance[at] += 1;
      const { flaw } = examine(address, parent, withChild(quadrant, changed), all, scalarKernel);
      expect(flaw).toContain('expected');
    }
  });

  it('is found without computing anything where the parent has the sample', () => {
    const [quadrant] = interesting;
    const tile = tileOf(children[quadrant]);
    for (const at of [0, 2 * SIDE + 4, 254 * SIDE + 256]) {
      const changed = { period: tile.period.slice(), log2Distance: tile.log2Distance.slice() };
      changed.log2Distance[at] ^= 1;
      const { flaw } = examine(address, parent, withChild(quadrant, changed), none, scalarKernel);
      expect(flaw).toContain(`in ${childOf(address, quadrant)}`);
    }
  });

  it('is found where two children disagree on the edge that they share', () => {
    const [a, b] = [0, 1] as const;
    const changed = {
      period: tileOf(children[b]).period.slice(),
      log2Distance: tileOf(children[b]).log2Distance.slice(),
    };
    // An odd row of the west edge, which the parent does not have.
    let at = 101 * SIDE;
    while (changed.log2Distance[at] > 512) at += 2 * SIDE;
    changed.log2Distance[at] += 3;
    expect('boring' in children[a]).toBe(false);
    const { flaw } = examine(address, parent, withChild(b, changed), none, scalarKernel);
    expect(flaw).toContain(`in ${childOf(address, b)}`);
  });

  it('is found when a neighbour is copied', () => {
    for (const quadrant of interesting) {
      const other = children[interesting.find((one) => one !== quadrant)!];
      expect(examine(address, parent, withChild(quadrant, other), none, scalarKernel).flaw).not.toBeNull();
    }
  });

  it('is found when an interesting child is said to be boring, or of another period', () => {
    for (const quadrant of interesting) {
      for (const period of [0, 1, 5]) {
        const { flaw } = examine(
          address,
          parent,
          withChild(quadrant, { boring: period }),
          none,
          scalarKernel,
        );
        expect(flaw).toContain('expected a boring sample');
      }
    }
    const dull = claimOf(parseAddress('M'));
    const quadrant = dull.children.findIndex((child) => 'boring' in child);
    expect(quadrant).toBeGreaterThanOrEqual(0);
    const wrong = dull.children.map((child, i) => (i === quadrant ? { boring: 2 } : child));
    expect(examine(parseAddress('M'), dull.parent, wrong, none, scalarKernel).flaw).toContain('period 2');
  });

  it('is found when a boring child is sent as a tile', () => {
    const dull = claimOf(parseAddress('M'));
    const quadrant = dull.children.findIndex((child) => 'boring' in child);
    const sent = make(childOf(parseAddress('M'), quadrant as 0));
    const wrong = dull.children.map((child, i) => (i === quadrant ? sent : child));
    expect(examine(parseAddress('M'), dull.parent, wrong, none, scalarKernel).flaw).toContain('is boring');
  });
});

describe('an edge', () => {
  it('is the same in neighbours, and what is not is found', () => {
    const west = make(parseAddress('M010'));
    const east = make(parseAddress('M011'));
    const north = make(parseAddress('M012'));
    expect(flawAtEdge(west, east, 'east')).toBeNull();
    expect(flawAtEdge(east, west, 'west')).toBeNull();
    expect(flawAtEdge(west, north, 'north')).toBeNull();
    expect(flawAtEdge(north, west, 'south')).toBeNull();
    expect(flawAtEdge(west, east, 'west')).toContain('the west edge');
    east.period[77 * SIDE] += 1;
    expect(flawAtEdge(west, east, 'east')).toContain('sample 77');
  });
});
