import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permalink, readQuery } from '../../src/web/address-bar.js';
import { HOME, placeOf, viewOf } from '../../src/web/place.js';
import { views } from './support/views.js';

describe('the address of a view', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        views,
        fc.option(fc.string({ minLength: 1, maxLength: 20 })),
        fc.boolean(),
        (view, theme, isEmbedded) => {
          const place = placeOf(view, 800);
          const link = permalink(place, theme, isEmbedded);
          expect(readQuery(link, HOME)).toEqual({ place, theme, isEmbedded });
          expect(new URL(link, 'http://host/a/b').search).toBe(link);
          expect(viewOf(readQuery(link, HOME).place, 800)).toEqual(viewOf(place, 800));
        },
      ),
    );
  });

  it.each([
    ['', HOME],
    ['?', HOME],
    ['?x=', HOME],
    ['?x=1', { ...HOME, x: '1' }],
    ['?x=%20-0.5%20&y=1e-3&r=2', { x: '-0.5', y: '1e-3', r: '2' }],
    ['?x=1&x=2', { ...HOME, x: '1' }],
    ['?X=1&z=3&r=%', { ...HOME, r: '%' }],
    ['?x=foo&y=<b>&r=0', { x: 'foo', y: '<b>', r: '0' }],
  ])('%s', (search, place) => {
    expect(readQuery(search, HOME).place).toEqual(place);
  });

  it('says whether the map is embedded', () => {
    const isEmbedded = (search: string): boolean => readQuery(search, HOME).isEmbedded;
    expect(['', '?embed', '?embed=1', '?embed=0', '?embed=yes'].map(isEmbedded)).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
  });
});
