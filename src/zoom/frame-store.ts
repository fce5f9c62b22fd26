import { PNG } from 'pngjs';
import { makeFolder, publish, readBounded } from '../cache/files.js';
import type { Key, Layout } from '../cache/layout.js';

/** A frame of the largest size, hardly compressed. */
const MAX_BYTES = 2 ** 28;
/** Fast: a frame is written once and read a few times. */
const DEFLATE_LEVEL = 2;
const FILTER_UP = 2;

/**
 * A frame that was painted before.
 *
 * @returns red, green and blue, row by row; null when there is none, or what is there is damaged
 */
export async function readFrame(path: string, width: number, height: number): Promise<Uint8Array | null> {
  try {
    const bytes = await readBounded(path, MAX_BYTES);
    if (bytes === null) return null;
    const png = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (png.width !== width || png.height !== height) return null;
    const rgb = new Uint8Array(3 * width * height);
    for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
      rgb[to] = png.data[from];
      rgb[to + 1] = png.data[from + 1];
      rgb[to + 2] = png.data[from + 2];
    }
    return rgb;
  } catch {
    return null;
  }
}

/** The bytes of a PNG. */
export function encodeFrame(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const picture = new PNG({ width, height });
  picture.data = Buffer.from(rgb.buffer, rgb.byteOffset, rgb.byteLength);
  const options = { colorType: 2, inputColorType: 2, inputHasAlpha: false, bitDepth: 8 } as const;
  return PNG.sync.write(picture, { ...options, filterType: FILTER_UP, deflateLevel: DEFLATE_LEVEL });
}

/** Keeps a frame for whoever needs it again. */
export async function writeFrame(
  layout: Layout,
  key: Key,
  rgb: Uint8Array,
  width: number,
  height: number,
): Promise<void> {
  await makeFolder(layout.frameFolder);
  await publish(layout.frame(key), encodeFrame(rgb, width, height));
}
