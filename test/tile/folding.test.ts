import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childOf, parentOf, parseAddress, type Address } from '../../src/tile/address.js';
import {
  DIGITS_PER_FOLDER,
  foldAddress,
  foldMarker,
  isFoldName,
  unfoldAddress,
  unfoldMarker,
} from '../../src/tile/folding.js';
import { FormatError } from '../../src/tile/format-error.js';
import { addresses } from '../support/tiles.js';

const RUNS = { numRuns: 400, seed: 2 };
const deep = addresses(700);

/** An address of a level with all four digits in it. */
const atLevel = (level: number): Address => parseAddress(`M${'0123'.repeat(level).slice(0, level)}`);

test.each([
  [0, [1]],
  [1, [2]],
  [119, [120]],
  [120, [121]],
  [121, [121, 1]],
  [122, [121, 2]],
  [239, [121, 119]],
  [240, [121, 120]],
  [241, [121, 120, 1]],
  [360, [121, 120, 120]],
  [361, [121, 120, 120, 1]],
])('at level %i the parts have lengths %j', (level, lengths) => {
  const path = foldAddress(atLevel(level));
  expect(path.split('/').map((part) => part.length)).toEqual(lengths);
  expect(unfoldAddress(path)).toBe(atLevel(level));
});

test('up to level 120 the path is the address', () => {
  fc.assert(
    fc.property(addresses(DIGITS_PER_FOLDER), (address) => foldAddress(address) === address),
    RUNS,
  );
});

test('there and back', () => {
  fc.assert(
    fc.property(deep, (address) => unfoldAddress(foldAddress(address)) === address),
    RUNS,
  );
});

test('a prefix stays a prefix', () => {
  fc.assert(
    fc.property(deep, (address) => {
      const parent = parentOf(address);
      expect(parent === null || foldAddress(address).startsWith(foldAddress(parent))).toBe(true);
      for (const quadrant of [0, 3] as const) {
        expect(foldAddress(childOf(address, quadrant)).startsWith(foldAddress(address))).toBe(true);
      }
    }),
    RUNS,
  );
});

test('no part is longer than a file name may be with an extension, and folders have fold names', () => {
  fc.assert(
    fc.property(deep, (address) => {
      const parts = foldAddress(address).split('/');
      expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(DIGITS_PER_FOLDER + 1);
      parts.slice(0, -1).forEach((part, depth) => expect(isFoldName(part, depth)).toBe(true));
    }),
    RUNS,
  );
});

const FULL = 'M'.padEnd(121, '0');

describe('a path that folding does not make is refused', () => {
  test.each([
    ['nothing', ''],
    ['a slash', '/'],
    ['folded too early', 'M0/1'],
    ['folded one digit early', `${FULL.slice(0, -1)}/0`],
    ['not folded', `${FULL}0`],
    ['folded late', `${FULL}0/1`],
    ['an empty rest', `${FULL}/`],
    ['an absolute path', `/${FULL}/0`],
    ['a doubled slash', `${FULL}//0`],
    ['a way up', `${FULL}/../0`],
    ['a way up before', `../${FULL}`],
    ['here', `./M0`],
    ['a backslash', `${FULL}\\0`],
    ['an M in the second part', `${FULL}/M0`],
    ['the digit 4', `${FULL}/4`],
    ['a newline', `${FULL}/0\n`],
    ['an extension', `${FULL}/0.png`],
    ['a NUL', `${FULL}/0\0`],
    ['a fullwidth slash', `${FULL}\uff0f0`],
    ['a second part of 121 digits', `${FULL}/${'0'.repeat(121)}`],
  ])('%s', (_, path) => {
    expect(() => unfoldAddress(path)).toThrow(FormatError);
  });

  test('slashes anywhere else in an address', () => {
    fc.assert(
      fc.property(deep, fc.nat(), (address, where) => {
        const at = where % (address.length + 1);
        const path = `${address.slice(0, at)}/${address.slice(at)}`;
        if (path === foldAddress(address)) return;
        expect(() => unfoldAddress(path)).toThrow(FormatError);
      }),
      RUNS,
    );
  });
});

test.each([
  [FULL, 0, true],
  [FULL, 1, false],
  [FULL.slice(1), 1, true],
  [FULL.slice(1), 2, true],
  [FULL.slice(1), 0, false],
  [FULL.slice(0, -1), 0, false],
  [`${FULL}0`, 0, false],
  [`${FULL}\n`, 0, false],
  [`${FULL.slice(1)}\n`, 1, false],
  [FULL.slice(2), 1, false],
  ['..', 0, false],
  ['', 1, false],
])('%j at depth %i is a fold name: %s', (name, depth, expected) => {
  expect(isFoldName(name, depth)).toBe(expected);
});

test('a mark is the address itself where that is short, and never the name of a folder', () => {
  expect(foldMarker(atLevel(119))).toBe(atLevel(119));
  for (const level of [0, 5, 119, 120, 121, 240, 241, 1000]) {
    const path = foldMarker(atLevel(level));
    expect(unfoldMarker(path)).toBe(atLevel(level));
    const folders = Array.from({ length: 8 }, (_, i) => foldAddress(atLevel(level + 120 * i)));
    for (const folder of folders) expect(folder.split('/').slice(0, -1).join('/')).not.toBe(path);
  }
  for (const path of ['M0.want', 'M4', 'M0.raw', '', 'm', 'M0/1', atLevel(120)]) {
    expect(() => unfoldMarker(path), path).toThrow(FormatError);
  }
});
