import { describe, expect, it } from 'vitest';
import { bestKernel, deepKernel } from '../../src/daemon/kernel.js';
import { DeepSampler } from '../../src/subdivide/deep-sampler.js';
import { tileFromNothing } from '../../src/subdivide/from-nothing.js';
import { boringPeriod } from '../../src/subdivide/boring.js';
import { noStatistics } from '../../src/subdivide/statistics.js';
import { subdivide } from '../../src/subdivide/subdivide.js';
import { addressAt, levelOf, parseAddress, positionOf, type Address } from '../../src/tile/address.js';
import { BORING_ABOVE, type Samples } from '../../src/tile/samples.js';
import { directSamples } from './support/direct.js';

const kernel = bestKernel();
const deep = new DeepSampler(deepKernel());

/** The tile of a level around the nucleus of period 252 near -1.76 - 0.0126i, mirrored. */
function tileAt(level: number): Address {
  const scale = 10n ** 31n;
  const x =
    ((40000000000000000000000000000000n - 17598171308048479165828760533255n) << BigInt(level)) / (8n * scale);
  const y = (125933107997496573193886668543n << BigInt(level)) / (8n * scale);
  return addressAt({ level, x, y });
}

/** Points of the real axis, negated, in units of 1e-30. */
const CUSP = 1_940550788976149606063779229454n; // of the component of period 4
const MISIUREWICZ = 1_543689012692076361570855971801n; // where the antennas of the component of period 2 meet

/** The tile of a level on the real axis that holds a point of it. */
function axisTileAt(level: number, point: bigint): Address {
  const scale = 10n ** 30n;
  return addressAt({ level, x: ((4n * scale - point) << BigInt(level)) / (8n * scale), y: 0n });
}

function sameBits(a: Samples, b: Samples): boolean {
  return (
    Buffer.compare(Buffer.from(a.period.buffer), Buffer.from(b.period.buffer)) === 0 &&
    Buffer.compare(Buffer.from(a.log2Distance.buffer), Buffer.from(b.log2Distance.buffer)) === 0
  );
}

/** Share of samples of one kind and period, and share of those whose distances are within 1 %. */
function agreement(a: Samples, b: Samples): { same: number; near: number } {
  let same = 0;
  let near = 0;
  for (let i = 0; i < a.period.length; i++) {
    if (a.period[i] !== b.period[i]) continue;
    same++;
    if (Math.abs(a.log2Distance[i] - b.log2Distance[i]) <= 256 * Math.log2(1.01) + 1) near++;
  }
  return { same: same / a.period.length, near: near / same };
}

describe('levels that both number types hold', () => {
  it.each([15, 20, 25, 30])('level %i: doubles and differences agree', (level) => {
    const address = tileAt(level);
    const { x, y } = positionOf(address);
    const doubles = directSamples(address, kernel);
    const columns = Float64Array.from(doubles.period, (_, i) => i % 257);
    const rows = Float64Array.from(doubles.period, (_, i) => 256 - Math.floor(i / 257));
    const verdicts = { period: new Int32Array(66049), log2Distance: new Float64Array(66049) };
    deep.decide({ level, west: x * 256n, south: y * 256n, x: columns, y: rows }, 2 ** 24, verdicts);
    const differences = {
      period: verdicts.period,
      log2Distance: Int16Array.from(verdicts.log2Distance, (value) => Math.floor(256 * value)),
    };
    const { same, near } = agreement(doubles, differences);
    expect(same).toBeGreaterThanOrEqual(0.9999);
    // The rest lies so near to the set that the rounding of doubles counts.
    expect(near).toBeGreaterThan(level < 30 ? 0.999 : 0.99);
  });
});

describe('an interior point whose orbit came nearest to 0 before it came near its cycle', () => {
  it('is resolved: its period is tried again from where the orbit is', () => {
    const { x, y } = positionOf(tileAt(28));
    const verdicts = { period: new Int32Array(1), log2Distance: new Float64Array(1) };
    const sample = { x: Float64Array.of(176), y: Float64Array.of(76) };
    deep.decide({ level: 28, west: x * 256n, south: y * 256n, ...sample }, 2 ** 16, verdicts);
    expect(verdicts.period[0]).toBe(150);
    expect(verdicts.log2Distance[0]).toBeCloseTo(-2.5, 1);
  });
});

describe('beyond doubles', () => {
  it('refuses without a sampler', () => {
    expect(() => tileFromNothing(tileAt(33), kernel, noStatistics())).toThrow(RangeError);
  });

  it.each([
    ['to a nucleus of period 252', tileAt(60)],
    // Tiles whose lower corners are dummies.
    ['along the real axis', axisTileAt(60, MISIUREWICZ)],
    ['to a cusp on the axis', axisTileAt(18, CUSP)],
  ])(
    'a chain of subdivisions from the root %s has the bits of the tiles from nothing',
    (_, last) => {
      const other = new DeepSampler(deepKernel());
      let samples = tileFromNothing(tileAt(0), kernel, noStatistics(), deep);
      let compared = 0;
      for (let level = 1; level <= levelOf(last); level++) {
        const address = parseAddress(last.slice(0, level + 1));
        const parent = parseAddress(last.slice(0, level));
        const { interesting, boring } = subdivide(parent, samples, kernel, deep);
        for (const child of interesting) {
          const direct = tileFromNothing(child.address, kernel, noStatistics(), other);
          expect(sameBits(direct, child.samples), child.address).toBe(true);
          compared++;
        }
        for (const child of boring) {
          const direct = tileFromNothing(child.address, kernel, noStatistics(), other);
          expect(boringPeriod(direct), child.address).toBe(child.period);
          compared++;
        }
        const child = interesting.find((one) => one.address === address);
        if (child === undefined) throw new Error(`${address} is boring`);
        samples = child.samples;
      }
      expect(compared).toBe(4 * levelOf(last));
    },
    60_000,
  );

  it('a tile whose every sample is computed has the same kinds and periods, and distances within 1 %', () => {
    for (const level of [40, 50, 60]) {
      const samples = tileFromNothing(tileAt(level), kernel, noStatistics(), deep);
      const direct = directSamples(tileAt(level), kernel, deep);
      const { same, near } = agreement(samples, direct);
      expect(same).toBe(1);
      // Interpolated distances are means of boring ones, so they may be farther off.
      const computed = samples.log2Distance.filter((code) => code <= BORING_ABOVE).length;
      expect(near * samples.period.length).toBeGreaterThan(0.99 * computed);
    }
  }, 60_000);

  it('is the same whoever computes it, and in whatever order', () => {
    const [first, second] = [tileAt(50), tileAt(58)];
    const other = new DeepSampler(deepKernel());
    const later = tileFromNothing(second, kernel, noStatistics(), other);
    expect(tileFromNothing(first, kernel, noStatistics(), other)).toEqual(
      tileFromNothing(first, kernel, noStatistics(), deep),
    );
    expect(tileFromNothing(second, kernel, noStatistics(), deep)).toEqual(later);
  });
});
