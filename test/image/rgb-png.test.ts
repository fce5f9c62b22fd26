import fc from 'fast-check';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { decodeRgbPng, encodeRgbPng } from '../../src/image/png.js';

/** Pictures in which neighbours are often alike, of widths that are multiples of four bytes and others, at any place of their memory. */
const pictures = fc
  .record({
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 12 }),
    offset: fc.integer({ min: 0, max: 4 }),
    seed: fc.array(fc.constantFrom(0, 0, 0, 0, 7, 255), { minLength: 1, maxLength: 97 }),
  })
  .map(({ width, height, offset, seed }) => {
    const memory = Uint8Array.from(
      { length: offset + 3 * width * height },
      (_, i) => seed[(i * 7) % seed.length],
    );
    return { width, rgb: memory.subarray(offset) };
  });

it('an RGB picture has the bytes that pngjs gives it, and comes back as it was', () => {
  fc.assert(
    fc.property(pictures, ({ width, rgb }) => {
      const png = encodeRgbPng(rgb, width);
      const picture = new PNG({ width, height: rgb.length / (3 * width) });
      picture.data = Buffer.from(rgb);
      const expected = PNG.sync.write(picture, {
        colorType: 2,
        inputColorType: 2,
        inputHasAlpha: false,
        bitDepth: 8,
        filterType: 2,
        deflateLevel: 9,
        deflateStrategy: 3,
      });
      expect(Buffer.compare(png, expected)).toBe(0);
      expect(decodeRgbPng(png)).toEqual({ width, rgb: Uint8Array.from(rgb) });
    }),
  );
});
