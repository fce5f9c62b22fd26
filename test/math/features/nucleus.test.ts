import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseFixed } from '../../../src/math/fixed.js';
import { boundaryPoint, digitsFor, rootOf } from '../../../src/math/features/boundary.js';
import { componentsOfPeriod } from '../../../src/math/features/components.js';
import {
  fixedOf,
  log2Distance,
  plus,
  product,
  toDoubles,
  withBits,
  type FixedComplex,
} from '../../../src/math/features/fixed-complex.js';
import { nucleusNear } from '../../../src/math/features/nucleus.js';
import { shapeOf } from '../../../src/math/features/shape.js';
import { weierstrassRoots } from '../../support/durand-kerner.js';
import { componentSize } from '../../support/nuclei.js';

const SEED = 19;

function at(re: number, im: number, bits = 128): FixedComplex {
  return fixedOf(re, im, bits);
}

describe('nuclei', () => {
  test.each([
    ['main cardioid', 1, 0.1, 0.1, 0, 0],
    ['basilica', 2, -1.1, 0.05, -1, 0],
    ['rabbit', 3, -0.1, 0.7, -0.122561166876654, 0.744861766619744],
    ['airplane', 3, -1.7, 0, -1.754877666246693, 0],
    // Wikibooks, "Fractals/Iterations in the complex plane/island_t"
    ['period 5, real', 5, -1.98, 0, -1.98542425305421, 0],
    ['period 5, real', 5, -1.86, 0, -1.86078252220485, 0],
    ['period 5, real', 5, -1.62, 0, -1.6254137251233, 0],
    ['period 5, left', 5, -1.256, 0.38, -1.25636793006818, 0.380320963472722],
    ['period 5, up', 5, -0.198, 1.1, -0.198042099364254, 1.1002695372927],
    ['13/34', 34, -0.39296, 0.58655, -0.39295862805849, 0.586546408285511],
  ])('%s', (_, period, startRe, startIm, re, im) => {
    const nucleus = toDoubles(nucleusNear(at(startRe, startIm), period)!);
    expect(nucleus.re).toBeCloseTo(re, 13);
    expect(nucleus.im).toBeCloseTo(im, 13);
  });

  it('has as many digits as are asked for', () => {
    // The airplane is the real root of c^3 + 2 c^2 + c + 1.
    for (const bits of [64, 200, 5000]) {
      const { re: c, im } = nucleusNear(at(-1.75, 0, bits), 3)!;
      const value = (x: bigint): bigint => {
        const one = 1n << BigInt(bits);
        return x * x * x + 2n * one * x * x + one * one * x + one * one * one;
      };
      expect(im).toBe(0n);
      expect(value(c - 2n) < 0n && value(c + 2n) > 0n).toBe(true);
    }
  });

  it('does not depend on where it starts', () => {
    const exact = nucleusNear(at(-0.1, 0.7, 256), 3)!;
    fc.assert(
      fc.property(
        fc.double({ min: -0.02, max: 0.02, noNaN: true }),
        fc.double({ min: -0.02, max: 0.02, noNaN: true }),
        (dRe, dIm) => {
          expect(nucleusNear(at(-0.12 + dRe, 0.74 + dIm, 256), 3)).toEqual(exact);
        },
      ),
      { seed: SEED },
    );
  });

  it('refuses a multiple of the period, and starts that lead nowhere', () => {
    expect(nucleusNear(at(-1.01, 0), 4)).toBeNull();
    expect(nucleusNear(at(0.01, 0.01), 7)).toBeNull();
    expect(nucleusNear(at(-1.75488, 0), 6)).toBeNull();
    expect(nucleusNear(at(300, 0), 3)).toBeNull();
    expect(() => nucleusNear(at(0, 0), 0)).toThrow('expected a positive integer as period, got 0');
    expect(() => nucleusNear(at(0, 0), 1.5)).toThrow(RangeError);
    expect(() => nucleusNear(at(0, 0, 8), 1)).toThrow('expected at least 16 binary digits, got 8');
  });

  test.each([1, 2, 3, 4, 5, 6])(
    'those of period %i are the roots of the polynomial, and no others',
    (period) => {
      const components = [...componentsOfPeriod(period)].map(({ nucleus }) => toDoubles(nucleus));
      const divisors = Array.from({ length: period - 1 }, (_, i) => i + 1).filter((d) => period % d === 0);
      const shorter = divisors.flatMap((d) =>
        [...componentsOfPeriod(d)].map(({ nucleus }) => toDoubles(nucleus)),
      );
      const known = [...components, ...shorter];
      const roots = weierstrassRoots(period);
      expect(known).toHaveLength(roots.length);
      for (const root of roots) {
        const near = known.filter(({ re, im }) => Math.hypot(re - root.re, im - root.im) < 1e-10);
        expect(near).toHaveLength(1);
      }
    },
  );
});

