import { isGone, makeFolder, publish, readBounded } from '../cache/files.js';
import type { Key, Layout } from '../cache/layout.js';
import { decodeRgbPng, encodeRgbPng } from '../image/png.js';

/** A frame of the largest size, hardly compressed. */
const MAX_BYTES = 2 ** 28;

/**
 * A frame that was painted before.
 *
 * @returns red, green and blue, row by row; null when there is none, or what is there is damaged
 */
export async function readFrame(path: string, width: number, height: number): Promise<Uint8Array | null> {
  try {
    const bytes = await readBounded(path, MAX_BYTES);
    if (bytes === null) return null;
    const { width: found, rgb } = decodeRgbPng(bytes);
    return found === width && rgb.length === 3 * width * height ? rgb : null;
  } catch {
    return null;
  }
}

/** Keeps a frame for whoever needs it again. The folder is there, unless it was removed meanwhile. */
export async function writeFrame(layout: Layout, key: Key, rgb: Uint8Array, width: number): Promise<void> {
  const png = encodeRgbPng(rgb, width);
  try {
    await publish(layout.frame(key), png);
  } catch (error) {
    if (!isGone(error)) throw error;
    await makeFolder(layout.frameFolder);
    await publish(layout.frame(key), png);
  }
}
