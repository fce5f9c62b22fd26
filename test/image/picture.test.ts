import fc from 'fast-check';
import { decode as decodeJpeg } from 'jpeg-js';
import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { paletteIndex } from '../../src/image/palette-index.js';
import { paletteOf } from '../../src/image/palette.js';
import { encodeBoringPicture, encodePicture } from '../../src/image/picture.js';
import { THEME_NAMES } from '../../src/image/themes.js';
import { SIDE } from '../../src/tile/grid.js';
import { createSamples, type Samples } from '../../src/tile/samples.js';
import {
  anyPeriod,
  fieldAt,
  neighbouringTiles,
  randomTile,
  tileOfField,
  uniformTile,
} from './support/tile.js';

/** Decodes by pngjs, which shares no line with the splicing of the palette. */
function pixelsOf(png: Uint8Array): PNG {
  const picture = PNG.sync.read(Buffer.from(png));
  expect([picture.width, picture.height]).toEqual([256, 256]);
  return picture;
}

/** Red, green, blue of the palette as one number. */
function colourOf(palette: Uint8Array, index: number): number {
  return palette[3 * index] * 65536 + palette[3 * index + 1] * 256 + palette[3 * index + 2];
}

function pixelAt(picture: { data: Uint8Array; width: number }, column: number, row: number): number {
  const at = 4 * (row * picture.width + column);
  return picture.data[at] * 65536 + picture.data[at + 1] * 256 + picture.data[at + 2];
}

/** The colours of a picture, without repetition. */
function coloursOf(picture: { data: Uint8Array; width: number; height: number }): Set<number> {
  const colours = new Set<number>();
  for (let i = 0; i < picture.width * picture.height; i++) colours.add(pixelAt(picture, i, 0));
  return colours;
}

describe('a PNG picture', () => {
  it.each(THEME_NAMES)(
    'shows exactly the palette colours of columns 1 to 256, rows 0 to 255 in %s',
    (theme) => {
      const samples = randomTile(1);
      const picture = pixelsOf(encodePicture(samples, theme, 'png'));
      const palette = paletteOf(theme);
      for (let row = 0; row < 256; row++) {
        for (let column = 0; column < 256; column++) {
          const sample = row * SIDE + column + 1;
          const index = paletteIndex(samples.period[sample], samples.log2Distance[sample]);
          const got = pixelAt(picture, column, row);
          if (got !== colourOf(palette, index))
            expect.fail(`row ${row}, column ${column}: ${got.toString(16)}`);
        }
      }
    },
  );

  it('differs between themes in nothing but its palette', () => {
    const samples = randomTile(2);
    const [first, ...others] = THEME_NAMES.map((theme) => encodePicture(samples, theme, 'png'));
    // Signature 8, IHDR 25, then PLTE: length and type 8, colours 768, CRC 4.
    const rest = (png: Uint8Array): Buffer => Buffer.concat([png.subarray(0, 41), png.subarray(41 + 772)]);
    for (const other of others) {
      expect(rest(other).equals(rest(first))).toBe(true);
      expect(Buffer.from(other).equals(first)).toBe(false);
    }
  });

  it('has the same bytes every time', () => {
    const bytes = encodePicture(randomTile(3), 'Galaxy', 'png');
    expect(Buffer.from(encodePicture(randomTile(3), 'Galaxy', 'png')).equals(bytes)).toBe(true);
  });

  it('refuses samples that are no tile', () => {
    const short: Samples = { period: new Int32Array(256 * 256), log2Distance: createSamples().log2Distance };
    expect(() => encodePicture(short, 'Classic', 'png')).toThrow(
      new RangeError('expected 66049 periods and distances, got 65536 and 66049'),
    );
  });
});

describe('a boring picture', () => {
  it.each(THEME_NAMES)('is what a tile that is just boring shows in %s', (theme) => {
    fc.assert(
      fc.property(anyPeriod, fc.integer({ min: 513, max: 32766 }), (period, code) => {
        const boring = coloursOf(pixelsOf(encodeBoringPicture(period, theme, 'png')));
        expect(boring.size).toBe(1);
        for (const just of [513, code]) {
          expect(coloursOf(pixelsOf(encodePicture(uniformTile(period, just), theme, 'png')))).toEqual(boring);
        }
      }),
      { numRuns: 10 },
    );
  });

  it.each(THEME_NAMES)('shows every boring distance in one colour, and others not, in %s', (theme) => {
    // The codes 1 to 32766 of a period fit into the pixels of one picture.
    for (const period of [0, 1, 2, 3, 4, 5, 6, 7, 8, 40]) {
      const samples = uniformTile(period, 32766);
      for (let code = 1; code <= 32766; code++) {
        const sample = Math.floor(code / 256) * SIDE + (code % 256) + 1;
        samples.log2Distance[sample] = code;
      }
      const picture = pixelsOf(encodePicture(samples, theme, 'png'));
      const flat = pixelAt(pixelsOf(encodeBoringPicture(period, theme, 'png')), 0, 0);
      let last = 0;
      for (let code = 1; code <= 32766; code++) {
        if (pixelAt(picture, code % 256, Math.floor(code / 256)) !== flat) last = code;
      }
      expect(last).toBeLessThanOrEqual(512);
      expect(last).toBeGreaterThan(0);
    }
  });

  it('is small in either format', () => {
    for (const theme of THEME_NAMES) {
      expect(encodeBoringPicture(3, theme, 'png').length).toBeLessThan(1300);
      expect(encodeBoringPicture(3, theme, 'jpg').length).toBeLessThan(2500);
    }
  });

  it.each([-1, -2, 0.5, NaN, 2147483648])('refuses the period %d', (period) => {
    expect(() => encodeBoringPicture(period, 'Classic', 'png')).toThrow(RangeError);
  });
});

