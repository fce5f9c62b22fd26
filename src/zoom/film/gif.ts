import gifenc from 'gifenc';
import type { Clip, ThreadEncoder } from './encoder.js';
import { GIF_TICKS_A_SECOND } from './gif-rate.js';
import { OutputFile } from './output-file.js';

const COLOURS = 256;
/**
 * The palette is found by merging cells of similar colours, in a time that grows with the square of their number. Seahorses in
 * 1280 x 720: 254 ms with cells of 5, 6 and 5 bits a channel, 28 ms and 0.2 dB less with 4 bits. A frame with all hues in all
 * shades: 3300 ms, and 392 ms with 4 bits. Frames of few or dark colours, which show bands most, stay below this limit.
 */
const MOST_FINE_CELLS = 4096;

/**
 * An animated GIF. It plays for ever.
 *
 * Each frame has a palette of its own, since frames to come are not known; 256 colours of one frame of 1280 x 720 give a
 * PSNR of 44 to 45 dB. Each frame gets a fresh buffer as well: one for all, as the library would have it, holds the whole film.
 */
export class Gif implements ThreadEncoder {
  readonly #file: OutputFile;
  readonly #clip: Clip;
  readonly #rgba: Uint8Array;
  #frame = 0;

  constructor(path: string, clip: Clip) {
    this.#file = new OutputFile(path);
    this.#clip = clip;
    this.#rgba = new Uint8Array(clip.width * clip.height * 4).fill(255);
  }

  add(rgb: Uint8Array): void {
    const { width, height } = this.#clip;
    const rgba = this.#rgba;
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      rgba[to] = rgb[from];
      rgba[to + 1] = rgb[from + 1];
      rgba[to + 2] = rgb[from + 2];
    }
    const palette = gifenc.quantize(rgba, COLOURS, { format: coarseness(rgb) });
    const indices = gifenc.applyPalette(rgba, palette);
    const encoder = gifenc.GIFEncoder({ auto: false });
    const first = this.#frame === 0;
    if (first) encoder.writeHeader();
    encoder.writeFrame(indices, width, height, { palette, first, delay: this.#delay() });
    this.#file.append(encoder.bytesView());
    this.#frame++;
  }

  finish(): void {
    const encoder = gifenc.GIFEncoder({ auto: false });
    encoder.finish();
    this.#file.append(encoder.bytesView());
    this.#file.close();
  }

  /** Of this frame, in milliseconds. The ends of frames are rounded to ticks and not their lengths, so errors do not add up. */
  #delay(): number {
    return ((this.#end(this.#frame + 1) - this.#end(this.#frame)) * 1000) / GIF_TICKS_A_SECOND;
  }

  /** When a number of frames have been shown, in ticks. */
  #end(frames: number): number {
    const { rate } = this.#clip;
    return Math.round((frames * rate.seconds * GIF_TICKS_A_SECOND) / rate.frames);
  }
}

/** How the colours of a frame are put into cells. */
function coarseness(rgb: Uint8Array): 'rgb565' | 'rgb444' {
  const seen = new Uint8Array(1 << 16);
  let count = 0;
  for (let i = 0; i < rgb.length; i += 3) {
    const cell = ((rgb[i] >> 3) << 11) | ((rgb[i + 1] >> 2) << 5) | (rgb[i + 2] >> 3);
    count += 1 - seen[cell];
    seen[cell] = 1;
  }
  return count > MOST_FINE_CELLS ? 'rgb444' : 'rgb565';
}
