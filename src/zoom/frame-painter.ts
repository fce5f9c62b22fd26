import type { FilmColours } from '../image/film-colours.js';
import { toByte } from '../image/oklab.js';
import type { Address } from '../tile/address.js';
import { layerOf, type Source } from './frame-layer.js';
import { FrameLine, MIXED } from './frame-line.js';
import { levelsOf } from './level-grid.js';
import type { Frame } from './path.js';

/**
 * Paints a frame from the samples of tiles: of the two levels between whose spacings its own lies, mixed by how near they are, so that no level
 * is seen to come or go. Colours are mixed in linear light.
 *
 * @param sourceOf the samples for a cell; null: nothing is known, it counts as exterior, far away
 * @returns red, green and blue of each pixel, row by row from the top
 */
export function paintFrame(
  frame: Frame,
  supersample: number,
  colours: FilmColours,
  sourceOf: (address: Address) => Source | null,
): Uint8Array<ArrayBuffer> {
  const fineFrame = supersampled(frame, supersample);
  const { fine, share } = levelsOf(fineFrame);
  const layers = [layerOf(fineFrame, fine, share, colours, sourceOf)];
  if (share < 1) layers.push(layerOf(fineFrame, fine - 1, 1 - share, colours, sourceOf));
  const { width, height, angle } = fineFrame;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  // The lines of a row of pixels, in the order in which their colours are added.
  const lines = Array.from({ length: supersample }, () => layers.map((layer) => new FrameLine(layer, width)));
  const row = new PixelRow(lines.flat(), frame.width, supersample);
  const pixels = new Uint8Array(3 * frame.width * frame.height);
  for (let y = 0; y < frame.height; y++) {
    for (const [i, group] of lines.entries()) {
      const up = height / 2 - (y * supersample + i) - 0.5;
      for (const line of group) line.trace(0.5 - width / 2, up, cosine, sine);
    }
    row.paint(pixels, 3 * frame.width * y);
  }
  return pixels;
}

/** The same frame in smaller pixels. */
export function supersampled(frame: Frame, supersample: number): Frame {
  const { width, height, log2Spacing } = frame;
  return {
    ...frame,
    width: width * supersample,
    height: height * supersample,
    log2Spacing: log2Spacing - Math.log2(supersample),
  };
}

/** Pixels of one colour that are filled one by one; beyond, those that are there are copied. */
const SINGLY = 16;

/** A row of pixels, of some lines of samples. */
class PixelRow {
  readonly #lines: readonly FrameLine[];
  readonly #width: number;
  readonly #supersample: number;
  readonly #scale: number;
  readonly #sums: Float32Array;

  constructor(lines: readonly FrameLine[], width: number, supersample: number) {
    this.#lines = lines;
    this.#width = width;
    this.#supersample = supersample;
    this.#scale = (BYTES.length - 1) / (supersample * supersample);
    this.#sums = new Float32Array(3 * width);
  }

  /** Paints into `pixels` from the byte `start` on. */
  paint(pixels: Uint8Array, start: number): void {
    const lines = this.#lines;
    const supersample = this.#supersample;
    const rowBytes = 3 * this.#width;
    const isAsAbove = lines.every((line) => line.isAsBefore);
    for (let pixel = 0; pixel < this.#width;) {
      const first = pixel * supersample;
      let isPlain = true;
      let end = this.#width * supersample;
      for (const line of lines) {
        while (line.ends[line.at] <= first) line.at++;
        if (line.places[line.at] === MIXED) isPlain = false;
        end = Math.min(end, line.ends[line.at]);
      }
      // Of the pixels that lie in these stretches alone each is painted like the first.
      const next = Math.floor(end / supersample);
      const to = Math.max(pixel + 1, next);
      const at = start + 3 * pixel;
      if (!isPlain || next === pixel) {
        this.#add(pixel, to, pixels, at);
      } else if (isAsAbove) {
        pixels.copyWithin(at, at - rowBytes, start + 3 * to - rowBytes);
      } else {
        this.#add(pixel, pixel + 1, pixels, at);
        repeat(pixels, at, start + 3 * to);
      }
      pixel = to;
    }
  }

  /** Paints single pixels. */
  #add(from: number, to: number, pixels: Uint8Array, start: number): void {
    const sums = this.#sums;
    const supersample = this.#supersample;
    const scale = this.#scale;
    const length = 3 * (to - from);
    for (const line of this.#lines) line.add(from * supersample, to * supersample, supersample, sums);
    for (let i = 0; i < length; i++) {
      pixels[start + i] = BYTES[(sums[i] * scale + 0.5) | 0];
      sums[i] = 0;
    }
  }
}

/** Repeats the three bytes at `start` up to `end`. */
function repeat(bytes: Uint8Array, start: number, end: number): void {
  const singly = Math.min(end, start + 3 * SINGLY);
  for (let to = start + 3; to < singly; to++) bytes[to] = bytes[to - 3];
  for (let to = singly; to < end; to += to - start)
    bytes.copyWithin(to, start, Math.min(to, start + end - to));
}

/** sRGB bytes by linear light. */
const BYTES = Uint8Array.from({ length: 8192 }, (_, i) => toByte(i / 8191));
