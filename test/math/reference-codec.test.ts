import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepKernel } from '../../src/daemon/kernel.js';
import type { Reference } from '../../src/math/deep-kernel.js';
import { parseFixed } from '../../src/math/fixed.js';
import { decodeReference, encodeReference } from '../../src/math/reference-codec.js';

/** The nucleus of period 252 near -1.76 - 0.0126i, and a point of no component. */
const REFERENCES: Reference[] = [
  ['-1.75981713084804791658287605332550', '-0.01259331079974965731938866685430'],
  ['0.40000000000000000000000000000001', '0.4'],
].map(([re, im]) =>
  deepKernel().makeReference({
    re: parseFixed(re, 200, 're'),
    im: parseFixed(im, 200, 'im'),
    bits: 200,
    log2Radius: -60,
  }),
);
const BYTES = REFERENCES.map((reference) => encodeReference(reference, 'M012'));

describe('references as bytes', () => {
  it.each([0, 1])('come back as they were (%s)', (which) => {
    const { length, isNucleus, isNearNucleus, minima, tiny, offset, re, im } = REFERENCES[which];
    expect(decodeReference(BYTES[which], 'M012')).toEqual({
      length,
      isNucleus,
      isNearNucleus,
      minima,
      tiny,
      offset,
      re: re.slice(0, length + 1),
      im: im.slice(0, length + 1),
    });
  });

  it('are refused when cut, lengthened, or of other numbers', () => {
    const [whole] = BYTES;
    expect(decodeReference(whole, 'M013')).toBeNull();
    for (const length of [0, 3, 11, 12, 100, whole.length - 8, whole.length - 1]) {
      expect(decodeReference(whole.subarray(0, length), 'M012'), `${length}`).toBeNull();
    }
    expect(decodeReference(Uint8Array.of(...whole, 0), 'M012')).toBeNull();
    const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer);
    const nan = whole.slice();
    view(nan).setFloat64(nan.length - 80, NaN, true);
    expect(decodeReference(nan, 'M012')).toBeNull();
    const long = whole.slice();
    view(long).setUint32(8, 2 ** 31, true);
    expect(decodeReference(long, 'M012')).toBeNull();
  });

  it('never make the reader fail, whatever is done to them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(800), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(2000),
        (flips, cut) => {
          const bytes = BYTES[0].slice(0, BYTES[0].length - (cut > 1000 ? 0 : cut));
          for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
          const decoded = decodeReference(bytes, 'M012');
          if (decoded !== null) expect(decoded.re.length).toBe(decoded.length + 1);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
