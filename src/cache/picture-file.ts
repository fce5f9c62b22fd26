import { crc32 } from 'node:zlib';
import { readBounded } from './files.js';
import type { PictureFormat } from '../tile/picture-format.js';

/** No picture of 256x256 pixels is longer, in bytes. */
const MAX_PICTURE_BYTES = 1_000_000;

/** What is wrong with the file of a picture: a text, or null when it is whole. Its pixels are not looked at. */
export async function pictureFlaw(path: string, format: PictureFormat): Promise<string | null> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readBounded(path, MAX_PICTURE_BYTES);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (bytes === null) return 'it is missing';
  return format === 'png' ? pngFlaw(bytes) : jpegFlaw(bytes);
}

function pngFlaw(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (bytes.length < 8 || signature.some((byte, i) => bytes[i] !== byte)) return 'it is no PNG';
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return 'it is cut off';
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) return 'its CRC is wrong';
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IEND') return end === bytes.length ? null : 'something follows its end';
    at = end;
  }
  return 'it is cut off';
}

function jpegFlaw(bytes: Uint8Array): string | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return 'it is no JPEG';
  const end = bytes.length - 2;
  return bytes[end] === 0xff && bytes[end + 1] === 0xd9 ? null : 'it is cut off';
}
