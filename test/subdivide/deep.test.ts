import { describe, expect, it } from 'vitest';
import { bestKernel, deepKernel } from '../../src/daemon/kernel.js';
import { DeepSampler } from '../../src/subdivide/deep-sampler.js';
import { tileFromNothing } from '../../src/subdivide/from-nothing.js';
import { noStatistics } from '../../src/subdivide/statistics.js';
import { subdivide } from '../../src/subdivide/subdivide.js';
import { addressAt, levelOf, parseAddress, positionOf, type Address } from '../../src/tile/address.js';
import { BORING_ABOVE, type Samples } from '../../src/tile/samples.js';

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
    const doubles = tileFromNothing(address, kernel, noStatistics());
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

describe('beyond doubles', () => {
  it('refuses without a sampler', () => {
    expect(() => tileFromNothing(tileAt(37), kernel, noStatistics())).toThrow(RangeError);
  });

  it('a chain of subdivisions from the root to level 60 gives what the tiles from nothing are', () => {
    const last = tileAt(60);
    let samples = tileFromNothing(tileAt(0), kernel, noStatistics(), deep);
    for (let level = 1; level <= 60; level++) {
      const address = parseAddress(last.slice(0, level + 1));
      const parent = parseAddress(last.slice(0, level));
      const child = subdivide(parent, samples, kernel, deep).interesting.find(
        (one) => one.address === address,
      );
      if (child === undefined) throw new Error(`${address} is boring`);
      samples = child.samples;
      if (level % 10 !== 0) continue;
      const direct = tileFromNothing(address, kernel, noStatistics(), deep);
      expect(levelOf(address)).toBe(level);
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
