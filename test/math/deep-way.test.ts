import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DeepKernel } from '../../src/math/deep-kernel.js';
import { deepOracle } from '../support/deep-oracle.js';
import { deepViews, fixedPoint } from '../support/deep-view.js';
import { seededRandom } from '../support/random.js';

const kernel = new DeepKernel(readFileSync(new URL('../../dist/math/deep-kernel.wasm', import.meta.url)));
const BITS = 256;
const BUDGET = 2 ** 18;
const COUNT = 60;
/** Nearer to the set than this, in pixel spacings, the rounding of doubles is more than a hundredth of the distance. */
const LOG2_ROUNDED = -20;

/**
 * Where films pass: levels 33 to 60 on the way to the deep views. The points are still so far from the reference that skips
 * need their terms in z dc and dc^2, which those of the deep views themselves do not.
 */
describe('on the way to a deep view', () => {
  const cases = deepViews()
    .filter(({ name }) => name !== 'e14')
    .flatMap((view) => [38, 41, 44, 48, 60].map((exponent) => ({ view, exponent })));
  it.each(cases)(
    'to $view.name, spacing 2^-$exponent: the oracle’s kind, its distance within 1 %',
    ({ view, exponent }) => {
      const re = fixedPoint(view.re, BITS);
      const im = fixedPoint(view.im, BITS);
      const reference = kernel.makeReference({
        re,
        im,
        bits: BITS,
        log2Radius: 7.5 - exponent,
        maxLength: 2 ** 21,
      });
      const random = seededRandom(20261121 + exponent);
      const at = Array.from({ length: COUNT }, () => [random.below(257) - 128, random.below(257) - 128]);
      const points = { x: Float64Array.from(at, ([x]) => x), y: Float64Array.from(at, ([, y]) => y) };
      const verdicts = { period: new Int32Array(COUNT), log2Distance: new Float64Array(COUNT) };
      kernel.decide(reference, { mantissa: 1, exponent: -exponent }, 182, points, COUNT, 2 ** 24, verdicts);
      let exterior = 0;
      at.forEach(([x, y], i) => {
        const shift = BigInt(BITS - exponent);
        const found = deepOracle(
          { re: re + (BigInt(x) << shift), im: im + (BigInt(y) << shift), bits: BITS },
          BUDGET,
        );
        if (found.kind === 'unresolved') {
          expect(verdicts.period[i]).toBeGreaterThanOrEqual(0);
          return;
        }
        exterior++;
        expect(verdicts.period[i]).toBe(0);
        const expected = found.log2Distance + exponent;
        if (expected < LOG2_ROUNDED) expect(verdicts.log2Distance[i]).toBeLessThan(LOG2_ROUNDED / 2);
        else expect(Math.abs(verdicts.log2Distance[i] - expected)).toBeLessThan(Math.log2(1.01));
      });
      expect(exterior).toBeGreaterThan(0);
    },
    60_000,
  );
});
