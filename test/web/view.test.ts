import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  atLevel,
  cornerOf,
  DEEPEST_LEVEL,
  FRACTION_BITS,
  panned,
  pixelsTo,
  tileSize,
  type View,
  zoomed,
  zoomOf,
} from '../../src/web/view.js';
import { apart } from './support/exact.js';
import { pixels, views } from './support/views.js';

/** Steps of 2^-32 tiles are 2^-24 pixels; some of them are rounded away by each step. */
const ROUNDING = 2 ** -21;
const MIDDLE = { right: 0, down: 0 };
const deepest = 1n << BigInt(DEEPEST_LEVEL + FRACTION_BITS);

function expectNear({ right, down }: { right: number; down: number }, tolerance = ROUNDING): void {
  expect(Math.abs(right)).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(down)).toBeLessThanOrEqual(tolerance);
}

/** Within the bounds that View promises. */
function expectNormal({ level, scale, x, y }: View): void {
  expect(Number.isInteger(level) && level >= 0 && level <= DEEPEST_LEVEL).toBe(true);
  expect(scale).toBeLessThanOrEqual(Math.SQRT2);
  expect(scale).toBeGreaterThanOrEqual(level === 0 ? 0.5 : Math.SQRT1_2 * (1 - 1e-12));
  const side = 1n << BigInt(level + FRACTION_BITS);
  expect(x >= 0n && x <= side && 2n * y >= -side && y <= side).toBe(true);
}

describe('a view that is moved', () => {
  it('goes by as many pixels as it was told', () => {
    fc.assert(
      fc.property(views, pixels, pixels, (view, right, down) => {
        fc.pre(view.level > 3); // a screen is far within the root
        const there = panned(view, right, down);
        expectNear(apart({ view, right, down }, { view: there, ...MIDDLE }));
        expectNear(apart({ view, ...MIDDLE }, { view: panned(there, -right, -down), ...MIDDLE }));
        expect(there.level).toBe(view.level);
      }),
    );
  });

  it('comes back to the very same numbers', () => {
    fc.assert(
      fc.property(views, pixels, pixels, (view, right, down) => {
        fc.pre(view.level > 3);
        expect(panned(panned(view, right, down), -right, -down)).toEqual(view);
      }),
    );
  });

  it('stays in the square about 0, however far it is moved', () => {
    fc.assert(
      fc.property(views, pixels, pixels, (view, right, down) => {
        expectNormal(panned(view, right * 1e6, down * 1e6));
      }),
    );
  });
});

describe('a view that is enlarged', () => {
  const factors = fc.double({ min: -3, max: 3, noNaN: true }).map((octaves) => 2 ** octaves);

  it('keeps the point that it is enlarged about, and is in normal form', () => {
    fc.assert(
      fc.property(views, factors, pixels, pixels, (view, factor, right, down) => {
        fc.pre(view.level > 8 && view.level < DEEPEST_LEVEL - 3);
        const near = zoomed(view, factor, right, down);
        expectNormal(near);
        expect(zoomOf(near) - zoomOf(view)).toBeCloseTo(Math.log2(factor), 8);
        expectNear(apart({ view, right, down }, { view: near, right, down }), 2 ** -20 * Math.max(1, factor));
      }),
      { numRuns: 200 },
    );
  });

  it('comes back', () => {
    fc.assert(
      fc.property(views, factors, pixels, pixels, (view, factor, right, down) => {
        fc.pre(view.level > 8 && view.level < DEEPEST_LEVEL - 3);
        const back = zoomed(zoomed(view, factor, right, down), 1 / factor, right, down);
        expectNear(apart({ view, ...MIDDLE }, { view: back, ...MIDDLE }), 2 ** -17);
        expect(zoomOf(back)).toBeCloseTo(zoomOf(view), 8);
      }),
      { numRuns: 200 },
    );
  });

  it('stays where it is at the first and at the last level', () => {
    const root: View = { level: 0, x: 1n << 31n, y: 0n, scale: 0.5 };
    expect(zoomed(root, 0.5, 300, 200)).toEqual(root);
    const last: View = { level: DEEPEST_LEVEL, x: deepest / 2n, y: 7n, scale: Math.SQRT2 };
    expect(zoomed(last, 2, 300, 200)).toEqual(last);
  });

  it('takes factors of all sizes', () => {
    fc.assert(
      fc.property(views, fc.constantFrom(0, Number.MIN_VALUE, 1e-300, 1e300, Infinity), (view, factor) =>
        expectNormal(zoomed(view, factor, 100, -100)),
      ),
    );
  });

  it('is the same by many small steps as by one', () => {
    const start: View = { level: 1000, x: (1n << 1031n) + 12_345n, y: 1n << 1020n, scale: 1 };
    let view = start;
    for (let i = 0; i < 400; i++) view = zoomed(view, 2 ** 0.25, 17, 5);
    const once = zoomed(start, 2 ** 100, 17, 5);
    expect(zoomOf(view)).toBeCloseTo(1100, 6);
    expect(pixelsTo(start, view).right).toBeCloseTo(pixelsTo(start, once).right, 4);
    expect(pixelsTo(start, view).right).toBeCloseTo(17, 4);
  });
});

describe('tiles on the screen', () => {
  it('have their corners where exact arithmetic has them', () => {
    fc.assert(
      fc.property(views, fc.integer({ min: -3, max: 3 }), fc.integer({ min: -2, max: 2 }), (view, dx, dl) => {
        const level = Math.min(DEEPEST_LEVEL, Math.max(0, view.level + dl));
        const fraction = BigInt(FRACTION_BITS);
        const x = (atLevel(view.x, view.level, level) >> fraction) + BigInt(dx);
        const y = (atLevel(view.y, view.level, level) >> fraction) - BigInt(dx);
        const corner = cornerOf(view, level, x, y);
        const tile: View = { level, x: x << fraction, y: (y + 1n) << fraction, scale: view.scale };
        // A view of a coarser level is rounded to that level's units.
        expectNear(apart({ view: tile, ...MIDDLE }, { view, ...corner }), 2 ** -18);
        expect(tileSize(view, level)).toBe(256 * view.scale * 2 ** (view.level - level));
      }),
    );
  });

  it('are told how far another view is, or that it is too far to tell', () => {
    fc.assert(
      fc.property(views, pixels, pixels, (view, right, down) => {
        fc.pre(view.level > 3);
        const way = pixelsTo(view, panned(view, right, down));
        expectNear({ right: way.right - right, down: way.down - down });
      }),
    );
    const deep: View = { level: 20_000, x: 0n, y: 0n, scale: 1 };
    const far = pixelsTo(deep, { level: 0, x: 1n << 32n, y: -(1n << 31n), scale: 1 });
    expect(far).toEqual({ right: Infinity, down: Infinity });
  });
});
