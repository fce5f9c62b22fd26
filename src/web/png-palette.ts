/**
 * Pictures of tiles as they come from a server: what is none is told apart, and the palette of what is one is replaced, which changes the theme.
 *
 * @see W3C, Portable Network Graphics (PNG) Specification, sections 5.3 (chunk layout), 11.2.2 (IHDR), 11.2.3 (PLTE)
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Where the header's data and the chunk after it begin. */
const HEADER_AT = 16;
const PALETTE_AT = 33;
const PALETTE_BYTES = 768;
const INDEXED = 3;

/** Whether bytes begin like a tile's PNG: 256 x 256 pixels of 8 bits, indexed, with a palette of 256 colours right behind the header. */
export function isTilePng(bytes: Uint8Array): boolean {
  if (bytes.length < PALETTE_AT + PALETTE_BYTES + 24 || !SIGNATURE.every((byte, at) => bytes[at] === byte))
    return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (
    view.getUint32(HEADER_AT) === 256 &&
    view.getUint32(HEADER_AT + 4) === 256 &&
    bytes[HEADER_AT + 8] === 8 &&
    bytes[HEADER_AT + 9] === INDEXED &&
    view.getUint32(PALETTE_AT) === PALETTE_BYTES &&
    String.fromCharCode(...bytes.subarray(PALETTE_AT + 4, PALETTE_AT + 8)) === 'PLTE'
  );
}

/** Whether bytes begin like a JPEG. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * The same picture with other colours.
 *
 * @param png for which {@link isTilePng} holds; stays as it is
 * @param palette 768 bytes: red, green, blue of each index
 */
export function withColours(png: Uint8Array, palette: Uint8Array): Uint8Array<ArrayBuffer> {
  const changed = Uint8Array.from(png);
  changed.set(palette, PALETTE_AT + 8);
  const end = PALETTE_AT + 8 + PALETTE_BYTES;
  new DataView(changed.buffer).setUint32(end, crc32(changed.subarray(PALETTE_AT + 4, end)));
  return changed;
}

const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** CRC-32 as PNG and ZIP have it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ REMAINDERS[(crc ^ byte) & 255];
  return ~crc >>> 0;
}
