import { PNG } from 'pngjs';

/** Pixels: red, green, blue, alpha of each, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Reads a PNG. */
export function pictureFrom(png: Uint8Array): Picture {
  return PNG.sync.read(Buffer.from(png));
}

/** Writes a PNG. */
export function pngOf({ width, height, data }: Picture): Uint8Array {
  const png = new PNG({ width, height });
  png.data.set(data);
  return PNG.sync.write(png);
}

/** A part of a picture. */
export function cropped(picture: Picture, left: number, top: number, width: number, height: number): Picture {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((top + y) * picture.width + left);
    data.set(picture.data.subarray(from, from + 4 * width), 4 * y * width);
  }
  return { width, height, data };
}

/** Upside down. */
export function mirrored(picture: Picture): Picture {
  const { width, height } = picture;
  const data = new Uint8Array(picture.data.length);
  for (let y = 0; y < height; y++)
    data.set(picture.data.subarray(4 * y * width, 4 * (y + 1) * width), 4 * (height - 1 - y) * width);
  return { width, height, data };
}

/** The mean of squares of so many pixels: what is left when half a pixel's shift does not count. */
export function shrunk(picture: Picture, by: number): Picture {
  const width = Math.floor(picture.width / by);
  const height = Math.floor(picture.height / by);
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let i = 0; i < by * by; i++) {
          const row = y * by + Math.floor(i / by);
          sum += picture.data[4 * (row * picture.width + x * by + (i % by)) + channel];
        }
        data[4 * (y * width + x) + channel] = Math.round(sum / (by * by));
      }
    }
  }
  return { width, height, data };
}

/** Share of the pixels that differ by more than so much in a channel; 1 when the sizes differ. */
export function difference(a: Picture, b: Picture, tolerance = 32): number {
  if (a.width !== b.width || a.height !== b.height) return 1;
  let count = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    const differs = [0, 1, 2].some((c) => Math.abs(a.data[at + c] - b.data[at + c]) > tolerance);
    if (differs) count++;
  }
  return count / (a.width * a.height);
}

/** How many colours there are. */
export function colours({ data }: Picture): number {
  const seen = new Set<number>();
  for (let at = 0; at < data.length; at += 4) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return seen.size;
}
