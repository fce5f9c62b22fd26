import { PNG } from 'pngjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 as platformCrc32 } from 'node:zlib';
import { encodeBoringPicture, encodePicture } from '../../src/image/picture.js';
import { paletteOf } from '../../src/image/palette.js';
import { encodeIndexedPng } from '../../src/image/png.js';
import { SMOOTH_THEME_NAMES, smoothPaletteOf } from '../../src/image/smooth-palette.js';
import { THEME_NAMES } from '../../src/image/themes.js';
import { crc32, isJpeg, isTilePng, withColours } from '../../src/web/png-palette.js';
import { seededRandom } from '../support/random.js';
import { patchyTile } from '../support/tiles.js';

const SIDE = 256;
const indices = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => (at * 7 + (at >> 8)) & 255);
const classic = paletteOf('Classic');
const tile = encodeIndexedPng(indices, SIDE, classic);

function expectColours(png: Uint8Array, palette: Uint8Array): void {
  const { data, width, height } = PNG.sync.read(Buffer.from(png), { checkCRC: true });
  expect([width, height]).toEqual([SIDE, SIDE]);
  let wrong = 0;
  indices.forEach((index, at) => {
    for (let channel = 0; channel < 3; channel++)
      if (data[4 * at + channel] !== palette[3 * index + channel]) wrong++;
  });
  expect(wrong).toBe(0);
}

describe('the palette of a picture', () => {
  it('is replaced, and pngjs reads the new colours; the picture itself stays as it is', () => {
    const before = Uint8Array.from(tile);
    for (const theme of THEME_NAMES) expectColours(withColours(tile, paletteOf(theme)), paletteOf(theme));
    for (const theme of SMOOTH_THEME_NAMES)
      for (const level of [0, 40, 1000]) {
        const palette = smoothPaletteOf(theme, level);
        expectColours(withColours(tile, palette), palette);
      }
    expect(tile).toEqual(before);
  });

  it('gives the very bytes that a daemon of that theme writes', () => {
    const samples = patchyTile(3);
    const drawn = encodePicture(samples, 'Classic', 'png');
    for (const theme of THEME_NAMES)
      expect(Buffer.compare(withColours(drawn, paletteOf(theme)), encodePicture(samples, theme, 'png'))).toBe(
        0,
      );
    const boring = encodeBoringPicture(3, 'Classic', 'png');
    expect(Buffer.compare(withColours(boring, paletteOf('Ink')), encodeBoringPicture(3, 'Ink', 'png'))).toBe(
      0,
    );
  });

  it('is replaced in bytes that lie within other ones', () => {
    const wide = new Uint8Array(tile.length + 20).fill(9);
    wide.set(tile, 7);
    const palette = paletteOf('Ember');
    expectColours(withColours(wide.subarray(7, 7 + tile.length), palette), palette);
  });
});

describe('a tile’s picture', () => {
  it('is told apart from all else', () => {
    expect(isTilePng(tile)).toBe(true);
    expect(isTilePng(encodePicture(patchyTile(1), 'Galaxy', 'png'))).toBe(true);
    expect(isTilePng(encodeBoringPicture(0, 'Ink', 'png'))).toBe(true);
    const coloured = PNG.sync.write(new PNG({ width: SIDE, height: SIDE }));
    const grey = PNG.sync.write(new PNG({ width: SIDE, height: SIDE }), { colorType: 0, inputColorType: 0 });
    const small = encodeIndexedPng(new Uint8Array(128 * 128), 128, classic);
    const short = encodeIndexedPng(new Uint8Array(SIDE * SIDE), SIDE, classic.subarray(0, 300));
    for (const other of [coloured, grey, small, short]) expect(isTilePng(other)).toBe(false);
    const jpeg = encodePicture(patchyTile(1), 'Classic', 'jpg');
    expect([isTilePng(jpeg), isJpeg(jpeg), isJpeg(tile)]).toEqual([false, true, false]);
    for (const text of ['', 'GIF89a', '<!doctype html><title>404</title>', '\x89PNG\r\n\x1a\n'])
      expect([isTilePng(Buffer.from(text)), isJpeg(Buffer.from(text))]).toEqual([false, false]);
  });

  it('is none when any byte of what is checked has changed, or the rest is cut off', () => {
    for (const at of [0, 3, 16, 19, 20, 23, 24, 25, 33, 36, 37, 40]) {
      const damaged = Uint8Array.from(tile);
      damaged[at] ^= 1;
      expect(isTilePng(damaged), `byte ${at}`).toBe(false);
    }
    for (const length of [0, 8, 33, 60, 800, 820]) expect(isTilePng(tile.subarray(0, length))).toBe(false);
  });

  it('is asked for of any bytes without an error', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 2000; i++) {
      const bytes = Uint8Array.from(tile.subarray(0, random.below(900)));
      for (let j = 0; j < 3 && bytes.length > 0; j++) bytes[random.below(bytes.length)] = random.below(256);
      expect(typeof isTilePng(bytes)).toBe('boolean');
    }
  });
});

describe('the CRC-32', () => {
  it('is the platform’s', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(crc32(bytes)).toBe(platformCrc32(bytes));
      }),
    );
  });
});
