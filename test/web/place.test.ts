import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOME, placeOf, viewOf, type Place } from '../../src/web/place.js';
import { TOUR } from '../../src/web/places.js';
import { DEEPEST_LEVEL, pixelsTo, zoomOf } from '../../src/web/view.js';
import { apart } from './support/exact.js';
import { views } from './support/views.js';

const heights = fc.integer({ min: 200, max: 3000 });
const MIDDLE = { right: 0, down: 0 };

function expectWithinSixteenth({ right, down }: { right: number; down: number }): void {
  expect(Math.abs(right)).toBeLessThanOrEqual(1 / 16);
  expect(Math.abs(down)).toBeLessThanOrEqual(1 / 16);
}

describe('the place of a view', () => {
  it('gives the view back, within a sixteenth of a pixel', () => {
    fc.assert(
      fc.property(views, heights, (view, height) => {
        const place = placeOf(view, height);
        const back = viewOf(place, height);
        expectWithinSixteenth(apart({ view, ...MIDDLE }, { view: back, ...MIDDLE }));
        expect(Math.abs(zoomOf(back) - zoomOf(view))).toBeLessThan(8e-6);
        // And what is written down once is written down the same again, so that a link does not wander.
        const again = placeOf(viewOf(place, height), height);
        const { x, y, r } = again;
        expectWithinSixteenth(
          apart({ view: back, ...MIDDLE }, { view: viewOf({ x, y, r }, height), ...MIDDLE }),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('is written with as few digits as do, in a form that everybody reads', () => {
    const view = viewOf({ x: '-0.5', y: '0', r: '1.25' }, 800);
    expect(placeOf(view, 800)).toEqual({ x: '-0.5', y: '0', r: '1.25' });
    expect(placeOf(viewOf({ x: '0.25', y: '-1', r: '1e-9' }, 800), 800)).toEqual({
      x: '0.25',
      y: '-1',
      r: '1e-9',
    });
    fc.assert(
      fc.property(views, heights, (seen, height) => {
        const { x, y, r } = placeOf(seen, height);
        expect(x).toMatch(/^-?\d+(\.\d*[1-9])?$/);
        expect(y).toMatch(/^-?\d+(\.\d*[1-9])?$/);
        expect(y).not.toBe('-0');
        expect(r).toMatch(/^\d+(\.\d*[1-9])?(e-\d+)?$/);
        expect(x.length).toBeLessThan(10 + (seen.level + 16) * Math.log10(2));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the view of a place', () => {
  it('has half the height that was asked for, for windows of all heights', () => {
    for (const height of [100, 640, 800, 2160]) {
      for (const r of [1.35, 0.1, 1e-3, 1e-12]) {
        const view = viewOf({ x: '-0.75', y: '0.1', r: String(r) }, height);
        const shown = (8 * (height / 2)) / (256 * 2 ** zoomOf(view));
        // Nothing is shown smaller than a root of 128 pixels.
        expect(shown).toBeCloseTo(Math.min(r, (8 * height) / 256), 9);
      }
    }
  });

  it('reads numbers in every way of writing them', () => {
    const way = ({ x, y, r }: Place): unknown => viewOf({ x, y, r }, 800);
    const plain = way({ x: '-0.125', y: '0.5', r: '0.01' });
    expect(way({ x: '-1.25e-1', y: '+.5', r: '1e-2' })).toEqual(plain);
    expect(way({ x: '-0.12500000000', y: '5E-1', r: '10e-3' })).toEqual(plain);
  });

  it('takes more digits than it needs, and fewer', () => {
    const digits = '3'.repeat(9000);
    const view = viewOf({ x: `-0.${digits}`, y: `0.${digits}`, r: '1e-4000' }, 800);
    expect(view.level).toBeGreaterThan(13_000);
    const third = (1n << BigInt(view.level + 32)) / 24n;
    const error = view.y - third;
    expect(error >= -1n && error <= 1n).toBe(true);
    expect(viewOf({ x: '0', y: '0', r: '1e-4000' }, 800).y).toBe(0n);
  });

  it('brings what lies outside to the edge, and what is too deep or too wide to what is shown', () => {
    const east = viewOf({ x: '1e30', y: '-1e30', r: '1' }, 800);
    expect(pixelsTo(east, viewOf({ x: '4', y: '-4', r: '1' }, 800))).toEqual({ right: 0, down: 0 });
    expect(viewOf({ x: '0', y: '0', r: '1e-40000' }, 800).level).toBe(DEEPEST_LEVEL);
    expect(viewOf({ x: '0', y: '0', r: '1e40000' }, 800)).toMatchObject({ level: 0, scale: 0.5 });
  });

  const wrong: [name: string, value: string][] = [
    ['x', 'foo'],
    ['x', ''],
    ['x', '0x10'],
    ['x', '1e'],
    ['x', '--1'],
    ['x', 'NaN'],
    ['y', 'Infinity'],
    ['y', '1e999999'],
    ['y', '-1e-999999'],
    ['r', '0'],
    ['r', '0.000e5'],
    ['r', '-1'],
    ['r', '-0'],
    ['r', '1e999999'],
    ['r', '1e-999999'],
    ['x', '1'.repeat(1e6)],
    ['y', `0.${'1'.repeat(1e6)}`],
    ['r', `0.${'0'.repeat(1e6)}1`],
    ['x', `1e${'9'.repeat(1e6)}`],
  ];
  it.each(wrong.map(([name, value]) => ({ name, value, shown: value.slice(0, 20) })))(
    'says at once what is wrong with $name=$shown',
    ({ name, value }) => {
      const began = performance.now();
      let message = '';
      try {
        viewOf({ ...HOME, [name]: value }, 800);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        message = (error as RangeError).message;
      }
      expect(message).toContain(`expected ${name}`);
      expect(message.length).toBeLessThan(200);
      expect(performance.now() - began).toBeLessThan(50);
    },
  );
});

describe('the tour', () => {
  it('is a dozen places that can be read, each another one', () => {
    expect(TOUR.length).toBeGreaterThanOrEqual(12);
    expect(new Set(TOUR.map(({ name }) => name)).size).toBe(TOUR.length);
    for (const place of TOUR) expect(placeOf(viewOf(place, 800), 800).r).not.toBe('');
  });
});
