import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toYuv } from '../../../src/zoom/film/yuv.js';
import { noise } from './support/clip.js';

/** Slow, and by the formulas of BT.709 as they stand there. */
function slowly(rgb: Uint8Array, width: number, height: number): number[][] {
  const at = (x: number, y: number): number[] => {
    const first = (y * width + Math.max(0, x)) * 3;
    return [...rgb.subarray(first, first + 3)].map((value) => value / 255);
  };
  const luma = ([r, g, b]: number[]): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const planes: number[][] = [[], [], []];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) planes[0].push(16 + 219 * luma(at(x, y)));
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const near = [0, 1].flatMap((dy) => [-1, 0, 0, 1].map((dx) => at(x + dx, y + dy)));
      const mean = [0, 1, 2].map((i) => near.reduce((sum, colour) => sum + colour[i], 0) / 8);
      planes[1].push(128 + (224 * (mean[2] - luma(mean))) / 1.8556);
      planes[2].push(128 + (224 * (mean[0] - luma(mean))) / 1.5748);
    }
  }
  return planes;
}

describe('toYuv', () => {
  it('agrees with the formulas', () => {
    const sizes = fc.integer({ min: 1, max: 8 }).map((half) => 2 * half);
    fc.assert(
      fc.property(sizes, sizes, fc.integer(), (width, height, seed) => {
        const rgb = noise(width, height, seed);
        const yuv = new Uint8Array((width * height * 3) / 2);
        toYuv(rgb, width, height, yuv);
        for (const [i, value] of slowly(rgb, width, height).flat().entries()) {
          expect(Math.abs(yuv[i] - value)).toBeLessThan(0.52);
        }
      }),
    );
  });

  it('leaves greys grey, from 16 to 235', () => {
    for (let grey = 0; grey < 256; grey++) {
      const yuv = new Uint8Array(6);
      toYuv(new Uint8Array(12).fill(grey), 2, 2, yuv);
      const luma = Math.round(16 + (219 * grey) / 255);
      expect([...yuv]).toEqual([luma, luma, luma, luma, 128, 128]);
    }
  });
});
