import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/tile/address.js';
import { formatBoringLine, parseBoringLine } from '../../src/tile/boring-line.js';
import { addresses } from '../support/tiles.js';

test('a line is the address, a space, the period and a newline', () => {
  expect(formatBoringLine({ address: parseAddress('M'), period: 0 })).toBe('M 0\n');
  expect(formatBoringLine({ address: parseAddress('M0213'), period: 12 })).toBe('M0213 12\n');
});

test('there and back', () => {
  fc.assert(
    fc.property(addresses(400), fc.nat({ max: 2147483647 }), (address, period) => {
      const line = formatBoringLine({ address, period });
      expect(line.endsWith('\n')).toBe(true);
      expect(parseBoringLine(line.slice(0, -1))).toEqual({ address, period });
    }),
    { numRuns: 500, seed: 4 },
  );
});

test('the largest period of an int32 is one, the next is none', () => {
  expect(parseBoringLine('M 2147483647')).toEqual({ address: 'M', period: 2147483647 });
  expect(parseBoringLine('M 2147483648')).toBeNull();
});

describe('refuses', () => {
  test.each([
    '',
    ' ',
    'M',
    'M ',
    ' 0',
    'M0',
    'M  0',
    'M 0 ',
    ' M 0',
    'M 0 0',
    'M\t0',
    'M 00',
    'M 01',
    'M -1',
    'M -2',
    'M +1',
    'M 1.0',
    'M 1e3',
    'M 0x1',
    'M 1\n',
    'M 1\r',
    'M 0\n',
    'M4 0',
    'm 0',
    'M0\n 0',
    '# M 0',
    'M 0#',
    'M NaN',
    'M Infinity',
    'M 99999999999',
    'M \u0661',
    'M\u06610 1',
    '../M 0',
    'M0/1 0',
    'M0\0 1',
    'M 1\0',
    `M ${'9'.repeat(1_000_000)}`,
    `M${'0'.repeat(1_000_000)} 1`,
    'M\u00a00',
  ])('%j', (line) => {
    expect(parseBoringLine(line)).toBeNull();
  });

  test('a torn line is refused, or is the line of another tile only where it could not be told', () => {
    const line = 'M0213 127';
    for (let length = 0; length < line.length; length++) {
      const torn = parseBoringLine(line.slice(0, length));
      if (length <= 6) expect(torn).toBeNull();
      // Without its newline 'M0213 12' cannot be known to be torn: whoever reads the file must demand the newline.
      else expect(torn).toEqual({ address: 'M0213', period: Number(line.slice(6, length)) });
    }
  });

  test('arbitrary text never throws and never yields what formatting would not write', () => {
    const nearly = fc.string({ unit: fc.constantFrom('M', '0', '1', '3', ' ', '\n', '-'), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (line) => {
        const tile = parseBoringLine(line);
        return tile === null || formatBoringLine(tile) === `${line}\n`;
      }),
      { numRuns: 5000, seed: 4 },
    );
  });
});
