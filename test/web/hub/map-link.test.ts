import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt } from '../../../src/tile/address.js';
import { readQuery } from '../../../src/web/address-bar.js';
import { linkToPlace, linkToTile, placeOfFeature, placeOfTile } from '../../../src/web/hub/map-link.js';
import { sizeOf } from '../../../src/web/hub/feature-words.js';
import { HOME, viewOf } from '../../../src/web/place.js';
import { FRACTION_BITS, zoomOf } from '../../../src/web/view.js';
import type { Feature } from '../../../src/web/hub/answers.js';

const DISC: Feature = {
  period: 3,
  re: '-0.12256116687665361',
  im: '0.7448617666197442',
  log2Size: -2.4,
  kind: 'disc',
  address: '1_1/3->3',
  angles: ['1/7', '2/7'],
  parent: '1',
  name: 'rabbit',
};

describe('a link to a tile', () => {
  it.each([
    ['M', '0', '4', '4.8'],
    ['M0', '-2', '2', '2.4'],
    ['M3', '2', '6', '2.4'],
    ['M01', '-1', '1', '1.2'],
    ['M010', '-1.5', '0.5', '0.6'],
  ])('%s leads to its middle', (address, x, y, r) => {
    expect(placeOfTile(address)).toEqual({ x, y, r });
  });

  it('is exact at every level', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.bigInt({ min: 0n, max: 2n ** 1000n }),
        (level, seed) => {
          const size = 1n << BigInt(level);
          // The map ends at 4i.
          const [x, y] = [seed % size, ((seed * 7n + 3n) % size) / 2n];
          const view = viewOf(placeOfTile(addressAt({ level, x, y })), 800);
          // Of the view's units, from the root's west edge: the middle of the tile.
          const shift = BigInt(view.level + FRACTION_BITS - level);
          expect(view.x).toBe(((2n * x + 1n) << shift) / 2n);
          expect(view.y).toBe(((2n * y + 1n) << shift) / 2n);
        },
      ),
    );
  });

  it('leads to the map for what is no address', () => {
    expect(linkToTile('M9')).toBe('./');
    expect(linkToTile('javascript:alert(1)')).toBe('./');
    expect(linkToTile('M01')).toBe('./?x=-1&y=1&r=1.2');
  });
});

describe('a link to a component', () => {
  it('shows one and a half of its size on both sides', () => {
    expect(Number(placeOfFeature(DISC).r)).toBeCloseTo(1.5 * 2 ** -2.4, 5);
    const { place } = readQuery(new URL(linkToPlace(placeOfFeature(DISC)), 'http://hub').search, HOME);
    expect(place).toEqual(placeOfFeature(DISC));
  });

  it('has all digits, also where no double holds the size', () => {
    const re = `-1.${'7'.repeat(900)}`;
    const place = placeOfFeature({ re, im: '0.5', log2Size: -2000 });
    expect(place.x).toBe(re);
    expect(place.r).toMatch(/e-602$/);
    const view = viewOf(place, 800);
    expect(zoomOf(view)).toBeCloseTo(2000 - Math.log2(1.5) + Math.log2(400) - 8 + 3, 4);
    expect(sizeOf({ ...DISC, log2Size: -2000 })).toMatch(/^\d\.\d\de-603$/);
  });
});
