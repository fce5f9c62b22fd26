import { describe, expect, it } from 'vitest';
import { race } from '../../src/math/race.js';
import { scalarKernel } from '../../src/math/scalar-kernel.js';
import { certainArea } from '../../src/subdivide/area.js';
import { boringPeriod } from '../../src/subdivide/boring.js';
import { iterationBudget } from '../../src/subdivide/budget.js';
import { tileFromNothing } from '../../src/subdivide/from-nothing.js';
import { noStatistics } from '../../src/subdivide/statistics.js';
import { subdivide } from '../../src/subdivide/subdivide.js';
import { levelOf, positionOf, type Address } from '../../src/tile/address.js';
import { SAMPLES, SIDE } from '../../src/tile/grid.js';
import { BORING_ABOVE, type Samples } from '../../src/tile/samples.js';
import { decide } from '../support/decide.js';
import { seededRandom } from '../support/random.js';
import { directSamples } from './support/direct.js';
import { buildPyramid } from './support/pyramid.js';

const DEPTH = 6;
const began = performance.now();
const pyramid = buildPyramid(DEPTH);
const tookMs = performance.now() - began;
const children = pyramid.steps.flatMap(({ address, parent, result }) =>
  result.interesting.map((child) => ({ parentAddress: address, parent, ...child })),
);

function sameBits(a: Samples, b: Samples): boolean {
  const equal = (x: Int32Array | Int16Array, y: Int32Array | Int16Array): boolean =>
    Buffer.compare(new Uint8Array(x.buffer), new Uint8Array(y.buffer)) === 0;
  return equal(a.period, b.period) && equal(a.log2Distance, b.log2Distance);
}

/** What the parent has at a child's sample, or null when that is a new one. */
function inherited(parent: Samples, child: Address, i: number): readonly [number, number] | null {
  const quadrant = Number(child.at(-1));
  const row = Math.floor(i / SIDE) + (quadrant < 2 ? 256 : 0);
  const column = (i % SIDE) + (quadrant & 1) * 256;
  if (row % 2 === 1 || column % 2 === 1) return null;
  const at = (row / 2) * SIDE + column / 2;
  return [parent.period[at], parent.log2Distance[at]];
}

