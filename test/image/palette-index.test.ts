import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BOUNDARY_INDEX,
  BOUNDARY_UP_TO,
  boringIndex,
  exteriorOctave,
  FIRST_BORING_EXTERIOR,
  FIRST_BORING_STEP,
  FIRST_EXTERIOR_INDEX,
  FIRST_INTERIOR_INDEX,
  INTERIOR_STEPS,
  interiorOctave,
  paletteIndex,
} from '../../src/image/palette-index.js';
import { BORING_ABOVE, DUMMY, INFINITE_DISTANCE, UNRESOLVED, ZERO_DISTANCE } from '../../src/tile/samples.js';

describe('the layout of the palette index', () => {
  it.each([
    // what, period, log2 distance code, index
    ['unresolved', UNRESOLVED, ZERO_DISTANCE, 0],
    ['dummy', DUMMY, INFINITE_DISTANCE, 0],
    ['exterior, smallest code', 0, -32767, 0],
    ['exterior, last below the range', 0, -1504, 0],
    ['exterior, first of step 1', 0, -1503, 1],
    ['exterior, last of step 1', 0, -1472, 1],
    ['exterior, first of step 2', 0, -1471, 2],
    ['exterior, DE 1', 0, 0, 47],
    ['exterior, just above DE 1', 0, 1, 48],
    ['exterior, last that is not boring', 0, 512, 63],
    ['exterior, first boring', 0, 513, 64],
    ['exterior, last of step 126', 0, 2528, 126],
    ['exterior, first of step 127', 0, 2529, 127],
    ['exterior, 10 octaves', 0, 2560, 127],
    ['exterior, beyond the range', 0, 2561, 127],
    ['exterior, largest code', 0, 32766, 127],
    ['period 1, below the range', 1, -1504, 0],
    ['period 1, above the boundary', 1, -1503, 128],
    ['period 1, -2 octaves', 1, -512, 128],
    ['period 1, last of step 0', 1, -384, 128],
    ['period 1, first of step 1', 1, -383, 129],
    ['period 1, DE 1', 1, 0, 131],
    ['period 1, last that is not boring', 1, 512, 135],
    ['period 1, first boring', 1, 513, 136],
    ['period 1, last of step 14', 1, 1408, 142],
    ['period 1, first of step 15', 1, 1409, 143],
    ['period 1, beyond 6 octaves', 1, 1537, 143],
    ['period 1, largest code', 1, 32766, 143],
    ['period 2', 2, 513, 152],
    ['period 8, last class', 8, 32766, 255],
    ['period 9, class 0 again', 9, 32766, 143],
    ['largest period', 2147483647, 513, 232],
  ])('%s', (_what, period, code, index) => {
    expect(paletteIndex(period, code)).toBe(index);
  });

  it('says in its middle octave what it holds', () => {
    for (let index = FIRST_EXTERIOR_INDEX; index < FIRST_INTERIOR_INDEX; index++) {
      expect(exteriorOctave(index)).toBe(-6 + index / 8 + 1 / 16);
      expect(paletteIndex(0, exteriorOctave(index) * 256)).toBe(index);
    }
    for (let step = 0; step < INTERIOR_STEPS; step++) {
      expect(interiorOctave(step)).toBe(-2 + step / 2 + 1 / 4);
      expect(paletteIndex(3, interiorOctave(step) * 256)).toBe(FIRST_INTERIOR_INDEX + 32 + step);
    }
  });

  it('never mixes boring and other samples in one index', () => {
    for (let code = ZERO_DISTANCE + 1; code < INFINITE_DISTANCE; code++) {
      const boring = code > BORING_ABOVE;
      const exterior = paletteIndex(0, code);
      if (exterior >= FIRST_BORING_EXTERIOR !== boring) expect.fail(`exterior code ${code}: ${exterior}`);
      const interior = paletteIndex(1, code) - FIRST_INTERIOR_INDEX;
      if (interior >= FIRST_BORING_STEP !== boring) expect.fail(`interior code ${code}: ${interior}`);
    }
  });

  it('grows with the distance and keeps the kind', () => {
    const code = fc.integer({ min: ZERO_DISTANCE, max: INFINITE_DISTANCE });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2147483647 }), code, code, (period, one, other) => {
        const near = paletteIndex(period, Math.min(one, other));
        const far = paletteIndex(period, Math.max(one, other));
        expect(near).toBeLessThanOrEqual(far);
        expect(near === BOUNDARY_INDEX).toBe(Math.min(one, other) <= BOUNDARY_UP_TO);
        if (far === BOUNDARY_INDEX) return;
        const classNumber = Number((BigInt(period) + 7n) % 8n);
        if (period === 0) expect(far).toBeLessThan(128);
        else expect(Math.floor((far - 128) / 16)).toBe(classNumber);
      }),
    );
  });

  it('gives a boring picture the farthest index of its kind', () => {
    expect([0, 1, 2, 8, 9].map(boringIndex)).toEqual([127, 143, 159, 255, 143]);
  });
});
