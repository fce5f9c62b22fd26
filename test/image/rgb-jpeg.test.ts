import { decode } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { encodeJpeg, encodeRgbJpeg } from '../../src/image/jpeg.js';
import { paletteOf } from '../../src/image/palette.js';

describe('a JPEG of any colours', () => {
  it('is what the same pixels of a palette give', () => {
    const palette = paletteOf('Classic');
    const indices = Uint8Array.from({ length: 48 * 32 }, (_, i) => (7 * i) % 256);
    const rgb = Uint8Array.from(
      { length: 3 * indices.length },
      (_, i) => palette[3 * indices[Math.floor(i / 3)] + (i % 3)],
    );
    expect(Buffer.from(encodeRgbJpeg(rgb, 48))).toEqual(Buffer.from(encodeJpeg(indices, 48, palette)));
  });

  it('has its width and its colours', () => {
    const rgb = Uint8Array.from({ length: 3 * 24 * 16 }, (_, i) => [200, 40, 90][i % 3]);
    const { width, height, data } = decode(encodeRgbJpeg(rgb, 24));
    expect([width, height]).toEqual([24, 16]);
    for (const [i, value] of [200, 40, 90].entries())
      expect(Math.abs(data[4 * 100 + i] - value)).toBeLessThan(4);
  });
});
