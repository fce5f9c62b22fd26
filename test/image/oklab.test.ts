import { describe, expect, it } from 'vitest';
import { fromLch, mix, toSrgb } from '../../src/image/oklab.js';
import { labOfSrgb } from './support/colour.js';

describe('OKLab', () => {
  it.each([
    // The six corners of sRGB and two greys, from the reference implementation of the paper
    [
      [0.62795536, 0.22486306, 0.1258463],
      [255, 0, 0],
    ],
    [
      [0.86643961, -0.23388757, 0.17949848],
      [0, 255, 0],
    ],
    [
      [0.45201372, -0.03245698, -0.31152815],
      [0, 0, 255],
    ],
    [
      [0.96798272, -0.07136908, 0.19856975],
      [255, 255, 0],
    ],
    [
      [1, 0, 0],
      [255, 255, 255],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    [
      [0.59987173, 0, 0],
      [128, 128, 128],
    ],
  ] as const)('%j is sRGB %j', (lab, srgb) => {
    expect(toSrgb(lab)).toEqual(srgb);
  });

  it('returns every grey and a lattice of colours to the byte', () => {
    for (let grey = 0; grey < 256; grey++) {
      expect(toSrgb(labOfSrgb(grey, grey, grey))).toEqual([grey, grey, grey]);
    }
    for (let red = 0; red < 256; red += 15) {
      for (let green = 0; green < 256; green += 15) {
        for (let blue = 0; blue < 256; blue += 15) {
          expect(toSrgb(labOfSrgb(red, green, blue))).toEqual([red, green, blue]);
        }
      }
    }
  });

  it('takes chroma, not lightness or hue, from a colour that no screen shows', () => {
    for (let hue = 0; hue < 360; hue += 5) {
      const [, a, b] = fromLch([0.6, 0.4, hue]);
      const shown = labOfSrgb(...toSrgb([0.6, a, b]));
      const chroma = Math.hypot(shown[1], shown[2]);
      expect(Math.abs(shown[0] - 0.6)).toBeLessThan(0.004);
      expect(chroma).toBeGreaterThan(0.08);
      expect(chroma).toBeLessThan(0.33);
      expect((shown[1] * a + shown[2] * b) / (chroma * 0.4)).toBeGreaterThan(0.9995);
    }
  });

  it('turns a hue by the table as by the sine', () => {
    for (let hue = -360; hue <= 720; hue += 5) {
      const [lightness, a, b] = fromLch([0.5, 1, hue]);
      expect(lightness).toBe(0.5);
      expect(a).toBeCloseTo(Math.cos((hue * Math.PI) / 180), 14);
      expect(b).toBeCloseTo(Math.sin((hue * Math.PI) / 180), 14);
    }
  });

  it('refuses a hue that the table does not have', () => {
    expect(() => fromLch([0.5, 0.1, 12])).toThrow('expected a hue of a multiple of 5 degrees, got 12');
  });

  it('mixes exactly at the ends', () => {
    const from = [0.1, 0.2, 0.3] as const;
    const to = [0.7, -0.1, 0.05] as const;
    expect(mix(from, to, 0)).toEqual(from);
    expect(mix(from, to, 1)).toEqual(to);
    expect(mix(from, to, 0.5)[1]).toBeCloseTo(0.05, 15);
  });
});
