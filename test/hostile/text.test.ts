import { normalize } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkClientName, clientNameFrom, isClientName } from '../../src/cache/client-name.js';
import { Layout } from '../../src/cache/layout.js';
import { MARKERS, ORBITS, RAWS } from '../../src/cache/listing.js';
import { addressAt, isAddress, parseAddress, positionOf } from '../../src/tile/address.js';
import { formatBoringLine, parseBoringLine } from '../../src/tile/boring-line.js';
import { foldAddress, foldMarker, unfoldAddress, unfoldMarker } from '../../src/tile/folding.js';
import { FormatError } from '../../src/tile/format-error.js';
import { addresses } from '../support/tiles.js';
import { casesOf } from './support/cases.js';

const part = fc.constantFrom(
  'M',
  '0',
  '1',
  '23',
  '3'.repeat(120),
  '4',
  '/',
  '..',
  '.',
  '\\',
  '\0',
  '\n',
  ' ',
  'é',
  '-',
);
/** Texts that are nearly addresses, or anything. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.array(part, { maxLength: 12 }).map((parts) => `M${parts.join('')}`),
);

function orNull<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof FormatError) || error.message.length > 300) throw error;
    return null;
  }
}

const layout = new Layout('/cache', 'png');

describe('a hostile text', () => {
  it('is an address only when it is one, and a path of it stays below its folder', () => {
    fc.assert(
      fc.property(text, (name) => {
        const isSound = /^M[0-3]*$/.test(name) && !name.includes('\n');
        expect(isAddress(name)).toBe(isSound);
        expect(orNull(() => parseAddress(name))).toBe(isSound ? name : null);
      }),
      { numRuns: casesOf('addresses') / 2, endOnFailure: true },
    );
    fc.assert(
      fc.property(addresses(400), (address) => {
        expect(addressAt(positionOf(address))).toBe(address);
        expect(unfoldAddress(foldAddress(address))).toBe(address);
        expect(unfoldMarker(foldMarker(address))).toBe(address);
        for (const path of [layout.todo(address), layout.want(address), layout.work('c').ready(address)]) {
          expect(path.startsWith('/cache/') && normalize(path) === path).toBe(true);
          expect(Math.max(...path.split('/').map((name) => name.length))).toBeLessThan(256);
        }
      }),
      { numRuns: casesOf('addresses') / 2, endOnFailure: true },
    );
  });

  it('as a path is a tile only when the tile has just this path', () => {
    const path = fc.oneof(
      text,
      fc.tuple(text, fc.constantFrom('.raw', '.want', '.orbit', '.raw.raw', '')).map((ends) => ends.join('')),
      fc
        .tuple(addresses(300), fc.nat({ max: 310 }), part)
        .map(
          ([address, at, extra]) =>
            foldAddress(address).slice(0, at) + extra + foldAddress(address).slice(at),
        ),
    );
    fc.assert(
      fc.property(path, (name) => {
        const raw = RAWS.addressOf(name);
        if (raw !== null) expect(`${foldAddress(raw)}.raw`).toBe(name);
        const orbit = ORBITS.addressOf(name);
        if (orbit !== null) expect(`${foldAddress(orbit)}.orbit`).toBe(name);
        const mark = MARKERS.addressOf(name);
        if (mark !== null) expect(foldMarker(mark)).toBe(name);
        const folded = orNull(() => unfoldAddress(name));
        if (folded !== null) expect(isAddress(folded)).toBe(true);
      }),
      { numRuns: casesOf('paths'), endOnFailure: true },
    );
  });

  it('as a line of boring.txt is one only when it is written so', () => {
    const period = fc.oneof(
      fc.nat().map(String),
      text,
      fc.constantFrom('2147483648', '01', '1e3', '-0', '９'),
    );
    const line = fc.oneof(
      text,
      fc.tuple(text, period).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(line, (written) => {
        const tile = parseBoringLine(written);
        if (tile !== null) expect(formatBoringLine(tile)).toBe(`${written}\n`);
      }),
      { numRuns: casesOf('boring lines'), endOnFailure: true },
    );
  });

  it('as a client\u2019s name is a folder of work/, or is refused', () => {
    fc.assert(
      fc.property(text, (name) => {
        if (isClientName(name)) {
          expect(checkClientName(name)).toBe(name);
          expect(normalize(layout.work(name).status)).toBe(`/cache/work/${name}/status.json`);
        } else {
          expect(() => checkClientName(name)).toThrow(/^.{1,500}$/s);
        }
        expect(isClientName(clientNameFrom(name))).toBe(true);
      }),
      { numRuns: casesOf('paths'), endOnFailure: true },
    );
  });
});
