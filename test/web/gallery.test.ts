import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addressAt, parseAddress, type Address } from '../../src/tile/address.js';
import { foldAddress } from '../../src/tile/folding.js';
import type { BoringLookup } from '../../src/web/boring-lookup.js';
import { Colours } from '../../src/web/colours.js';
import { Gallery, type Shown } from '../../src/web/gallery.js';
import { PaintedPictures } from '../../src/web/painted-pictures.js';
import { PictureStore } from '../../src/web/picture-store.js';
import { FakeServer, pictureOf, sent } from './support/fake-server.js';
import { seededRandom } from '../support/random.js';

const always = (): boolean => true;
let server: FakeServer;
/** Periods of boring tiles. */
let boring: Map<string, number>;
let lookUps: number;
let colours: Colours;
let gallery: Gallery;

beforeEach(() => {
  server = new FakeServer();
  boring = new Map();
  lookUps = 0;
  vi.stubGlobal('fetch', server.fetch);
  // Which picture an img gets is read from its URL.
  vi.spyOn(PaintedPictures.prototype, 'urlOf').mockImplementation(
    (bytes, level) => `${nameIn(bytes)} at ${level}`,
  );
  const lookup = {
    find: async (addresses: readonly string[]) => {
      lookUps++;
      return addresses.map((address) => {
        for (let length = 1; length <= address.length; length++) {
          const period = boring.get(address.slice(0, length));
          if (period !== undefined) return { period, length };
        }
        return null;
      });
    },
  } as unknown as BoringLookup;
  colours = new Colours();
  const store = new PictureStore('http://host/tile/', '.png', () => undefined);
  gallery = new Gallery(store, new PaintedPictures(colours), lookup, colours);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const pictures = new Map<string, string>();

function nameIn(bytes: Uint8Array): string {
  return pictures.get(Buffer.from(bytes).toString('latin1')) ?? '?';
}

/** Looks for a tile where these pictures are there. */
async function find(address: Address, there: readonly string[], isWanted = always): Promise<Shown | null> {
  for (const name of there) pictures.set(Buffer.from(pictureOf(name)).toString('latin1'), name);
  const found = gallery.find(address, 0, isWanted);
  await server.answerAll((name) =>
    there.includes(name) ? sent(pictureOf(name)) : new Response('', { status: 404 }),
  );
  return await found;
}

const tile = parseAddress('M0123');

describe('what is shown of a tile', () => {
  it('is its own picture', async () => {
    expect(await find(tile, ['M', 'M0123'])).toEqual({
      url: 'M0123 at 4',
      up: 0,
      column: 0,
      row: 0,
      isFinal: true,
    });
    expect(server.asked).toEqual(['M0123']);
  });

  it('is the picture of its boring period, whichever ancestor is boring', async () => {
    boring.set('M01', 3);
    expect(await find(tile, ['M', 'P3'])).toEqual({
      url: 'P3 at 4',
      up: 0,
      column: 0,
      row: 0,
      isFinal: true,
    });
    expect(server.asked).toEqual(['P3']);
  });

  it('is a part of its nearest ancestor’s, until its own has come', async () => {
    expect(await find(tile, ['M', 'M01'])).toEqual({
      url: 'M01 at 2',
      up: 2,
      column: 1,
      row: 0,
      isFinal: false,
    });
    expect(server.asked).toEqual(['M0123', 'M012', 'M01']);
  });

  it('is the part where it lies: the quadrants, row 0 in the north', async () => {
    const parts = [];
    for (const digit of '0123') parts.push(await find(parseAddress(`M${digit}`), ['M']));
    expect(parts.map((part) => [part?.column, part?.row])).toEqual([
      [0, 1],
      [1, 1],
      [0, 0],
      [1, 0],
    ]);
    const deep = await find(parseAddress('M3120'), ['M']);
    // M3 north-east, 1 south-east, 2 north-west, 0 south-west
    expect(deep).toMatchObject({ up: 4, column: 0b1100, row: 0b0101 });
  });

  it('is the picture that a boring one was made of, where the colours are smooth', async () => {
    colours.choose('Nebula');
    boring.set('M012', 3);
    expect(await find(tile, ['M01', 'P3'])).toEqual({
      url: 'M01 at 2',
      up: 2,
      column: 1,
      row: 0,
      isFinal: true,
    });
    expect(server.asked).toEqual(['M01']);
    boring.set('M', 0);
    expect(await find(parseAddress('M1'), [])).toBeNull();
  });

  it('is something else where the picture of a period is missing', async () => {
    boring.set('M012', 3);
    expect(await find(tile, ['M0'])).toMatchObject({ url: 'M0 at 1', up: 3, isFinal: false });
    expect(server.asked).toEqual(['P3', 'M01', 'M0']);
  });

  it('is nothing when nothing is there, and nothing more is asked for when nobody wants it', async () => {
    expect(await find(tile, [])).toBeNull();
    expect(server.asked).toEqual(['M0123', 'M012', 'M01', 'M0', 'M']);
    let left = 3;
    expect(await find(parseAddress('M3333333333'), [], () => left-- > 0)).toBeNull();
    expect(server.asked.length).toBeLessThan(5 + 4);
  });

  it('is looked up for many tiles in one message', async () => {
    const all = ['M0', 'M1', 'M2', 'M3'].map(async (text) => await find(parseAddress(text), ['M']));
    for (const shown of await Promise.all(all)) expect(shown?.url).toBe('M at 0');
    expect(lookUps).toBe(1);
  });
});

describe('a tile far below all that is there', () => {
  it.each([8, 40, 120, 121, 241, 1000, 20_000])('is found with few requests at level %i', async (level) => {
    const random = seededRandom(level);
    const address = parseAddress(`M${Array.from({ length: level }, () => random.below(4)).join('')}`);
    const shown = await find(address, ['M']);
    // Eight one by one, and from there in steps that double.
    expect(server.asked.length).toBeLessThanOrEqual(11 + Math.log2(level));
    expect(new Set(server.asked).size).toBe(server.asked.length);
    expect(server.asked[0]).toBe(foldAddress(address));
    const levels = server.asked.map((name) => name.replaceAll('/', '').length - 1);
    expect(levels).toEqual(levels.toSorted((a, b) => b - a));
    expect(levels.at(-1)).toBe(0);
    expect(shown).toMatchObject({ url: 'M at 0', up: 8, isFinal: false });
    const digits = address.slice(1, 9).split('').map(Number);
    expect(shown?.column).toBe(digits.reduce((sum, digit) => 2 * sum + (digit & 1), 0));
    expect(shown?.row).toBe(digits.reduce((sum, digit) => 2 * sum + (digit & 2 ? 0 : 1), 0));
  });

  it('shares its ancestors with its neighbours: a screen of level 1000 asks for few', async () => {
    const x = (1n << 999n) + 12_345n;
    const cells = Array.from({ length: 48 }, (_, at) =>
      addressAt({ level: 1000, x: x + BigInt(at % 8), y: (x >> 2n) + BigInt(Math.floor(at / 8)) }),
    );
    await Promise.all(cells.map(async (cell) => await find(cell, ['M'])));
    expect(server.asked.length).toBeLessThan(48 * 1.5 + 40);
    const before = server.asked.length;
    await Promise.all(cells.map(async (cell) => await find(cell, ['M'])));
    expect(server.asked.length).toBe(before); // all of them are known to be missing
  });
});
