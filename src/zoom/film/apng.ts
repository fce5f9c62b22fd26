import { chunksOf, concatenate, makeChunk, SIGNATURE } from '../../image/png-chunks.js';
import { encodeRgbPng } from '../../image/png.js';
import type { Clip, ThreadEncoder } from './encoder.js';
import { OutputFile } from './output-file.js';

/**
 * An animated PNG that is written frame by frame: each frame's PNG is taken apart, and its data put into the film's. It plays for ever.
 *
 * @see W3C, Portable Network Graphics (PNG) Specification (Third Edition), section 11.3.6 (acTL, fcTL, fdAT)
 */
export class Apng implements ThreadEncoder {
  readonly #file: OutputFile;
  readonly #clip: Clip;
  #frame = 0;
  /** fcTL and fdAT are counted together. */
  #sequence = 0;

  constructor(path: string, clip: Clip) {
    this.#file = new OutputFile(path);
    this.#clip = clip;
  }

  add(rgb: Uint8Array): void {
    const isFirst = this.#frame++ === 0;
    const parts: Uint8Array[] = [];
    for (const { type, data, bytes } of chunksOf(encodeRgbPng(rgb, this.#clip.width))) {
      if (type === 'IHDR') {
        if (isFirst) parts.push(Uint8Array.from(SIGNATURE), bytes, this.#animation());
        parts.push(this.#frameHeader());
      } else if (type === 'IDAT') {
        // The first frame is also what a program shows that knows no animations.
        parts.push(isFirst ? bytes : makeChunk('fdAT', concatenate([this.#next(), data])));
      }
    }
    this.#file.append(concatenate(parts));
  }

  finish(): void {
    this.#file.append(makeChunk('IEND', new Uint8Array()));
    this.#file.close();
  }

  /** acTL: the number of frames, and of repetitions, 0 being without end. */
  #animation(): Uint8Array {
    const data = new DataView(new ArrayBuffer(8));
    data.setUint32(0, this.#clip.frames);
    return makeChunk('acTL', new Uint8Array(data.buffer));
  }

  /** fcTL: a whole frame that replaces the one before. */
  #frameHeader(): Uint8Array {
    const { width, height, rate } = this.#clip;
    const data = new DataView(new ArrayBuffer(22));
    data.setUint32(0, width);
    data.setUint32(4, height);
    // 8 and 12: at the left and top edge.
    data.setUint16(16, rate.seconds);
    data.setUint16(18, rate.frames);
    // 20 and 21: left as it is afterwards; put in the place of what was there.
    return makeChunk('fcTL', concatenate([this.#next(), new Uint8Array(data.buffer)]));
  }

  /** The next sequence number, in four bytes. */
  #next(): Uint8Array {
    const data = new DataView(new ArrayBuffer(4));
    data.setUint32(0, this.#sequence++);
    return new Uint8Array(data.buffer);
  }
}
