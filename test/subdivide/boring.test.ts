import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { boringPeriod } from '../../src/subdivide/boring.js';
import { SAMPLES, SIDE } from '../../src/tile/grid.js';
import { createSamples, type Samples } from '../../src/tile/samples.js';

type Sample = readonly [period: number, code: number];

/** A tile of one kind of sample, with exceptions. */
function tileOf(all: Sample, exceptions: Record<number, Sample> = {}): Samples {
  const samples = createSamples();
  samples.period.fill(all[0]);
  samples.log2Distance.fill(all[1]);
  for (const [i, [period, code]] of Object.entries(exceptions)) {
    samples.period[Number(i)] = period;
    samples.log2Distance[Number(i)] = code;
  }
  return samples;
}

const DUMMY: Sample = [-1, 32767];
const UNRESOLVED: Sample = [-2, -32768];
const LAST = SAMPLES - 1;
const dummies = Object.fromEntries(Array.from({ length: SIDE }, (_, i) => [LAST - i, DUMMY] as const));

describe('a tile', () => {
  it.each<[string, Samples, number | null]>([
    ['wholly exterior', tileOf([0, 513]), 0],
    ['wholly of period 7', tileOf([7, 32766]), 7],
    ['of the greatest period', tileOf([2147483647, 600]), 2147483647],
    ['with another period first', tileOf([3, 600], { 0: [1, 600] }), null],
    ['with another period last', tileOf([3, 600], { [LAST]: [6, 600] }), null],
    ['interior but for one exterior sample', tileOf([3, 600], { 33_000: [0, 600] }), null],
    ['with one sample of code 512 first', tileOf([0, 513], { 0: [0, 512] }), null],
    ['with one sample of code 512 last', tileOf([0, 513], { [LAST]: [0, 512] }), null],
    ['wholly of code 512', tileOf([0, 512]), null],
    ['with a negative code', tileOf([0, 513], { 5: [0, -1] }), null],
    ['with dummies at its edge', tileOf([1, 513], dummies), 1],
    ['with a dummy first', tileOf([2, 513], { 0: DUMMY }), 2],
    ['with dummies and one sample of another period', tileOf([2, 513], { ...dummies, 9: [4, 600] }), null],
    ['with dummies and one sample of code 512', tileOf([2, 513], { ...dummies, 9: [2, 512] }), null],
    ['with one unresolved sample', tileOf([1, 600], { 77: UNRESOLVED }), null],
    ['wholly unresolved', tileOf(UNRESOLVED), null],
    ['wholly of dummies, which prove nothing', tileOf(DUMMY), null],
  ])('%s', (_what, samples, expected) => {
    expect(boringPeriod(samples)).toBe(expected);
  });

  it('loses its verdict by any single sample that is not boring', () => {
    fc.assert(
      fc.property(
        fc.nat(LAST),
        fc.constantFrom(0, 1, 12),
        fc.constantFrom<Sample>([0, 512], [5, 600], [1, 0], UNRESOLVED),
        (i, period, sample) => {
          const same = sample[0] === period && sample[1] > 512;
          fc.pre(!same);
          expect(boringPeriod(tileOf([period, 700], { [i]: sample }))).toBeNull();
        },
      ),
      { numRuns: 60 },
    );
  });
});