describe('a pyramid of six levels', () => {
  it('copies the parent’s samples one octave up, dummies as they are, unresolved ones computed again', () => {
    for (const { address, parent, samples } of children) {
      let wrong = 0;
      for (let i = 0; i < SAMPLES; i++) {
        const above = inherited(parent, address, i);
        if (above === null || above[0] === -2) continue;
        // The lowest code says 2^-128 or anything less, at any level.
        const code = above[0] === -1 ? 32767 : above[1] === -32767 ? -32767 : Math.min(32766, above[1] + 256);
        if (samples.period[i] !== above[0] || samples.log2Distance[i] !== code) wrong++;
      }
      expect(wrong, address).toBe(0);
    }
  });

  it('has the same samples on the edges that neighbours share', () => {
    let shared = 0;
    for (const tiles of pyramid.levels) {
      const byPosition = new Map<string, Samples>();
      for (const [address, samples] of tiles) {
        const { x, y } = positionOf(address);
        byPosition.set(`${x},${y}`, samples);
      }
      for (const [address, samples] of tiles) {
        const { x, y } = positionOf(address);
        const east = byPosition.get(`${x + 1n},${y}`);
        const north = byPosition.get(`${x},${y + 1n}`);
        for (const field of ['period', 'log2Distance'] as const) {
          for (let k = 0; k < SIDE; k++) {
            // A neighbour of the same parent must agree; one of another parent has interpolated from other samples,
            // but along an edge only the two samples on it count, so it agrees as well.
            if (east) expect(east[field][k * SIDE], address).toBe(samples[field][k * SIDE + 256]);
            if (north) expect(north[field][256 * SIDE + k], address).toBe(samples[field][k]);
          }
        }
        shared += (east ? 1 : 0) + (north ? 1 : 0);
      }
    }
    expect(shared).toBeGreaterThan(50);
  });

  it('has the kinds and periods of tiles whose every sample is computed', () => {
    for (const { address, parent, samples } of children.filter((child) => levelOf(child.address) <= 4)) {
      const direct = directSamples(address, scalarKernel);
      for (let i = 0; i < SAMPLES; i++) {
        const [period, code] = [samples.period[i], samples.log2Distance[i]];
        const [truth, truthCode] = [direct.period[i], direct.log2Distance[i]];
        if (period === -2 || truth === -2) continue;
        const where = `${address} ${i}`;
        if (period !== truth) expect(period, where).toBe(truth);
        if (period === -1) continue;
        // Computed ones are the same computation; copied ones were computed at another spacing. An interpolated one may
        // stray, but all between DE/4 and DE is allowed: at most two octaves, 512, and half an octave was ever seen.
        const above = inherited(parent, address, i);
        // A distance of 2^-128 or less is kept as one code at any level.
        const tolerance = code <= BORING_ABOVE + 256 || (above !== null && code <= BORING_ABOVE) ? 1 : 256;
        if (Math.abs(code - truthCode) > tolerance) expect(code, where).toBe(truthCode);
      }
    }
  });

  it('has the same bits as the tiles that are computed from nothing', () => {
    for (const { address, samples } of children) {
      const direct = tileFromNothing(address, scalarKernel, noStatistics());
      if (!sameBits(direct, samples)) expect(direct, address).toEqual(samples);
    }
    for (const { address, period } of pyramid.boring.filter((_, i) => i % 10 === 0)) {
      expect(boringPeriod(tileFromNothing(address, scalarKernel, noStatistics())), address).toBe(period);
    }
  });

  it('calls nothing boring that is not: points anywhere in boring tiles are of the tile’s kind and period', () => {
    const random = seededRandom(46);
    expect(pyramid.boring.length).toBeGreaterThan(70);
    const verdict = { period: 0, log2Distance: 0 };
    for (const { address, period } of pyramid.boring) {
      const { level, x, y } = positionOf(address);
      const side = 8 / 2 ** level;
      for (let k = 0; k < 40; k++) {
        // Corners and edges too, where a false verdict would be likeliest; the axis itself is never decided.
        const u = k < 8 ? k % 2 : random.next();
        const v = k >= 4 && k < 16 ? (k >> 1) % 2 : random.next();
        const im = (Number(y) + v) * side;
        if (im === 0) continue;
        race(-4 + (Number(x) + u) * side, im, 2 ** 22, verdict);
        if (verdict.period !== period) expect(verdict.period, `${address} at ${u}, ${v}`).toBe(period);
      }
    }
  });

  it('counts every sample once, and resolves all but a few', () => {
    for (const { address, result } of pyramid.steps) {
      const { copied, interpolated, computed, dummies, parabolic } = result.statistics;
      expect(copied + interpolated + computed + dummies + parabolic, address).toBe(513 * 513);
      expect(result.interesting.length + result.boring.length).toBe(4);
    }
    const { unresolved, computed } = pyramid.statistics;
    expect(unresolved / computed).toBeLessThan(1e-5);
    expect(computed).toBeGreaterThan(500_000);
    expect(tookMs).toBeLessThan(30_000);
  });

  it('brackets the area of the set, closer at every level', () => {
    const AREA = 1.5065918849;
    let [lowest, highest] = [0, Infinity];
    for (const [level, tiles] of pyramid.levels.entries()) {
      let interior = 0;
      let exterior = 0;
      for (const samples of tiles.values()) {
        const certain = certainArea(samples);
        interior += certain.interior * 64 * 0.25 ** level;
        exterior += certain.exterior * 64 * 0.25 ** level;
      }
      for (const { address, period } of pyramid.boring) {
        if (levelOf(address) > level) continue;
        const area = 64 * 0.25 ** levelOf(address);
        if (period > 0) interior += area;
        else exterior += area;
      }
      const [lower, upper] = [2 * interior, 2 * (64 - exterior)];
      expect(lower, `level ${level}`).toBeLessThan(AREA);
      expect(upper, `level ${level}`).toBeGreaterThan(AREA);
      expect(lower).toBeGreaterThan(lowest);
      expect(upper).toBeLessThan(highest);
      [lowest, highest] = [lower, upper];
    }
    expect(highest - lowest).toBeLessThan(0.3);
  });

  it('is the same a second time, bit for bit', () => {
    for (const { address, parent, result } of pyramid.steps.slice(0, 15)) {
      const again = subdivide(address, parent, scalarKernel);
      expect(again.boring).toEqual(result.boring);
      expect(again.statistics).toEqual(result.statistics);
      expect(again.interesting.map((child) => child.address)).toEqual(
        result.interesting.map((child) => child.address),
      );
      for (const [k, { samples }] of again.interesting.entries()) {
        expect(sameBits(samples, result.interesting[k].samples), address).toBe(true);
      }
    }
  });

  it('computes again, with the larger budget, what a parent could not resolve', () => {
    const { address, parent } = pyramid.steps[3];
    const i =
      [...parent.period.keys()].find((k) => parent.period[k] > 0 && parent.log2Distance[k] < 300) ?? 0;
    const doubtful = { period: parent.period.slice(), log2Distance: parent.log2Distance.slice() };
    doubtful.period[i] = -2;
    doubtful.log2Distance[i] = -32768;
    const { interesting, statistics } = subdivide(address, doubtful, scalarKernel);
    const before = subdivide(address, parent, scalarKernel);
    expect(statistics.computed).toBeGreaterThan(before.statistics.computed);
    expect(statistics.copied).toBe(before.statistics.copied - 1);
    for (const [k, child] of interesting.entries()) {
      expect(child.samples.period).toEqual(before.interesting[k].samples.period);
    }
    expect(iterationBudget(8)).toBeGreaterThan(iterationBudget(6));
    expect(decide(-0.1, 0.1, 1000).period).toBe(1);
  });
});
