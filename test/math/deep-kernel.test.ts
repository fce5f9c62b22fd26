import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DeepKernel, type Reference } from '../../src/math/deep-kernel.js';
import { toScaled } from '../../src/math/fixed.js';
import { followExactly } from '../../src/math/reference.js';
import { deepAnswers, deepViews, fixedPoint, log2Decimal, log2HalfHeight } from '../support/deep-view.js';

const kernel = new DeepKernel(readFileSync(new URL('../../dist/math/deep-kernel.wasm', import.meta.url)));
const MAX_LENGTH = 2 ** 21;
/** Nearer to the set than this, in pixel spacings, the rounding of doubles is more than a hundredth of the distance. */
const LOG2_ROUNDED = -24;

/** A view of 257 x 257 samples: its reference and the spacing. */
function viewOf(name: string): { reference: Reference; spacing: { mantissa: number; exponent: number } } {
  const view = deepViews().find((one) => one.name === name);
  if (view === undefined) throw new Error(`there is no view ${name}`);
  const log2Spacing = log2HalfHeight(view) - 7;
  const bits = Math.ceil(128 - log2Spacing);
  const exponent = Math.floor(log2Spacing);
  return {
    reference: kernel.makeReference({
      re: fixedPoint(view.re, bits),
      im: fixedPoint(view.im, bits),
      bits,
      log2Radius: log2Spacing + 7.5,
      maxLength: MAX_LENGTH,
    }),
    spacing: { mantissa: 2 ** (log2Spacing - exponent), exponent },
  };
}

describe('deep views by others', () => {
  it.each(['e14', 'e50', 'e227', 'e1086'])(
    '%s: the oracle’s kind and period everywhere, its distance within 1 %',
    (name) => {
      const { reference, spacing } = viewOf(name);
      expect(reference.isNucleus).toBe(true);
      expect(reference.length).toBe(deepViews().find((view) => view.name === name)?.period);
      const answers = deepAnswers(name);
      const count = answers.i.length;
      const points = {
        x: Float64Array.from(answers.i, (i) => i - 128),
        y: Float64Array.from(answers.j, (j) => 128 - j),
      };
      const verdicts = { period: new Int32Array(count), log2Distance: new Float64Array(count) };
      kernel.decide(reference, spacing, 182, points, count, 2 ** 26, verdicts);
      expect([...verdicts.period]).toEqual(answers.period);
      let compared = 0;
      for (let i = 0; i < count; i++) {
        const log2Distance = answers.log2Distance[i] + 7; // in spacings
        if (log2Distance < LOG2_ROUNDED) {
          expect(verdicts.log2Distance[i]).toBeLessThan(LOG2_ROUNDED / 2);
          continue;
        }
        compared++;
        expect(Math.abs(verdicts.log2Distance[i] - log2Distance)).toBeLessThan(Math.log2(1.01));
      }
      expect(compared).toBeGreaterThan(0.85 * count);
    },
    30_000,
  );

  it.each(deepViews())(
    '$name: at the nucleus the period, and half of the size as the distance',
    ({ nucleusRe, nucleusIm, period, size }) => {
      const log2Radius = -Math.floor((nucleusRe.length - 4) * Math.log2(10));
      const bits = 128 - log2Radius;
      const [re, im] = [fixedPoint(nucleusRe, bits), fixedPoint(nucleusIm, bits)];
      const reference = kernel.makeReference({ re, im, bits, log2Radius, maxLength: MAX_LENGTH });
      const verdicts = { period: new Int32Array(1), log2Distance: new Float64Array(1) };
      const here = { x: new Float64Array(1), y: new Float64Array(1) };
      kernel.decide(reference, { mantissa: 1, exponent: log2Radius }, 1, here, 1, 2 ** 26, verdicts);
      expect(verdicts.period[0]).toBe(period);
      const difference = verdicts.log2Distance[0] + log2Radius - (log2Decimal(size) - 1);
      expect(Math.abs(difference)).toBeLessThan(1e-6);
    },
    30_000,
  );
});

describe('an answer', () => {
  it.each(deepViews().filter(({ name }) => name === 'e14' || name === 'e1086'))(
    '$name: depends on the point and the region only, not on what else is asked for',
    ({ nucleusRe, nucleusIm, size }) => {
      // Around the minibrot, as wide as 12 of its sizes: interior and exterior, and at e1086 numbers too small for doubles.
      const exponent = Math.floor(log2Decimal(size)) - 1;
      const log2Radius = exponent + 6;
      const bits = 128 - log2Radius;
      const [re, im] = [fixedPoint(nucleusRe, bits), fixedPoint(nucleusIm, bits)];
      const reference = kernel.makeReference({ re, im, bits, log2Radius, maxLength: MAX_LENGTH });
      const decide = (x: number[], y: number[]): { period: Int32Array; log2Distance: Float64Array } => {
        const verdicts = { period: new Int32Array(x.length), log2Distance: new Float64Array(x.length) };
        const points = { x: Float64Array.from(x), y: Float64Array.from(y) };
        kernel.decide(reference, { mantissa: 1, exponent }, 64, points, x.length, 2 ** 24, verdicts);
        return verdicts;
      };
      const all = Array.from({ length: 625 }, (_, i) => ({
        x: (i % 25) - 12.5,
        y: Math.floor(i / 25) - 12.5,
      }));
      const together = decide(
        all.map(({ x }) => x),
        all.map(({ y }) => y),
      );
      expect(together.period.filter((period) => period > 0).length).toBeGreaterThan(10);
      expect(together.period.filter((period) => period === 0).length).toBeGreaterThan(200);
      for (let i = all.length - 1; i >= 0; i -= 7) {
        const alone = decide([all[i].x], [all[i].y]);
        expect(alone.period[0]).toBe(together.period[i]);
        expect(alone.log2Distance[0]).toBe(together.log2Distance[i]);
      }
    },
    30_000,
  );
});

describe('a reference orbit', () => {
  it('of a nucleus far from the centre is as good as one that is followed exactly', () => {
    // 200 spacings of level 36 beside the nucleus of period 252 of the view e14.
    const bits = 200;
    const spacing = 1n << BigInt(bits - 41);
    const view = deepViews()[0];
    const re = (fixedPoint(view.nucleusRe, bits) / spacing) * spacing;
    const im = (fixedPoint(view.nucleusIm, bits) / spacing) * spacing;
    const options = { im, bits, log2Radius: -31.5, maxLength: MAX_LENGTH };
    const near = kernel.makeReference({ ...options, re });
    const far = kernel.makeReference({ ...options, re: re + 200n * spacing });
    expect([near.length, far.length]).toEqual([252, 252]);
    for (let m = 1; m < 252; m++) {
      const size = Math.hypot(near.re[m], near.im[m]);
      expect(Math.hypot(near.re[m] - far.re[m], near.im[m] - far.im[m]) / size).toBeLessThan(1e-12);
    }
  });

  it('ends where the orbit escapes, or where it leads nowhere', () => {
    const bits = 128;
    const outside = followExactly({
      re: 1n << 127n,
      im: 1n << 127n,
      bits,
      log2Radius: -50,
      maxLength: 1000,
    });
    expect(outside.isNearNucleus).toBe(false);
    expect(outside.length).toBeLessThan(20);
    const inside = followExactly({ re: -1n << 125n, im: 3n, bits, log2Radius: -50, maxLength: 2 ** 19 });
    expect(inside.isNearNucleus).toBe(false);
    expect(inside.length).toBe(2 ** 17);
    expect(inside.minima[0]).toBe(1);
    expect(toScaled(0n, 5).mantissa).toBe(0);
  });
});
