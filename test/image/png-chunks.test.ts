import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { crc32, inflateSync } from 'node:zlib';
import { withPalette } from '../../src/image/png-chunks.js';
import { encodeIndexedPng } from '../../src/image/png.js';

interface Chunk {
  type: string;
  data: Buffer;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const PALETTE = Uint8Array.from({ length: 768 }, (_, i) => (i * 7) % 256);
const INDICES = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * i) % 256);

/** A grey PNG as pngjs writes it. */
function greyPng(gamma = 0): Buffer {
  const picture = new PNG({ width: 64, height: 64 });
  picture.data = Buffer.from(INDICES);
  picture.gamma = gamma;
  return PNG.sync.write(picture, { colorType: 0, inputColorType: 0, filterType: 0 });
}

/** Takes a PNG apart, checking every length and CRC. */
function chunksOf(png: Uint8Array): Chunk[] {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8)).toEqual(SIGNATURE);
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.push({ type: body.toString('latin1', 0, 4), data: body.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

function join(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.map(({ type, data }) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  });
  return Buffer.concat([SIGNATURE, ...parts]);
}

describe('an indexed PNG', () => {
  it('is a header of colour type 3, a palette of 768 bytes, the pixels, the end', () => {
    const chunks = chunksOf(encodeIndexedPng(INDICES, 64, PALETTE));
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
    const [header, palette, pixels, end] = chunks;
    // Width, height, bit depth 8, colour type 3, deflate, filters, not interlaced.
    expect([...header.data]).toEqual([0, 0, 0, 64, 0, 0, 0, 64, 8, 3, 0, 0, 0]);
    expect(palette.data).toEqual(Buffer.from(PALETTE));
    expect(end.data).toHaveLength(0);
    const rows = inflateSync(pixels.data);
    expect(rows).toHaveLength(64 * 65);
    for (let row = 0; row < 64; row++) {
      expect(rows[row * 65]).toBe(2); // filter Up: differences to the row above
      const restored = Array.from({ length: 64 }, (_, i) => {
        const above = row === 0 ? 0 : INDICES[(row - 1) * 64 + i];
        return (rows[row * 65 + 1 + i] + above) & 255;
      });
      expect(restored).toEqual([...INDICES.subarray(row * 64, row * 64 + 64)]);
    }
  });

  it('is read back by pngjs as palette colours', () => {
    const { data } = PNG.sync.read(Buffer.from(encodeIndexedPng(INDICES, 64, PALETTE)));
    INDICES.forEach((index, i) => {
      expect([...data.subarray(4 * i, 4 * i + 4)]).toEqual([
        ...PALETTE.subarray(3 * index, 3 * index + 3),
        255,
      ]);
    });
  });

  it('takes its pixels from a view into a larger buffer', () => {
    const larger = new Uint8Array(10 + INDICES.length + 10).fill(9);
    larger.set(INDICES, 10);
    const view = larger.subarray(10, 10 + INDICES.length);
    expect(encodeIndexedPng(view, 64, PALETTE)).toEqual(encodeIndexedPng(INDICES, 64, PALETTE));
  });
});

describe('giving a grey PNG a palette', () => {
  it('drops ancillary chunks, wherever they stand', () => {
    const withGamma = greyPng(1 / 2.2);
    expect(chunksOf(withGamma).map(({ type }) => type)).toContain('gAMA');
    const [header, pixels, end] = chunksOf(greyPng());
    const text = { type: 'tEXt', data: Buffer.from('Comment\0none') };
    const plain = withPalette(greyPng(), PALETTE);
    expect(withPalette(withGamma, PALETTE)).toEqual(plain);
    expect(withPalette(join([header, text, pixels, text, end]), PALETTE)).toEqual(plain);
  });

  it('leaves its input as it is', () => {
    const grey = greyPng();
    withPalette(grey, PALETTE);
    expect(grey).toEqual(greyPng());
  });

  it('keeps several IDAT chunks in their order', () => {
    const [header, pixels, end] = chunksOf(greyPng());
    const halves = [pixels.data.subarray(0, 100), pixels.data.subarray(100)];
    const split = join([header, ...halves.map((data) => ({ type: 'IDAT', data })), end]);
    const chunks = chunksOf(withPalette(split, PALETTE));
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IDAT', 'IEND']);
    expect(Buffer.concat(chunks.slice(2, 4).map(({ data }) => data))).toEqual(pixels.data);
  });

  it('refuses what is no 8-bit grey PNG', () => {
    const grey = greyPng();
    const [header, pixels, end] = chunksOf(grey);
    const rgb = PNG.sync.write(new PNG({ width: 4, height: 4 }), { colorType: 2 });
    const palette = { type: 'PLTE', data: Buffer.from(PALETTE) };
    const cases: [string, Uint8Array, string][] = [
      ['no signature', grey.subarray(1), 'expected the signature of a PNG'],
      ['empty', new Uint8Array(0), 'expected the signature of a PNG'],
      ['colour', rgb, 'expected the header of an 8-bit grey PNG'],
      ['no header', join([pixels, end]), 'expected the header of an 8-bit grey PNG, got IDAT'],
      ['two palettes', join([header, palette, pixels, end]), 'IHDR, IDAT and IEND only, got PLTE'],
      ['two headers', join([header, header, pixels, end]), 'IHDR, IDAT and IEND only, got IHDR'],
      ['no end', join([header, pixels]), 'expected a chunk at byte'],
      ['cut off', grey.subarray(0, grey.length - 1), 'expected a chunk at byte'],
      ['cut off in a frame', grey.subarray(0, grey.length - 5), 'expected a chunk at byte'],
      ['more behind', Buffer.concat([grey, Buffer.from('x')]), 'expected nothing after IEND, got 1 bytes'],
    ];
    for (const [what, bytes, message] of cases) {
      expect(() => withPalette(bytes, PALETTE), what).toThrow(message);
    }
  });
});
