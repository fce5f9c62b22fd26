import { writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadReference, saveReference } from '../../src/cache/reference-store.js';
import { deepKernel } from '../../src/daemon/kernel.js';
import type { Reference } from '../../src/math/deep-kernel.js';
import { parseFixed } from '../../src/math/fixed.js';
import { decodeReference, encodeReference } from '../../src/math/reference-codec.js';
import { newCache, tiles } from '../cache/support/scene.js';
import { casesOf } from './support/cases.js';
import { mutationsOf } from './support/mutations.js';

const KEY = '1 M00000000';
const kernel = deepKernel();

/** Real references: a nucleus, and an orbit that escapes. */
const SOUND: Reference[] = [
  ['-1.75981713084804791658287605332550', '-0.01259331079974965731938866685430'],
  ['0.40000000000000000000000000000001', '0.4'],
].map(([re, im]) =>
  kernel.makeReference({
    re: parseFixed(re, 200, 're'),
    im: parseFixed(im, 200, 'im'),
    bits: 200,
    log2Radius: -60,
  }),
);

/** Uses a reference as a thread does: whatever it is, a few points are decided within a moment. */
function use(reference: Reference): void {
  const verdicts = { period: new Int32Array(4), log2Distance: new Float64Array(4) };
  const points = { x: Float64Array.of(0, 1, 300, -1e4), y: Float64Array.of(0, -7, 30, 1e4) };
  kernel.decide(reference, { mantissa: 1, exponent: -70 }, 2 ** 17, points, 4, 5000, verdicts);
}

/** Runs something and tells what it throws in other words than a reader or a kernel may use. */
function decodeAndUse(bytes: Uint8Array): 'refused' | 'used' {
  const start = performance.now();
  const reference = decodeReference(bytes, KEY);
  if (reference !== null) use(reference);
  if (performance.now() - start > 3000) throw new Error(`took ${performance.now() - start} ms`);
  return reference === null ? 'refused' : 'used';
}

describe('a hostile reference', () => {
  it('of mutated bytes is refused, or can be used', () => {
    const files = SOUND.map((reference) => encodeReference(reference, KEY));
    fc.assert(
      fc.property(mutationsOf(files), (bytes) => void decodeAndUse(bytes)),
      { numRuns: casesOf('references') / 2, endOnFailure: true },
    );
  });

  it('of sound bytes and any header is refused, or can be used', () => {
    const finite = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1, 1e308, 5e-324),
    );
    const exponent = fc.oneof(
      fc.integer({ min: -5000, max: 5000 }),
      fc.integer({ min: -(2 ** 27), max: 2 ** 27 }),
    );
    const scaled = fc.record({ mantissa: finite, exponent });
    // Orbits of a few points, which any c has, and the real ones.
    const orbit = fc.oneof(
      fc.constantFrom(...SOUND),
      fc
        .tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.integer({ min: 1, max: 30 }))
        .map(([c, steps]) => ({ ...SOUND[0], tiny: [], minima: [], ...orbitOf(c, steps) })),
    );
    const lying = orbit.chain((sound) => {
      const index = fc.nat({ max: sound.length });
      const lies = fc.record(
        {
          length: fc.oneof(fc.constant(sound.length), fc.integer(), fc.double()),
          isNearNucleus: fc.boolean(),
          isNucleus: fc.oneof({ weight: 9, arbitrary: fc.boolean() }, fc.jsonValue()),
          minima: fc.array(index, { maxLength: 300 }),
          tiny: fc.array(fc.record({ index, re: scaled, im: scaled }), { maxLength: 300 }),
          offset: fc.record({ re: scaled, im: scaled }),
        },
        { requiredKeys: [] },
      );
      return lies.map((fields): Reference => ({ ...sound, ...fields }) as Reference);
    });
    const seen = { refused: 0, used: 0 };
    fc.assert(
      fc.property(lying, (reference) => void seen[decodeAndUse(encodeReference(reference, KEY))]++),
      { numRuns: casesOf('references') / 2, endOnFailure: true },
    );
    expect(seen.used).toBeGreaterThan(seen.refused / 10);
  });

  it('in the store is read only as it was written', async () => {
    const { layout } = await newCache();
    const [cell] = tiles('M00000000');
    const content = encodeReference(SOUND[0], KEY);
    await saveReference(layout, cell, content);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 20 })), async (pieces) => {
        const bytes = Buffer.concat(pieces);
        await writeFile(layout.reference(cell), bytes);
        const read = await loadReference(layout, cell);
        if (read !== null) expect(crc32(read)).toBe(bytes.readUInt32LE(bytes.length - 4));
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});

/** The orbit of a real c, as far as it stays within bounds. */
function orbitOf(c: number, steps: number): Pick<Reference, 're' | 'im' | 'length'> {
  const re = [0];
  while (re.length <= steps && Math.abs(re[re.length - 1]) < 2 ** 20) re.push(re[re.length - 1] ** 2 + c);
  return { re: Float64Array.from(re), im: new Float64Array(re.length), length: re.length - 1 };
}