describe('the bytes of a picture', () => {
  it.each([
    ['png', 'b9cfda60477afc9ca0e05a81ce043b3045d1fe57754b027fd3332d5cf7cf6bb1'],
    ['jpg', 'a675dc8464cc18b37467960549e0247d13f98c6c754fc81b3cd8f579537ea2d3'],
  ] as const)('are those of every other machine as %s', (format, hash) => {
    const bytes = encodePicture(tileOfField(100, 0), 'Classic', format);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
  });
});

describe('neighbouring tiles', () => {
  it('show every sample of the field once: no column is doubled or lost', () => {
    const [west, east] = neighbouringTiles().map((tile) => pixelsOf(encodePicture(tile, 'Ember', 'png')));
    const south = pixelsOf(encodePicture(tileOfField(0, 256), 'Ember', 'png'));
    const palette = paletteOf('Ember');
    const expected = (column: number, row: number): number =>
      colourOf(palette, paletteIndex(...fieldAt(column, row)));
    expect(coloursOf(west).size).toBeGreaterThan(50);
    for (let row = 0; row < 256; row++) {
      for (let column = 0; column < 256; column++) {
        if (pixelAt(west, column, row) !== expected(1 + column, row)) expect.fail(`west ${column}, ${row}`);
        if (pixelAt(east, column, row) !== expected(257 + column, row)) expect.fail(`east ${column}, ${row}`);
        if (pixelAt(south, column, row) !== expected(1 + column, 256 + row)) {
          expect.fail(`south ${column}, ${row}`);
        }
      }
    }
  });
});

describe('a JPEG picture', () => {
  it.each(THEME_NAMES)('decodes to the right size and close colours in %s', (theme) => {
    const samples = tileOfField(100, 0);
    const exact = pixelsOf(encodePicture(samples, theme, 'png'));
    const lossy = decodeJpeg(encodePicture(samples, theme, 'jpg'), { useTArray: true });
    expect([lossy.width, lossy.height]).toEqual([256, 256]);
    let sum = 0;
    for (let i = 0; i < lossy.data.length; i++) sum += Math.abs(lossy.data[i] - exact.data[i]);
    expect(sum / lossy.data.length).toBeLessThan(6);
  });

  it.each(THEME_NAMES)(
    'is uniform, close to the colour and the same in tile and boring picture in %s',
    (theme) => {
      for (let period = 0; period <= 8; period++) {
        const boring = decodeJpeg(encodeBoringPicture(period, theme, 'jpg'), { useTArray: true });
        const tile = decodeJpeg(encodePicture(uniformTile(period, 513), theme, 'jpg'), { useTArray: true });
        expect(coloursOf(boring).size).toBe(1);
        expect(Buffer.from(tile.data).equals(boring.data)).toBe(true);
        const exact = pixelsOf(encodeBoringPicture(period, theme, 'png'));
        for (let channel = 0; channel < 3; channel++) {
          expect(Math.abs(boring.data[channel] - exact.data[channel])).toBeLessThan(4);
        }
      }
    },
  );

  it('gives boring blocks of a busy tile exactly the colour of the boring picture', () => {
    const samples = uniformTile(0, 513);
    for (let row = 0; row < SIDE; row++) {
      for (let column = 1; column <= 120; column++) samples.log2Distance[row * SIDE + column] = row * 5 - 700;
    }
    const tile = decodeJpeg(encodePicture(samples, 'Galaxy', 'jpg'), { useTArray: true });
    const boring = decodeJpeg(encodeBoringPicture(0, 'Galaxy', 'jpg'), { useTArray: true });
    const flat = pixelAt(boring, 0, 0);
    for (let row = 0; row < 256; row++) expect(pixelAt(tile, 255, row)).toBe(flat);
    expect(coloursOf(tile).size).toBeGreaterThan(50);
  });
});
