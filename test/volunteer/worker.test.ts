import { describe, expect, it } from 'vitest';
import { bestKernel, deepSampler } from '../../src/daemon/kernel.js';
import { tileFromNothing } from '../../src/subdivide/from-nothing.js';
import { noStatistics } from '../../src/subdivide/statistics.js';
import { subdivide } from '../../src/subdivide/subdivide.js';
import { childOf, parseAddress, QUADRANTS } from '../../src/tile/address.js';
import { encodeRaw } from '../../src/tile/raw.js';
import perform from '../../src/volunteer/worker.js';
import { decodeResult } from '../../src/wire/result-codec.js';
import { someTiles } from './support/tiles.js';

const { raws, results } = someTiles();

describe('a thread', () => {
  it('gives the bytes of src/subdivide, one tile at a time or several together', () => {
    const job = [...raws].map(([address, raw]) => ({ address, raw }));
    const outcomes = [...perform(job), ...job.flatMap((one) => perform([one]))];
    for (const [i, outcome] of outcomes.entries()) {
      const { address } = job[i % job.length];
      expect(outcome.kind === 'computed' && results.get(address)?.equals(outcome.result), address).toBe(true);
    }
  });

  it('goes beyond doubles with references of its own', () => {
    // The tile of level 34 whose south-west corner is i, a tip of the set.
    const address = parseAddress(`M102${'0'.repeat(31)}`);
    const samples = tileFromNothing(address, bestKernel(), noStatistics(), deepSampler());
    const expected = subdivide(address, samples, bestKernel(), deepSampler());
    const [outcome] = perform([{ address, raw: encodeRaw(samples) }]);
    if (outcome.kind !== 'computed') throw new Error(outcome.reason);
    const children = decodeResult(outcome.result);
    expect(expected.interesting.length).toBeGreaterThan(0);
    for (const quadrant of QUADRANTS) {
      const child = childOf(address, quadrant);
      const interesting = expected.interesting.find((one) => one.address === child);
      const found = children[quadrant];
      if (interesting) expect(found).toEqual({ raw: Buffer.from(encodeRaw(interesting.samples)) });
      else expect(found).toEqual({ boring: expected.boring.find((one) => one.address === child)?.period });
    }
  });

  it('tells what is damaged, and computes the rest', () => {
    const [address, raw] = [...raws][0];
    const cut = raw.subarray(0, raw.length - 1);
    const outcomes = perform([
      { address, raw: cut },
      { address, raw },
      { address, raw: new Uint8Array() },
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['damaged', 'computed', 'damaged']);
  });
});
