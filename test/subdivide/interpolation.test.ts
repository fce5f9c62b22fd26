import { describe, expect, it } from 'vitest';
import type { Kernel, PointBatch } from '../../src/math/batch.js';
import { subdivide } from '../../src/subdivide/subdivide.js';
import { parseAddress, type Address } from '../../src/tile/address.js';
import { SAMPLES, SIDE } from '../../src/tile/grid.js';
import { createSamples, type Samples } from '../../src/tile/samples.js';
import { patchyTile } from '../support/tiles.js';

/** A kernel that decides nothing itself: everything is of period 9 with a distance of one, and it remembers what it was asked. */
function recordingKernel(): Kernel & { readonly asked: { re: number; im: number }[] } {
  const asked: { re: number; im: number }[] = [];
  return {
    name: 'recording',
    asked,
    decide(points: PointBatch, count, _budget, verdicts) {
      for (let i = 0; i < count; i++) {
        asked.push({ re: points.re[i], im: points.im[i] });
        verdicts.period[i] = 9;
        verdicts.log2Distance[i] = 0;
      }
    },
  };
}

/** The four children of a tile as one grid of 513 x 513 samples; boring ones count as -99. */
function fineGrid(
  address: Address,
  parent: Samples,
  kernel: Kernel,
): { period: Int32Array; code: Int16Array } {
  const { interesting, boring } = subdivide(address, parent, kernel);
  if (boring.length > 0) throw new Error('choose a parent without boring children');
  const period = new Int32Array(513 * 513);
  const code = new Int16Array(513 * 513);
  for (const child of interesting) {
    const quadrant = Number(child.address.at(-1));
    const firstColumn = (quadrant & 1) * 256;
    const firstRow = (1 - (quadrant >> 1)) * 256;
    for (let i = 0; i < SAMPLES; i++) {
      const at = (firstRow + Math.floor(i / SIDE)) * 513 + firstColumn + (i % SIDE);
      period[at] = child.samples.period[i];
      code[at] = child.samples.log2Distance[i];
    }
  }
  return { period, code };
}

/** Far from the axis and from every special point. */
const AWAY = parseAddress('M0133');
/** At the axis. */
const AXIS = parseAddress('M0101');

/** A parent whose every child has an unresolved sample, so that none is boring. */
function calmTile(
  period: number,
  code: number,
  exceptions: Record<number, readonly [number, number]> = {},
): Samples {
  const samples = createSamples();
  samples.period.fill(period);
  samples.log2Distance.fill(code);
  for (const [i, [p, c]] of Object.entries(exceptions)) {
    samples.period[Number(i)] = p;
    samples.log2Distance[Number(i)] = c;
  }
  for (const corner of [0, 256, 256 * SIDE, SAMPLES - 1]) {
    samples.period[corner] = period;
    samples.log2Distance[corner] = 0;
  }
  return samples;
}

const at = (row: number, column: number): number => row * SIDE + column;
const fine = (row: number, column: number): number => row * 513 + column;

describe('interpolation', () => {
  it('takes the mean of four codes, rounded down, and one octave more', () => {
    const parent = calmTile(3, 600, { [at(100, 100)]: [3, 601], [at(101, 101)]: [3, 602] });
    const { period, code } = fineGrid(AWAY, parent, recordingKernel());
    expect(period[fine(201, 201)]).toBe(3);
    expect(code[fine(201, 201)]).toBe(Math.floor((601 + 600 + 600 + 602) / 4) + 256);
    expect(code[fine(200, 200)]).toBe(601 + 256);
    // Between two samples only these two count.
    expect(code[fine(200, 201)]).toBe(Math.floor((601 + 600) / 2) + 256);
    expect(code[fine(201, 202)]).toBe(Math.floor((600 + 602) / 2) + 256);
    expect(code[fine(10, 11)]).toBe(856);
  });

  it.each<[string, readonly [number, number]]>([
    ['of code 512', [3, 512]],
    ['of another period', [6, 600]],
    ['outside', [0, 600]],
    ['unresolved', [-2, -32768]],
  ])('is not done beside a sample %s', (what, sample) => {
    const kernel = recordingKernel();
    const { period } = fineGrid(AWAY, calmTile(3, 600, { [at(100, 100)]: sample }), kernel);
    for (const [row, column] of [
      [199, 199],
      [199, 200],
      [199, 201],
      [200, 199],
      [200, 201],
      [201, 199],
      [201, 200],
      [201, 201],
    ]) {
      expect(period[fine(row, column)], `${row}, ${column}`).toBe(9);
    }
    expect(period[fine(198, 199)]).toBe(3);
    expect(period[fine(202, 203)]).toBe(3);
    // The sample itself is copied, unless it is unresolved: then it is computed again.
    expect(period[fine(200, 200)]).toBe(what === 'unresolved' ? 9 : sample[0]);
    // Three samples beside each of the four corners, where the code is 0, and the eight here.
    expect(kernel.asked.length).toBe(4 * 3 + 8 + (what === 'unresolved' ? 1 : 0));
  });

  it('leaves dummies out at the axis, where no sample is computed', () => {
    const axis = Object.fromEntries(
      Array.from({ length: SIDE }, (_, x) => [at(256, x), [-1, 32767] as const]),
    );
    const parent = calmTile(5, 600, { ...axis, [at(255, 50)]: [5, 700] });
    for (const corner of [at(256, 0), at(256, 256)]) {
      parent.period[corner] = -1;
      parent.log2Distance[corner] = 32767;
    }
    parent.log2Distance[at(250, 10)] = 0; // keeps the southern children from being boring
    parent.log2Distance[at(250, 200)] = 0;
    const kernel = recordingKernel();
    const { period, code } = fineGrid(AXIS, parent, kernel);
    for (let column = 0; column < 513; column++) {
      expect(period[fine(512, column)]).toBe(-1);
      expect(code[fine(512, column)]).toBe(32767);
    }
    expect(period[fine(511, 100)]).toBe(5);
    expect(code[fine(511, 100)]).toBe(700 + 256); // between a sample and a dummy: the sample
    expect(code[fine(511, 101)]).toBe(650 + 256); // between two samples and two dummies: the two
    expect(code[fine(511, 301)]).toBe(856);
    expect(kernel.asked.every(({ im }) => im > 0)).toBe(true);
  });

  it('asks the kernel only for samples of the fine grid, once each, in order, and counts everything', () => {
    const kernel = recordingKernel();
    const parent = patchyTile(7);
    const { statistics } = subdivide(AXIS, parent, kernel);
    const keys = kernel.asked.map(({ re, im }) => `${re},${im}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(statistics.computed).toBe(keys.length);
    const { copied, interpolated, computed, dummies, parabolic } = statistics;
    expect(copied + interpolated + computed + dummies + parabolic).toBe(513 * 513);
    expect(dummies).toBe(513);
    for (const { re, im } of kernel.asked) {
      expect(Number.isInteger((re + 4) * 2 ** 10) && Number.isInteger(im * 2 ** 10)).toBe(true);
    }
  });
});