describe('shapes', () => {
  test.each([
    ['main cardioid', 1, 0, 0, 1, 0, 'cardioid'],
    ['basilica', 2, -1, 0, 0.5, 0, 'disc'],
    ['airplane', 3, -1.7549, 0, 0.01903551591313, 0, 'cardioid'],
    ['Kokopelli', 4, -0.1565, 1.0322, 0.00848285870052, -0.617198850615632, 'cardioid'],
  ])('%s', (_, period, re, im, size, argument, kind) => {
    const shape = shapeOf(nucleusNear(at(re, im), period)!, period);
    expect(2 ** shape.log2Size).toBeCloseTo(size, 12);
    expect(shape.argument).toBeCloseTo(argument, 12);
    expect(shape.kind).toBe(kind);
  });

  it('has the size that the sum over the orbit gives', () => {
    for (const { nucleus, shape } of componentsOfPeriod(7)) {
      expect(2 ** shape.log2Size / componentSize(toDoubles(nucleus), 7)).toBeCloseTo(1, 6);
    }
  });

  it('tells cardioids from discs with room to spare', () => {
    for (const period of [2, 3, 4, 5, 6, 7, 8]) {
      for (const { shape } of componentsOfPeriod(period)) {
        expect(Math.hypot(shape.bend.re - (shape.kind === 'disc' ? 1 : 0), shape.bend.im)).toBeLessThan(0.4);
      }
    }
  });
});

/** F^n_c(z) and its derivative by z. */
function follow(c: FixedComplex, start: FixedComplex, n: number): { z: FixedComplex; dz: FixedComplex } {
  let z = start;
  let dz = fixedOf(1, 0, c.bits);
  for (let i = 0; i < n; i++) {
    dz = product(plus(z, z), dz);
    z = plus(product(z, z), c);
  }
  return { z, dz };
}

