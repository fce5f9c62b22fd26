import { deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { concatenate, makeChunk, SIGNATURE, withPalette } from './png-chunks.js';

/**
 * zlib's strategy Z_RLE: matches at distance 1 only. Builds of zlib differ in the hash by which they find strings (and
 * some choose it by the processor), so only the two strategies that never look for strings give the same bytes on every
 * machine; Z_HUFFMAN_ONLY is the other. Six tiles of levels 0 to 16, medians without a filter: Z_RLE 13 to 41 KB in 0.4 to
 * 0.8 ms, Z_HUFFMAN_ONLY 27 to 48 KB in 0.6 to 0.8 ms, the default strategy 5 to 31 KB in 2 to 8 ms.
 */
const STRATEGY_RLE = 3;

/**
 * PNG's filter Up: each row as differences to the one above, so what is the same becomes a run of zeros. The files of the
 * six tiles become 14 to 47 % smaller than unfiltered ones, in the same time.
 */
const FILTER_UP = 2;

/** Z_RLE does not depend on it, but it is written into the stream's header. */
const DEFLATE_LEVEL = 9;

const COLOUR_TYPE_RGB = 2;

/**
 * Writes an 8-bit indexed PNG; the same pixels always give the same bytes.
 *
 * @param indices palette indices, row by row from the top
 * @param width pixels a row
 * @param palette 768 bytes: red, green, blue of each index
 */
export function encodeIndexedPng(indices: Uint8Array, width: number, palette: Uint8Array): Uint8Array {
  const picture = new PNG({ width, height: indices.length / width });
  picture.data = Buffer.from(indices.buffer, indices.byteOffset, indices.byteLength);
  const grey = PNG.sync.write(picture, {
    colorType: 0,
    inputColorType: 0,
    inputHasAlpha: false,
    bitDepth: 8,
    filterType: FILTER_UP,
    deflateLevel: DEFLATE_LEVEL,
    deflateStrategy: STRATEGY_RLE,
  });
  return withPalette(grey, palette);
}

/**
 * Writes an 8-bit RGB PNG; the same pixels always give the same bytes. A frame of 1280 x 720 full of detail has 325 KB; with the filter Paeth
 * 313 KB in five times the time, with one chosen for each row 315 KB in six times. One of the film of docs/movies.md has 40 KB and takes 3 ms,
 * where pngjs, whose bytes are the same, takes 10.
 *
 * @param rgb red, green, blue of each pixel, row by row from the top
 * @param width pixels a row
 */
export function encodeRgbPng(rgb: Uint8Array, width: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, rgb.length / (3 * width));
  header.setUint8(8, 8);
  header.setUint8(9, COLOUR_TYPE_RGB);
  const data = deflateSync(filteredUp(rgb, 3 * width), { level: DEFLATE_LEVEL, strategy: STRATEGY_RLE });
  return concatenate([
    Uint8Array.from(SIGNATURE),
    makeChunk('IHDR', new Uint8Array(header.buffer)),
    makeChunk('IDAT', data),
    makeChunk('IEND', new Uint8Array()),
  ]);
}

/** Rows of so many bytes, each after its filter's number. Most of a film's pixels are as the ones above them, so four bytes are looked at at once. */
function filteredUp(rgb: Uint8Array, stride: number): Uint8Array {
  const rows = rgb.length / stride;
  const filtered = new Uint8Array(rgb.length + rows);
  filtered[0] = FILTER_UP;
  filtered.set(rgb.subarray(0, stride), 1);
  const areWords = rgb.byteOffset % 4 === 0 && stride % 4 === 0;
  const words = areWords ? new Uint32Array(rgb.buffer, rgb.byteOffset, rgb.length / 4) : null;
  for (let row = 1; row < rows; row++) {
    const start = row * stride;
    const shift = row + 1;
    filtered[start + row] = FILTER_UP;
    if (words === null) {
      for (let i = start; i < start + stride; i++) filtered[i + shift] = rgb[i] - rgb[i - stride];
      continue;
    }
    const above = stride / 4;
    for (let word = start / 4; word < (start + stride) / 4; word++) {
      if (words[word] === words[word - above]) continue;
      const i = 4 * word;
      filtered[i + shift] = rgb[i] - rgb[i - stride];
      filtered[i + shift + 1] = rgb[i + 1] - rgb[i + 1 - stride];
      filtered[i + shift + 2] = rgb[i + 2] - rgb[i + 2 - stride];
      filtered[i + shift + 3] = rgb[i + 3] - rgb[i + 3 - stride];
    }
  }
  return filtered;
}

/**
 * Reads what {@link encodeRgbPng} writes.
 *
 * @returns red, green, blue of each pixel, row by row from the top
 * @throws Error for what is no PNG
 */
export function decodeRgbPng(png: Uint8Array): { readonly width: number; readonly rgb: Uint8Array } {
  const { width, height, data } = PNG.sync.read(Buffer.from(png.buffer, png.byteOffset, png.byteLength));
  const rgb = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { width, rgb };
}
