import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilmPath, type Frame } from '../../src/zoom/path.js';
import { checkRequest } from '../../src/zoom/request.js';

/** The way of a request. */
function path(more: object): FilmPath {
  return new FilmPath(
    checkRequest({ START: ['-0.75', '0.1'], ZOOM: '8x', NUM_FRAMES: 9, FPS: 20, SIZE: '64x32', ...more }),
  );
}

/** A frame's centre in its own pixels, from a point; exact enough, since both are near each other at depth. */
function pixelsFrom(frame: Frame, re: bigint, im: bigint): [number, number] {
  const pixels = (units: bigint): number => {
    const bits = units.toString(2).replace('-', '').length;
    const dropped = Math.max(0, bits - 60);
    return Number(units >> BigInt(dropped)) * 2 ** (dropped - frame.bits - frame.log2Spacing);
  };
  return [pixels(re - frame.re), pixels(im - frame.im)];
}

describe('the way of a film', () => {
  it('begins at RADIUS, ends enlarged, and has one factor from frame to frame', () => {
    const way = path({});
    const radii = Array.from({ length: 9 }, (_, i) => 2 ** way.frame(i).log2Spacing * 16);
    expect(radii[0]).toBeCloseTo(2, 12);
    expect(radii[8]).toBeCloseTo(0.25, 12);
    for (let i = 1; i < 9; i++) expect(radii[i] / radii[i - 1]).toBeCloseTo(8 ** (-1 / 8), 12);
  });

  it('has one centre without stops, to the last bit at any depth', () => {
    const digits = `-0.${'7438461925'.repeat(30)}`;
    const way = path({ START: [digits, '0.1'], ZOOM: '1e280x' });
    const all = Array.from({ length: 9 }, (_, i) => way.frame(i));
    expect(new Set(all.map(({ re }) => re)).size).toBe(1);
    expect(all[8].bits).toBeGreaterThan(280 * Math.log2(10));
  });

  it('keeps one point of the plane where it is on the screen between two stations, also at depth', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 700, noNaN: true }),
        fc.integer({ min: 3, max: 40 }),
        (octaves, frames) => {
          const way = path({
            NUM_FRAMES: frames,
            ZOOM: `2^${octaves.toFixed(6)}`,
            STOPS: [{ AT: ['-0.7', '0.3'], RADIUS: '2' }],
          });
          const end = way.frame(frames - 1);
          const [x0, y0] = pixelsFrom(way.frame(0), end.re, end.im);
          for (let i = 1; i < frames; i++) {
            const frame = way.frame(i);
            const [x, y] = pixelsFrom(frame, end.re, end.im);
            // The end's centre moves on the screen from where it was in the first frame to the middle, along a line...
            expect(Math.abs(x * y0 - y * x0)).toBeLessThan(1e-6);
            // ...such that x = (x0 - fixed) s / s0 + fixed, with the fixed point at x0 / (1 - 2^-octaves).
            const fixed = x0 / (1 - 2 ** -octaves);
            const scale = 2 ** (way.frame(0).log2Spacing - frame.log2Spacing);
            if (scale < 1e9) expect(x).toBeCloseTo((x0 - fixed) * scale + fixed, 4);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('passes through its stops, out and in again', () => {
    const way = path({
      NUM_FRAMES: 4001,
      ZOOM: '2^30',
      STOPS: [
        { AT: ['-1.75', '0'], RADIUS: '1e-4' },
        { AT: ['-1', '0.25'], RADIUS: '0.5' },
      ],
    });
    const depths = Array.from({ length: 4001 }, (_, i) => way.frame(i).log2Spacing);
    const deepest = depths.slice(0, 1800).indexOf(Math.min(...depths.slice(0, 1800)));
    const { re, im, bits } = way.frame(deepest);
    expect(Number(re) / 2 ** bits).toBeCloseTo(-1.75, 4);
    expect(Number(im) / 2 ** bits).toBeCloseTo(0, 4);
    for (let i = 1; i < 4001; i++) expect(Math.abs(depths[i] - depths[i - 1])).toBeLessThan(0.05);
  });

  it.each([
    ['linear', 0.5],
    ['in', 0.25],
    ['out', 0.75],
    ['in-out', 0.5],
  ])('with EASE %s is at %d of its octaves in the middle', (EASE, share) => {
    const way = path({ EASE, ZOOM: '2^10' });
    expect(way.frame(0).log2Spacing - way.frame(4).log2Spacing).toBeCloseTo(10 * share, 9);
    expect(way.frame(0).log2Spacing - way.frame(8).log2Spacing).toBeCloseTo(10, 9);
  });

  it('turns by ROTATE degrees from the first frame to the last', () => {
    expect(path({ ROTATE: 90 }).frame(0).angle).toBe(0);
    expect(path({ ROTATE: 90 }).frame(8).angle).toBeCloseTo(Math.PI / 2, 12);
  });

  it.each([
    { START: ['9', '0'] },
    { START: ['0', '1e30'] },
    { RADIUS: '17' },
    { STOPS: [{ AT: ['0', '-8.1'], RADIUS: '1' }] },
    { STOPS: [{ AT: ['0', '0'], RADIUS: '1e5' }] },
  ])('does not leave the root: %j', (more) => {
    expect(() => path(more)).toThrow(/^(START|RADIUS|STOPS\.0\.(AT|RADIUS)).*expected/);
  });
});
