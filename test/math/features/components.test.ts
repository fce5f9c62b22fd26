import { describe, expect, it, test } from 'vitest';
import { formatAngle, parseAngle } from '../../../src/math/features/angle.js';
import { formatAddress, parseAddress } from '../../../src/math/features/angled-address.js';
import {
  componentCount,
  componentOf,
  componentsOfPeriod,
  pairsOfPeriod,
  wordAfter,
  type Component,
} from '../../../src/math/features/components.js';
import { log2Distance, toDoubles } from '../../../src/math/features/fixed-complex.js';
import { nameOf, parentOf } from '../../../src/math/features/lineage.js';
import { decide } from '../../support/decide.js';

/** OEIS A000740. */
const A000740 = [1, 1, 3, 6, 15, 27, 63, 120, 252, 495, 1023, 2010];
/** OEIS A006876: primitive ones, those with a cusp. */
const A006876 = [1, 0, 1, 3, 11, 20, 57, 108, 240, 472, 1013, 1959];

describe.each(A000740.map((count, i) => ({ period: i + 1, count, cusps: A006876[i] })))(
  'period $period',
  ({ period, count, cusps }) => {
    const components: Component[] = [];

    test(`has ${count} components, ${cusps} with a cusp`, () => {
      components.push(...componentsOfPeriod(period));
      expect(components).toHaveLength(count);
      expect(componentCount(period)).toBe(count);
      expect(components.filter(({ shape }) => shape.kind === 'cardioid')).toHaveLength(cusps);
    });

    test('all are different, in place and in name', () => {
      const sorted = components.toSorted((a, b) => toDoubles(a.nucleus).re - toDoubles(b.nucleus).re);
      for (const [i, { nucleus, shape }] of sorted.entries()) {
        for (let j = i + 1; j < sorted.length; j++) {
          if (toDoubles(sorted[j].nucleus).re - toDoubles(nucleus).re > 1e-6) break;
          const room = Math.max(shape.log2Size, sorted[j].shape.log2Size);
          expect(log2Distance(nucleus, sorted[j].nucleus)).toBeGreaterThan(room);
        }
      }
      expect(new Set(components.map(({ address }) => formatAddress(address))).size).toBe(count);
    });

    test('the mirror image of each is one of them', () => {
      const places = new Map(components.map((c) => [formatAngle(c.angles.lower), c.nucleus]));
      for (const { angles, nucleus } of components) {
        if (period === 1) continue;
        const { numerator, denominator } = angles.upper;
        const image = places.get(formatAngle({ numerator: denominator - numerator, denominator }))!;
        expect(log2Distance(image, { ...nucleus, im: -nucleus.im })).toBeLessThan(8 - nucleus.bits);
      }
    });

    test('the race finds the same periods', () => {
      for (const { nucleus, shape } of components) {
        if (shape.log2Size < -30) continue; // too near the rounding of doubles
        const { re, im } = toDoubles(nucleus);
        expect(decide(re, im, 4096).period).toBe(period);
      }
    });
  },
);

it('can be continued', () => {
  const all = [...componentsOfPeriod(6)];
  const rest = [...componentsOfPeriod(6, wordAfter(all[9]))];
  expect(rest).toEqual(all.slice(10));
  expect([...componentsOfPeriod(6, wordAfter(all.at(-1)!))]).toEqual([]);
  expect(
    [...pairsOfPeriod(5)].map(({ lower, upper }) => `${formatAngle(lower)} ${formatAngle(upper)}`),
  ).toEqual([
    '1/31 2/31',
    '3/31 4/31',
    '5/31 6/31',
    '7/31 8/31',
    '9/31 10/31',
    '11/31 12/31',
    '13/31 18/31',
    '14/31 17/31',
    '15/31 16/31',
    '19/31 20/31',
    '21/31 22/31',
    '23/31 24/31',
    '25/31 26/31',
    '27/31 28/31',
    '29/31 30/31',
  ]);
});

it.each([0, -1, 1.5, 41, NaN])('refuses the period %d', (period) => {
  expect(() => componentCount(period)).toThrow(`expected a period from 1 to 40, got ${period}`);
  expect(() => componentsOfPeriod(period).next()).toThrow(RangeError);
});

test('counts to period 40', () => {
  expect(componentCount(16)).toBe(32_640);
  expect(componentCount(40)).toBe(549_755_289_480);
});

test.each([
  ['1', null, null, 'main cardioid'],
  ['1_1/2->2', '1', false, 'basilica'],
  ['1_1/3->3', '1', false, 'rabbit'],
  ['1_2/3->3', '1', false, 'corabbit'],
  ['1_1/2->2_1/2->3', '1_1/2->2', true, 'airplane'],
  ['1_1/3->3_1/2->4', '1_1/3->3', true, 'Kokopelli'],
  ['1_2/3->3_1/2->4', '1_2/3->3', true, 'co-Kokopelli'],
  ['1_1/2->2_1/2->4', '1_1/2->2', false, null],
  ['1_1/2->2_1/2->4_1/2->5', '1_1/2->2_1/2->4', true, null],
])('the parent and the name of %s', (text, parent, isPrimitive, name) => {
  const address = parseAddress(text);
  const found = parentOf(address);
  expect(found && formatAddress(found.address)).toBe(parent);
  expect(found && found.isPrimitive).toBe(isPrimitive);
  expect(nameOf(address)).toBe(name);
});

it('refuses angles that are no pair', () => {
  expect(() => componentOf({ lower: parseAngle('1/7'), upper: parseAngle('4/7') })).toThrow(/got none/);
});
