import type { PictureFormat } from '../tile/picture-format.js';
import { EXTERIOR, type Samples } from '../tile/samples.js';
import { PICTURE_SIDE, pictureIndices } from './indices.js';
import { encodeJpeg } from './jpeg.js';
import { boringIndex } from './palette-index.js';
import { paletteOf } from './palette.js';
import { encodeIndexedPng } from './png.js';
import type { ThemeName } from './themes.js';

/**
 * The picture of a tile.
 *
 * @param samples 257*257 samples, row 0 north; the left column and the bottom row are cropped
 * @returns the bytes of a file of 256x256 pixels, row 0 north; the same for the same arguments on every machine
 * @throws RangeError for any other number of samples
 */
export function encodePicture(samples: Samples, theme: ThemeName, format: PictureFormat): Uint8Array {
  return encode(pictureIndices(samples), theme, format);
}

/**
 * The picture `P<period>` that stands for every boring tile of a period: uniform, of the colour that
 * {@link encodePicture} gives to all boring samples of that period.
 *
 * @param period 0 for the exterior, otherwise the component's period
 * @returns the bytes of a file of 256x256 pixels
 * @throws RangeError when the period is no such integer
 */
export function encodeBoringPicture(period: number, theme: ThemeName, format: PictureFormat): Uint8Array {
  if (!Number.isInteger(period) || period < EXTERIOR || period > 2147483647) {
    throw new RangeError(`expected a period from 0 to 2147483647, got ${period}`);
  }
  return encode(new Uint8Array(PICTURE_SIDE * PICTURE_SIDE).fill(boringIndex(period)), theme, format);
}

function encode(indices: Uint8Array, theme: ThemeName, format: PictureFormat): Uint8Array {
  return encodeIndices(indices, PICTURE_SIDE, theme, format);
}

/**
 * A picture of any size.
 *
 * @param indices palette indices (palette-index.ts), row by row from the top
 * @param width pixels a row
 */
export function encodeIndices(
  indices: Uint8Array,
  width: number,
  theme: ThemeName,
  format: PictureFormat,
): Uint8Array {
  const write = format === 'png' ? encodeIndexedPng : encodeJpeg;
  return write(indices, width, paletteOf(theme));
}
