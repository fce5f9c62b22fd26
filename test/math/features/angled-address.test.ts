import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  conjugateOf,
  limbAngles,
  pairOfAddress,
  pairOfAngle,
  tune,
} from '../../../src/math/features/angle-pair.js';
import {
  angleOfWord,
  formatAngle,
  formatBinary,
  parseAngle,
  periodOf,
} from '../../../src/math/features/angle.js';
import { addressOfAngle, formatAddress, parseAddress } from '../../../src/math/features/angled-address.js';
import {
  internalAddressOf,
  kneadingOf,
  kneadingOfAddress,
  rho,
} from '../../../src/math/features/kneading.js';
import { lavaursPairs } from '../../support/lavaurs.js';

const SEED = 9411238;

const anyAngle = fc
  .integer({ min: 2, max: 40 })
  .chain((period) =>
    fc.bigInt({ min: 1n, max: (1n << BigInt(period)) - 2n }).map((word) => angleOfWord(word, period)),
  );

/**
 * Angles of one component and its address. Pairs to period 5: Douady, "Algorithms for computing angles in the Mandelbrot set"
 * (1986), and Lavaurs (1986); 10/63,
 * 22/63, 74/511, 4985538889/(2^34 - 1) and, with their internal addresses, the islands on the real axis: Wikibooks,
 * "Fractals/Iterations in the complex plane", pages "subwake", "wake" and "island_t", as told by Jung's program Mandel. Limbs of the main
 * cardioid: by the rotation rule in Devaney, "The fractal geometry of the Mandelbrot set II"; 105/255 by tuning. The other
 * addresses of period 5 were worked out by hand.
 */
const PUBLISHED: [lower: string, upper: string, address: string][] = [
  ['0', '1', '1'],
  ['1/3', '2/3', '1_1/2->2'],
  ['1/7', '2/7', '1_1/3->3'],
  ['3/7', '4/7', '1_1/2->2_1/2->3'],
  ['5/7', '6/7', '1_2/3->3'],
  ['1/15', '2/15', '1_1/4->4'],
  ['3/15', '4/15', '1_1/3->3_1/2->4'],
  ['6/15', '9/15', '1_1/2->2_1/2->4'],
  ['7/15', '8/15', '1_1/2->2_1/2->3_1/2->4'],
  ['11/15', '12/15', '1_2/3->3_1/2->4'],
  ['13/15', '14/15', '1_3/4->4'],
  ['1/31', '2/31', '1_1/5->5'],
  ['3/31', '4/31', '1_1/4->4_1/2->5'],
  ['5/31', '6/31', '1_1/3->3_1/2->5'],
  ['7/31', '8/31', '1_1/3->3_1/2->4_1/2->5'],
  ['9/31', '10/31', '1_2/5->5'],
  ['11/31', '12/31', '1_1/2->2_1/3->5'],
  ['13/31', '18/31', '1_1/2->2_1/2->4_1/2->5'],
  ['14/31', '17/31', '1_1/2->2_1/2->3_1/2->5'],
  ['15/31', '16/31', '1_1/2->2_1/2->3_1/2->4_1/2->5'],
  ['19/31', '20/31', '1_1/2->2_2/3->5'],
  ['21/31', '22/31', '1_3/5->5'],
  ['23/31', '24/31', '1_2/3->3_1/2->4_1/2->5'],
  ['25/31', '26/31', '1_2/3->3_1/2->5'],
  ['27/31', '28/31', '1_3/4->4_1/2->5'],
  ['29/31', '30/31', '1_4/5->5'],
  ['1/63', '2/63', '1_1/6->6'],
  ['22/63', '25/63', '1_1/2->2_1/3->6'],
  ['10/63', '17/63', '1_1/3->3_1/2->6'],
  ['17/127', '18/127', '1_2/7->7'],
  ['41/127', '42/127', '1_3/7->7'],
  ['73/255', '74/255', '1_3/8->8'],
  ['105/255', '150/255', '1_1/2->2_1/2->4_1/2->8'],
  ['74/511', '81/511', '1_1/3->3_1/3->9'],
  ['4985538889/17179869183', '4985538890/17179869183', '1_13/34->34'],
];