describe('boundary points', () => {
  it('has the bonds of the main cardioid', () => {
    const nucleus = at(0, 0, 256);
    for (const [p, q] of [
      [0, 1],
      [1, 2],
      [1, 3],
      [2, 3],
      [1, 4],
      [2, 5],
      [13, 34],
      [499, 1000],
    ]) {
      const { re, im } = toDoubles(boundaryPoint(nucleus, 1, p, q));
      const angle = (2 * Math.PI * p) / q;
      expect(re).toBeCloseTo(Math.cos(angle) / 2 - Math.cos(2 * angle) / 4, 14);
      expect(im).toBeCloseTo(Math.sin(angle) / 2 - Math.sin(2 * angle) / 4, 14);
    }
  });

  it('has those of the period-2 disc, and its root', () => {
    const nucleus = at(-1, 0, 256);
    for (const [p, q] of [
      [0, 1],
      [1, 2],
      [1, 3],
      [3, 5],
    ]) {
      const { re, im } = toDoubles(boundaryPoint(nucleus, 2, p, q));
      expect(re).toBeCloseTo(Math.cos((2 * Math.PI * p) / q) / 4 - 1, 14);
      expect(im).toBeCloseTo(Math.sin((2 * Math.PI * p) / q) / 4, 14);
    }
  });

  it('has known roots', () => {
    const root = (re: number, im: number, period: number): { re: number; im: number } => {
      const nucleus = nucleusNear(at(re, im, 192), period)!;
      return toDoubles(rootOf(nucleus, period, shapeOf(nucleus, period)));
    };
    expect(root(-1.7549, 0, 3)).toEqual({ re: -1.75, im: 0 });
    expect(root(-1.31, 0, 4)).toEqual({ re: -1.25, im: 0 });
    // Wikibooks, "Limb and hyperbolic Julia set for rotation number 13 over 34"
    const limb = root(-0.39296, 0.58655, 34);
    expect(limb.re).toBeCloseTo(-0.392571548476155, 14);
    expect(limb.im).toBeCloseTo(0.585781365897037, 14);
  });

  it('a satellite is bound to its parent where it says', () => {
    let count = 0;
    for (const period of [4, 6, 8, 9]) {
      for (const { root, shape, parent, address } of componentsOfPeriod(period)) {
        if (shape.kind === 'cardioid') continue;
        const home = [...componentsOfPeriod(parent!.address.period)].find(
          (other) => JSON.stringify(other.address) === JSON.stringify(parent!.address),
        )!;
        const { numerator, denominator } = address.steps.at(-1)!;
        const bond = boundaryPoint(withBits(home.nucleus, 192), home.period, numerator, denominator);
        expect(log2Distance(bond, root)).toBeLessThan(-100);
        count++;
      }
    }
    // A000740 less A006876: 3 + 7 + 12 + 12.
    expect(count).toBe(34);
  });

  it('is where the multiplier is the root of unity', () => {
    // One fifth of a turn on the boundary of the airplane, with a Newton of its own for the cycle.
    const c = boundaryPoint(nucleusNear(at(-1.755, 0, 256), 3)!, 3, 1, 5);
    const { re, im } = toDoubles(c);
    let z = { re: 0, im: 0 };
    // Just inside, 0 is attracted to the cycle.
    const inside = { re: re + (-1.7548776662466927 - re) * 1e-3, im: im - im * 1e-3 };
    for (let i = 0; i < 300_000; i++) {
      z = { re: z.re * z.re - z.im * z.im + inside.re, im: 2 * z.re * z.im + inside.im };
    }
    const { dz } = follow(fixedOf(inside.re, inside.im, 256), fixedOf(z.re, z.im, 256), 3);
    const multiplier = toDoubles(dz);
    expect(Math.atan2(multiplier.im, multiplier.re) / (2 * Math.PI)).toBeCloseTo(1 / 5, 3);
    expect(Math.hypot(multiplier.re, multiplier.im)).toBeCloseTo(1, 2);
    expect(Math.hypot(multiplier.re, multiplier.im)).toBeLessThan(1);
  });

  it('is right to the last digit, as the nucleus is', () => {
    for (const { nucleus, root, period } of [3, 4, 6, 9].flatMap((p) => [...componentsOfPeriod(p)])) {
      const exact = nucleusNear(withBits(nucleus, nucleus.bits + 128), period)!;
      expect(log2Distance(exact, nucleus)).toBeLessThan(-nucleus.bits);
      const exactRoot = rootOf(exact, period, shapeOf(exact, period));
      expect(log2Distance(exactRoot, root)).toBeLessThan(-nucleus.bits);
    }
  });

  it('refuses other fractions', () => {
    for (const [p, q] of [
      [2, 4],
      [-1, 3],
      [3, 3],
      [0, 2],
      [1, 0],
    ]) {
      expect(() => boundaryPoint(at(0, 0), 1, p, q)).toThrow(`lowest terms, got ${p}/${q}`);
    }
  });

  it('knows how many digits it needs', () => {
    expect([0, -1, -24, -25, -100].map(digitsFor)).toEqual([128, 128, 128, 192, 320]);
  });
});

test('the period-3 nucleus to forty digits', () => {
  // The real root of x^3 + 2 x^2 + x + 1.
  const digits = '-1.7548776662466927600495088963585286918946';
  const expected = parseFixed(digits, 128, 'digits');
  const { re } = nucleusNear(at(-1.75, 0), 3)!;
  const difference = re > expected ? re - expected : expected - re;
  expect(difference < 1n << 4n).toBe(true);
});
