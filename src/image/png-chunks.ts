import { crc32 } from 'node:zlib';

/**
 * Turns a grey PNG into an indexed one: the pixels' bytes are the same, only the header's colour type and the palette
 * differ. This is how a picture becomes indexed although pngjs cannot write palettes.
 *
 * @see W3C, Portable Network Graphics (PNG) Specification, sections 5.3 (chunk layout), 11.2.2 (IHDR), 11.2.3 (PLTE)
 */

/** The first bytes of every PNG. */
export const SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length, type and CRC around the data of a chunk. */
const CHUNK_FRAME = 12;
const BIT_DEPTH_AT = 8;
const COLOUR_TYPE_AT = 9;
const GREY = 0;
const INDEXED = 3;

export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** The chunk as it stands in the file, with length and CRC. */
  readonly bytes: Uint8Array;
}

/**
 * Gives an 8-bit grey PNG a palette.
 *
 * Ancillary chunks (gAMA and the like, should the writer add some) are dropped: they are optional, several of them mean
 * something else once there is a palette, and pictures should not depend on the writer's version.
 *
 * @param grey a PNG of bit depth 8 and colour type 0; stays as it is
 * @param palette red, green, blue of each index, up to 768 bytes
 * @throws Error when the bytes are no such PNG: the writer is not the one that this was made for
 */
export function withPalette(grey: Uint8Array, palette: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.from(SIGNATURE)];
  for (const { type, data, bytes } of chunksOf(grey)) {
    if (parts.length === 1) {
      if (type !== 'IHDR' || data[BIT_DEPTH_AT] !== 8 || data[COLOUR_TYPE_AT] !== GREY) {
        throw new Error(`expected the header of an 8-bit grey PNG, got ${type} ${data.join(' ')}`);
      }
      // A copy; `slice` of a Buffer, which pngjs returns, would be a view.
      const header = Uint8Array.from(data);
      header[COLOUR_TYPE_AT] = INDEXED;
      parts.push(makeChunk('IHDR', header), makeChunk('PLTE', palette));
    } else if (type === 'IDAT' || type === 'IEND') {
      parts.push(bytes);
    } else if (type[0] === type[0].toUpperCase()) {
      throw new Error(`expected the critical chunks IHDR, IDAT and IEND only, got ${type}`);
    }
  }
  return concatenate(parts);
}

/** The chunks of a PNG in their order, up to IEND, which must be there and end the file. */
export function* chunksOf(png: Uint8Array): Generator<Chunk> {
  if (!SIGNATURE.every((byte, at) => png[at] === byte)) throw new Error('expected the signature of a PNG');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let at = SIGNATURE.length;
  let type = '';
  while (type !== 'IEND') {
    const end = at + CHUNK_FRAME <= png.length ? at + CHUNK_FRAME + view.getUint32(at) : Infinity;
    if (end > png.length) throw new Error(`expected a chunk at byte ${at} of a PNG, got its end`);
    type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    yield { type, data: png.subarray(at + 8, end - 4), bytes: png.subarray(at, end) };
    at = end;
  }
  if (at !== png.length) throw new Error(`expected nothing after IEND, got ${png.length - at} bytes`);
}

/** A chunk with its length and CRC. */
export function makeChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(CHUNK_FRAME + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) chunk[4 + i] = type.charCodeAt(i);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
