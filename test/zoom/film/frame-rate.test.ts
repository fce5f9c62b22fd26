import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameRate } from '../../../src/zoom/film/frame-rate.js';

describe('a frame rate', () => {
  it.each([
    [20, 20, 1],
    [29.97, 2997, 100],
    [23.976, 23_976, 1000],
    [119.881, 11_988, 100],
    [0.001, 1, 1000],
    [240, 240, 1],
  ])('%f is %i in %i', (fps, frames, seconds) => {
    expect(frameRate(fps)).toEqual({ frames, seconds });
  });

  it.each([0, -1, 240.1, Number.NaN, Number.POSITIVE_INFINITY])('is not %f', (fps) => {
    expect(() => frameRate(fps)).toThrow(RangeError);
  });

  it('is near, and fits into 16 bits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 240, noNaN: true }), (fps) => {
        const { frames, seconds } = frameRate(fps);
        expect(Number.isInteger(frames) && Number.isInteger(seconds)).toBe(true);
        expect(frames > 0 && frames < 2 ** 16 && seconds < 2 ** 16).toBe(true);
        expect(Math.abs(frames / seconds - fps)).toBeLessThanOrEqual(fps < 65 ? 0.000_501 : 0.005_01);
      }),
    );
  });
});
