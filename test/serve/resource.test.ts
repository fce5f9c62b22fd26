import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOWHERE, pathOf, pictureOf, rawOf, ServedFiles } from '../../src/serve/resource.js';
import type { Address } from '../../src/tile/address.js';
import { foldAddress } from '../../src/tile/folding.js';

const addresses = fc
  .array(fc.constantFrom('0', '1', '2', '3'), { maxLength: 700 })
  .map((digits) => `M${digits.join('')}` as Address);

describe('the path of a request', () => {
  it.each([
    ['/', '/'],
    ['/index.html?x=1&y=%zz#', '/index.html'],
    ['/tile/M0.png', '/tile/M0.png'],
    ['', NOWHERE],
    ['*', NOWHERE],
    ['http://127.0.0.1/boring.txt', NOWHERE],
    ['//boring.txt', NOWHERE],
    ['/tile//M.png', NOWHERE],
    ['/tile/../cache.json', NOWHERE],
    ['/tile/./M.png', NOWHERE],
    ['/.hidden', NOWHERE],
    ['/tile/%4d.png', NOWHERE],
    ['/tile%2fM.png', NOWHERE],
    ['/tile/%2e%2e/cache.json', NOWHERE],
    ['/tile\\M.png', NOWHERE],
    ['/tile/M.png\0', NOWHERE],
    ['/tile/M.png\n', NOWHERE],
  ])('of %j is %j', (target, path) => {
    expect(pathOf(target)).toBe(path);
  });
});

describe('names', () => {
  it.each(['', 'M', '.png', 'M.PNG', 'M4.png', 'm.png', 'M.png.png', 'M.raw', 'P.png', 'P00.png', 'P01.png'])(
    '%j is no picture',
    (path) => expect(pictureOf(path)).toBeNull(),
  );

  it.each(['P-1.png', 'P2147483648.png', 'M0/1.png', '/M.png', 'M/.png', `M${'0'.repeat(121)}.png`])(
    '%j is no picture either',
    (path) => expect(pictureOf(path)).toBeNull(),
  );

  it('of pictures and raw files lead to the files that the cache has of them', () => {
    const files = new ServedFiles('/cache');
    fc.assert(
      fc.property(addresses, fc.constantFrom('png' as const, 'jpg' as const), (address, format) => {
        const picture = pictureOf(`${foldAddress(address)}.${format}`);
        expect(picture).toEqual({ name: address, format });
        if (picture !== null) expect(files.picture(picture)).toBe(`tile/${foldAddress(address)}.${format}`);
        expect(rawOf(`${foldAddress(address)}.raw`)).toBe(address);
        expect(files.done(address)).toBe(`done/${foldAddress(address)}.raw`);
        expect(files.todo(address)).toBe(`todo/${foldAddress(address)}.raw`);
      }),
    );
    expect(files.picture({ name: { period: 3 }, format: 'png' })).toBe('tile/P3.png');
    expect([files.boring, files.settings]).toEqual(['boring.txt', 'cache.json']);
  });

  it('that are accepted are the only ones of their files', () => {
    const files = new ServedFiles('/cache');
    const part = fc.constantFrom(
      'M',
      '0',
      '3',
      '/',
      '.',
      '..',
      'P',
      '7',
      '.png',
      '.raw',
      '0'.repeat(120),
      '%',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const path = parts.join('');
        const picture = pictureOf(path);
        if (picture !== null) expect(`tile/${path}`).toBe(files.picture(picture));
        const raw = rawOf(path);
        if (raw !== null) expect(`done/${path}`).toBe(files.done(raw));
      }),
      { numRuns: 5000 },
    );
  });
});