describe('published angles and addresses', () => {
  test.each(PUBLISHED)('%s and %s are %s', (lower, upper, address) => {
    const pair = { lower: parseAngle(lower), upper: parseAngle(upper) };
    expect(formatAddress(addressOfAngle(pair.lower))).toBe(address);
    expect(formatAddress(addressOfAngle(pair.upper))).toBe(address);
    expect(pairOfAddress(parseAddress(address))).toEqual(pair);
    expect(conjugateOf(pair.lower)).toEqual(pair.upper);
  });

  test.each([
    ['3/7', '10*', [1, 2, 3]],
    ['13/31', '1011*', [1, 2, 4, 5]],
    ['14/31', '1001*', [1, 2, 3, 5]],
    ['15/31', '1000*', [1, 2, 3, 4, 5]],
    ['10/63', '11011*', [1, 3, 6]],
    ['74/511', '11011011*', [1, 3, 9]],
    ['0', '*', [1]],
  ])('%s has the kneading sequence %s', (text, kneading, address) => {
    // Mandel writes AB* for 10*.
    expect(kneadingOf(parseAngle(text))).toBe(kneading);
    expect(internalAddressOf(kneading)).toEqual(address);
    expect(kneadingOfAddress(address)).toBe(kneading);
  });
});

test('the definition of the kneading sequence', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(), (period, k) => {
      const all = 2 ** period - 1;
      const numerator = 1 + (k % (all - 1));
      const angle = angleOfWord(BigInt(numerator), period);
      const kneading = kneadingOf(angle);
      const exact = periodOf(angle);
      let doubled = numerator; // over `all`
      for (let i = 0; i < exact; i++) {
        const isInside = 2 * doubled > numerator && 2 * doubled < numerator + all;
        const isBorder = 2 * doubled === numerator || 2 * doubled === numerator + all;
        expect(kneading[i]).toBe(isBorder ? '*' : isInside ? '1' : '0');
        doubled = (2 * doubled) % all;
      }
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test('rho is the first difference to the shifted sequence', () => {
  expect(rho('10*', 1)).toBe(2);
  expect(rho('10*', 2)).toBe(3);
  expect(rho('11011*', 3)).toBe(6);
});

test('conjugates agree with Lavaurs to period 11, and one address is one pair', () => {
  const addresses = new Set<string>();
  const pairs = lavaursPairs(11);
  for (const { period, lower, upper } of pairs) {
    const pair = pairOfAngle(angleOfWord(BigInt(lower), period));
    expect(pair).toEqual({
      lower: angleOfWord(BigInt(lower), period),
      upper: angleOfWord(BigInt(upper), period),
    });
    addresses.add(formatAddress(addressOfAngle(pair.lower)));
  }
  expect(addresses.size).toBe(pairs.length);
  expect(pairs).toHaveLength(1 + 3 + 6 + 15 + 27 + 63 + 120 + 252 + 495 + 1023);
});

describe('properties', () => {
  it('the conjugate of the conjugate is the angle itself; both have one address', () => {
    fc.assert(
      fc.property(anyAngle, (angle) => {
        fc.pre(periodOf(angle) > 1);
        const conjugate = conjugateOf(angle);
        expect(formatAngle(conjugate)).not.toBe(formatAngle(angle));
        expect(conjugateOf(conjugate)).toEqual(angle);
        expect(periodOf(conjugate)).toBe(periodOf(angle));
        expect(addressOfAngle(conjugate)).toEqual(addressOfAngle(angle));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('reads the addresses that it writes', () => {
    fc.assert(
      fc.property(anyAngle, (angle) => {
        const address = addressOfAngle(angle);
        const text = formatAddress(address);
        expect(parseAddress(text)).toEqual(address);
        expect(parseAddress(text.replaceAll('->', ' -> '))).toEqual(address);
      }),
      { seed: SEED },
    );
  });

  it('the mirrored angle has the mirrored address', () => {
    fc.assert(
      fc.property(anyAngle, ({ numerator, denominator }) => {
        const { steps, period } = addressOfAngle({ numerator, denominator });
        const mirrored = steps.map((step) => ({ ...step, numerator: step.denominator - step.numerator }));
        expect(addressOfAngle({ numerator: denominator - numerator, denominator })).toEqual({
          steps: mirrored,
          period,
        });
      }),
      { seed: SEED },
    );
  });

  it('knows the limbs of the main cardioid', () => {
    for (let q = 2; q <= 24; q++) {
      for (let p = 1; p < q; p++) {
        if (gcd(p, q) !== 1) continue;
        const { lower, upper } = limbAngles(p, q);
        expect(formatAddress(addressOfAngle(lower))).toBe(`1_${p}/${q}->${q}`);
        expect(formatAddress(addressOfAngle(upper))).toBe(`1_${p}/${q}->${q}`);
      }
    }
  });

  it('tunes', () => {
    const pair = pairOfAngle(parseAngle('1/3'));
    expect(formatBinary(tune(parseAngle('1/7'), 3, pair, 2))).toBe('.(010110)');
    expect(formatBinary(tune(parseAngle('2/7'), 3, pair, 2))).toBe('.(011001)');
    fc.assert(
      fc.property(anyAngle, anyAngle, (outer, inner) => {
        const period = periodOf(inner);
        fc.pre(period > 1);
        const small = tune(inner, period, pairOfAngle(outer), periodOf(outer));
        // The island's own address, its first component replaced by the way to the island.
        const prefix = formatAddress(addressOfAngle(outer));
        expect(formatAddress(addressOfAngle(small)).startsWith(`${prefix}_`)).toBe(true);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  it('few components are seen from the root of a sub-wake', () => {
    const seen = new Map<string, number>();
    for (const { period, lower } of lavaursPairs(11)) {
      const text = formatAddress(addressOfAngle(angleOfWord(BigInt(lower), period)));
      const wake = text.slice(0, text.lastIndexOf('->'));
      seen.set(wake, (seen.get(wake) ?? 0) + 1);
    }
    for (const [wake, count] of seen) {
      expect(count).toBeLessThanOrEqual(Number(/(\d+)_\d+\/\d+$/.exec(wake)![1]));
    }
  });

  it('follows addresses of long periods', () => {
    const word = BigInt(`0b${'011'.repeat(30)}10110011010101`);
    const angle = angleOfWord(word, 104);
    const address = addressOfAngle(angle);
    expect(address.steps[3]).toEqual({ period: 92, numerator: 1, denominator: 2 });
    expect(conjugateOf(conjugateOf(angle))).toEqual(angle);
  });
});

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

describe('errors', () => {
  it.each([
    ['', /expected a period such as 3 at the end/],
    ['2', /begins with 1, got 2/],
    ['0', /expected a period/],
    ['1_1/2', /expected a period such as 3/],
    ['1->2', /expected parts such as 2_1\/2/],
    ['1_1/2->', /got ""/],
    ['1_2/4->4', /lowest terms, got 2\/4/],
    ['1_0/2->2', /lowest terms, got 0\/2/],
    ['1_3/2->2', /lowest terms, got 3\/2/],
    ['1_1/2->2_1/2->2', /ascending periods in an angled address, got 2 after 2/],
    ['1_1/2->3_1/2->2', /got 2 after 3/],
    ['1_1/2->2 extra', /expected a period/],
    [`1_1/2->${'9'.repeat(8)}`, /expected a period/],
    ['1_1/2->'.repeat(10_001), /up to 10000 components/],
    ['1'.repeat(200_001), /up to 200000 characters/],
  ])('refuses the text %s', (text, message) => {
    expect(() => parseAddress(text)).toThrow(message);
    expect(() => parseAddress(text)).toThrow(RangeError);
  });

  it.each([
    '1_1/3->4',
    '1_1/4->3',
    '1_1/2->2_1/2->5',
    '1_1/2->2_1/3->4',
    // The shortest kneading sequence without an angle: Bruin and Schleicher, "Admissibility of kneading sequences".
    '1_1/2->2_1/2->4_1/2->5_1/2->6',
    '1_1/2->2_1/2->4_1/2->5_1/2->11',
    '1_1/2->2_1/3->3',
  ])('knows that there is no %s', (text) => {
    expect(() => pairOfAddress(parseAddress(text))).toThrow(
      `expected the angled address of a component, got ${text}`,
    );
  });
});
