import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressAt,
  childOf,
  isAddress,
  isWithin,
  levelOf,
  lineage,
  MAX_ADDRESS_LEVEL,
  parentOf,
  parseAddress,
  positionOf,
  quadrantOf,
  QUADRANTS,
  ROOT,
} from '../../src/tile/address.js';
import { FormatError } from '../../src/tile/format-error.js';
import { addresses } from '../support/tiles.js';

const RUNS = { numRuns: 500, seed: 1 };
const deep = addresses(400);

describe('reading', () => {
  test('every address is read as it is, to any level in use', () => {
    fc.assert(
      fc.property(deep, (address) => isAddress(address) && parseAddress(address) === address),
      RUNS,
    );
  });

  test.each([
    ['nothing', ''],
    ['a small m', 'm'],
    ['no M', '0123'],
    ['the digit 4', 'M4'],
    ['the digit 4 behind others', 'M01234'],
    ['a space behind', 'M0 '],
    ['a space before', ' M0'],
    ['a newline behind', 'M0\n'],
    ['a newline behind the root', 'M\n'],
    ['a second line', 'M0\nM1'],
    ['a carriage return', 'M0\r'],
    ['a line separator', 'M0\u2028'],
    ['a NUL', 'M0\0'],
    ['a way up', '../M0'],
    ['a way up inside', 'M0/..'],
    ['a folder', 'M0/1'],
    ['a backslash', 'M0\\1'],
    ['an extension', 'M0.raw'],
    ['Arabic-Indic digits', 'M\u0660\u0661'],
    ['fullwidth digits', 'M\uff10\uff11'],
    ['a fullwidth M', '\uff2d0'],
    ['a superscript', 'M\u00b2'],
    ['a combining mark', 'M0\u0301'],
    ['a sign', 'M-1'],
    ['a decimal', 'M0.1'],
    ['two roots', 'MM'],
    ['a property of objects', '__proto__'],
    ['a digit too many', `M${'0'.repeat(MAX_ADDRESS_LEVEL + 1)}`],
    ['a million digits', `M${'3'.repeat(1_000_000)}`],
  ])('refuses %s', (_, text) => {
    expect(isAddress(text)).toBe(false);
    expect(() => parseAddress(text)).toThrow(FormatError);
  });

  test('the message is one short line, whatever the text', () => {
    for (const text of [`M${'3'.repeat(1_000_000)}`, 'M0\n\u001b[31m', '']) {
      try {
        parseAddress(text);
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ code: 'EFORMAT', name: 'FormatError' });
        expect((error as Error).message).toMatch(/^expected a tile address [ -~…]{1,180}$/);
      }
    }
  });

  test('arbitrary text is an address exactly when it is M and digits 0 to 3', () => {
    const nearly = fc.string({ unit: fc.constantFrom('M', '0', '1', '2', '3', '4', '\n', '/', ' ') });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (text) => {
        const [first, ...rest] = Array.from(text);
        expect(isAddress(text)).toBe(first === 'M' && rest.every((digit) => '0123'.includes(digit)));
      }),
      { ...RUNS, numRuns: 3000 },
    );
  });

  test('the deepest level is an address', () => {
    expect(levelOf(parseAddress(`M${'1'.repeat(MAX_ADDRESS_LEVEL)}`))).toBe(MAX_ADDRESS_LEVEL);
  });
});

describe('family', () => {
  test('the parent of each child is the tile, and the child knows its quadrant', () => {
    fc.assert(
      fc.property(deep, fc.constantFrom(...QUADRANTS), (address, quadrant) => {
        const child = childOf(address, quadrant);
        expect(parseAddress(child)).toBe(child);
        expect(levelOf(child)).toBe(levelOf(address) + 1);
        expect(parentOf(child)).toBe(address);
        expect(quadrantOf(child)).toBe(quadrant);
        expect(isWithin(child, address)).toBe(true);
        expect(isWithin(address, child)).toBe(false);
      }),
      RUNS,
    );
  });

  test('the root has no parent, no quadrant, and contains all', () => {
    expect(parentOf(ROOT)).toBeNull();
    expect(quadrantOf(ROOT)).toBeNull();
    expect(levelOf(ROOT)).toBe(0);
    fc.assert(
      fc.property(deep, (address) => isWithin(address, ROOT) && isWithin(address, address)),
      RUNS,
    );
  });

  test('the lineage leads from the root to the tile, each the parent of the next', () => {
    fc.assert(
      fc.property(deep, (address) => {
        const line = [...lineage(address)];
        expect(line).toHaveLength(levelOf(address) + 1);
        expect(line[0]).toBe(ROOT);
        expect(line.at(-1)).toBe(address);
        for (let i = 1; i < line.length; i++) expect(parentOf(line[i])).toBe(line[i - 1]);
      }),
      { ...RUNS, numRuns: 50 },
    );
  });
});

describe('position', () => {
  test.each([
    ['M', 0, 0n, 0n],
    ['M0', 1, 0n, 0n],
    ['M1', 1, 1n, 0n],
    ['M2', 1, 0n, 1n],
    ['M3', 1, 1n, 1n],
    ['M0213', 4, 0b0011n, 0b0101n],
  ])('%s has level %i, column %i, row %i', (text, level, x, y) => {
    expect(positionOf(parseAddress(text))).toEqual({ level, x, y });
    expect(addressAt({ level, x, y })).toBe(text);
  });

  test('there and back, from the address', () => {
    fc.assert(
      fc.property(deep, (address) => addressAt(positionOf(address)) === address),
      RUNS,
    );
  });

  test('there and back, from the position', () => {
    const position = fc.integer({ min: 0, max: 400 }).chain((level) => {
      const index = fc.bigInt({ min: 0n, max: (1n << BigInt(level)) - 1n });
      return fc.record({ level: fc.constant(level), x: index, y: index });
    });
    fc.assert(
      fc.property(position, (p) => {
        expect(positionOf(addressAt(p))).toEqual(p);
      }),
      RUNS,
    );
  });

  test('a child stands at twice the column and row, plus one where it is east or north', () => {
    fc.assert(
      fc.property(deep, fc.constantFrom(...QUADRANTS), (address, quadrant) => {
        const { level, x, y } = positionOf(address);
        const east = BigInt(quadrant & 1);
        const north = BigInt(quadrant >> 1);
        const child = { level: level + 1, x: 2n * x + east, y: 2n * y + north };
        expect(positionOf(childOf(address, quadrant))).toEqual(child);
      }),
      RUNS,
    );
  });

  test.each([
    [{ level: -1, x: 0n, y: 0n }, 'expected a level from 0 to 100000, got -1'],
    [{ level: 1.5, x: 0n, y: 0n }, 'expected a level from 0 to 100000, got 1.5'],
    [{ level: NaN, x: 0n, y: 0n }, 'expected a level from 0 to 100000, got NaN'],
    [{ level: 100_001, x: 0n, y: 0n }, 'expected a level from 0 to 100000, got 100001'],
    [{ level: 2, x: 4n, y: 0n }, 'expected a column and a row from 0 to 2^2 - 1, got 4, 0'],
    [{ level: 2, x: 0n, y: 4n }, 'expected a column and a row from 0 to 2^2 - 1, got 0, 4'],
    [{ level: 2, x: -1n, y: 0n }, 'expected a column and a row from 0 to 2^2 - 1, got -1, 0'],
    [{ level: 2, x: 0n, y: -1n }, 'expected a column and a row from 0 to 2^2 - 1, got 0, -1'],
  ])('%o is outside', (position, message) => {
    expect(() => addressAt(position)).toThrow(new RangeError(message));
  });
});
