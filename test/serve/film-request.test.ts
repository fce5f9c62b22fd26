import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilmPath } from '../../src/zoom/path.js';
import { checkRequest } from '../../src/zoom/request.js';
import {
  describeZoom,
  longestSeconds,
  octavesTo,
  requestFor,
  sizesWithin,
  usualSeconds,
} from '../../src/web/film-request.js';
import { HOME } from '../../src/web/place.js';

const WISH = { seconds: 2, size: '640x360', theme: 'Galaxy', format: 'mp4' };

describe('a request from the map', () => {
  it('is one that the server takes, from the whole set to what is shown', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1.5, max: 0.4, noNaN: true }),
        fc.double({ min: -1.2, max: 1.2, noNaN: true }),
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: 4, max: 900 }),
        (re, im, mantissa, exponent) => {
          const place = { x: re.toFixed(18), y: im.toFixed(18), r: `${mantissa / 1000}e-${exponent}` };
          const path = new FilmPath(checkRequest(requestFor(place, WISH)));
          expect(path.length).toBe(60);
          const [first, last] = [path.frame(0), path.frame(59)];
          const pixel = (r: number): number => Math.log2(r) + 1 - Math.log2(360);
          expect(first.log2Spacing).toBeCloseTo(pixel(Number(HOME.r)), 9);
          expect(Number(first.re >> BigInt(first.bits - 40)) / 2 ** 40).toBeCloseTo(Number(HOME.x), 9);
          expect(Number(first.im >> BigInt(first.bits - 40)) / 2 ** 40).toBeCloseTo(0, 9);
          const exact = pixel(mantissa / 1000) - exponent * Math.log2(10);
          expect(Math.abs(last.log2Spacing - exact)).toBeLessThan(1e-5);
          expect(Number(last.re >> BigInt(last.bits - 40)) / 2 ** 40).toBeCloseTo(re, 9);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('has no more frames than are allowed, however long it may be', () => {
    for (let frames = 2; frames < 3000; frames++) {
      const request = requestFor({ ...HOME, r: '1e-3' }, { ...WISH, seconds: longestSeconds(frames) });
      const { NUM_FRAMES: length } = checkRequest(request);
      expect(length).toBeLessThanOrEqual(frames);
      expect(length).toBeGreaterThanOrEqual(frames - 1);
    }
  });

  it.each([
    ['1.35', 0, '1 times'],
    ['0.3', Math.log2(4.5), '4.5 times'],
    ['0.00135', Math.log2(1000), '1,000 times'],
    ['0.0135', Math.log2(100), '100 times'],
    ['1.35e-7', 7 * Math.log2(10), '1.0 × 10^7 times'],
    ['1.35e-1000', 1000 * Math.log2(10), '1.0 × 10^1000 times'],
    ['2.7', -1, '0.5 times'],
  ])('to a radius of %s', (r, octaves, words) => {
    expect(octavesTo({ ...HOME, r })).toBeCloseTo(octaves, 6);
    expect(describeZoom(octaves)).toBe(words);
  });

  it('has a length of its own, within bounds', () => {
    expect([1, 10, 1000].map((octaves) => usualSeconds(octaves, 1800))).toEqual([4, 10, 60]);
    expect(usualSeconds(10, 5)).toBe(0.16);
  });

  it.each([
    ['64x36', ['64x36']],
    ['1280x720', ['640x360', '1280x720']],
    ['1920x1080', ['640x360', '1280x720', '1920x1080']],
    ['1000x1000', ['640x360', '1280x720', '1000x1000']],
  ])('offers sizes up to %s', (largest, sizes) => {
    expect(sizesWithin(largest)).toEqual(sizes);
  });
});
