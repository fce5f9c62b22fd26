import h264 from 'h264-mp4-encoder';
import type { H264MP4Encoder } from 'h264-mp4-encoder';
import type { Clip, ThreadEncoder } from './encoder.js';
import { Mp4 } from './mp4.js';
import { contentOf } from './mp4-boxes.js';
import { OutputFile } from './output-file.js';
import { describeStream } from './sequence-header.js';
import { toYuv } from './yuv.js';

/** Lower is better. */
const QUANTIZER = 20;
/** 0 is best, 10 is fastest. */
const SPEED = 5;
/** Between two key frames, where a player may begin. */
const SEGMENT_SECONDS = 2;
/** Two key frames in a row would need different numbers, which two segments do not have. */
const SHORTEST_SEGMENT = 2;
const LONGEST_SEGMENT = 120;
/** Of an avc1 entry, before its boxes. */
const ENTRY_HEAD = 78;
const KEY_SLICE = 5;
/** Our file states the rate; the library aborts below 1. */
const ANY_RATE = 25;

/**
 * H.264 by the bundled encoder (minih264 in WebAssembly). The library holds the file that it writes in memory, notes the time
 * in it, has its index at the end and says nothing of colours. So each segment, from key frame to key frame, is a film
 * to the library, from which the frames are taken and put into an MP4 of our own.
 *
 * It installs handlers of uncaught errors in its process or thread; hence it is loaded in a thread of its own only.
 */
export class H264 implements ThreadEncoder {
  readonly #file: OutputFile;
  readonly #clip: Clip;
  readonly #yuv: Uint8Array;
  readonly #segment: number;
  #encoder: H264MP4Encoder | null = null;
  /** Frames in the encoder. */
  #count = 0;
  #film: Mp4 | null = null;

  constructor(path: string, clip: Clip) {
    this.#file = new OutputFile(path);
    this.#clip = clip;
    this.#yuv = new Uint8Array((clip.width * clip.height * 3) / 2);
    const wanted = Math.round((SEGMENT_SECONDS * clip.rate.frames) / clip.rate.seconds);
    this.#segment = Math.min(LONGEST_SEGMENT, Math.max(SHORTEST_SEGMENT, wanted));
  }

  async add(rgb: Uint8Array): Promise<void> {
    const { width, height } = this.#clip;
    this.#encoder ??= await this.#begin();
    toYuv(rgb, width, height, this.#yuv);
    this.#encoder.addFrameYuv(this.#yuv);
    if (++this.#count === this.#segment) this.#end(this.#encoder);
  }

  finish(): void {
    if (this.#encoder) this.#end(this.#encoder);
    this.#film?.finish();
  }

  async #begin(): Promise<H264MP4Encoder> {
    const encoder = await h264.createH264MP4Encoder();
    const { width, height } = this.#clip;
    encoder.width = width;
    encoder.height = height;
    encoder.frameRate = ANY_RATE;
    encoder.quantizationParameter = QUANTIZER;
    encoder.speed = SPEED;
    encoder.groupOfPictures = this.#segment;
    encoder.initialize();
    return encoder;
  }

  /** Takes the frames out of the encoder. */
  #end(encoder: H264MP4Encoder): void {
    encoder.finalize();
    const whole = encoder.FS.readFile(encoder.outputFilename);
    encoder.FS.unlink(encoder.outputFilename);
    encoder.delete();
    this.#encoder = null;
    const table = contentOf(whole, ['moov', 'trak', 'mdia', 'minf', 'stbl']);
    this.#film ??= this.#open(contentOf(contentOf(table, ['stsd']).subarray(8), ['avc1']));
    const sizes = sizesOf(contentOf(table, ['stsz']));
    const data = contentOf(whole, ['mdat']);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (sizes.length !== this.#count || total !== data.length) {
      throw new Error(
        `expected ${this.#count} frames of ${data.length} bytes together, got ${sizes.length} of ${total}`,
      );
    }
    let at = 0;
    for (const size of sizes) {
      const sample = data.subarray(at, at + size);
      this.#film.add(sample, (sample[4] & 31) === KEY_SLICE);
      at += size;
    }
    this.#count = 0;
  }

  #open(entry: Uint8Array): Mp4 {
    const { width, height, frames, rate } = this.#clip;
    // Version, profile, constraints, level, length of lengths; then a count and pairs of length and unit, for SPS and PPS.
    const configuration = contentOf(entry.subarray(ENTRY_HEAD), ['avcC']);
    const sps = configuration.subarray(8, 8 + configuration[6] * 256 + configuration[7]);
    const rest = configuration.subarray(8 + sps.length);
    const pps = rest.subarray(3, 3 + rest[1] * 256 + rest[2]);
    return new Mp4(this.#file, this.#clip, Math.ceil(frames / this.#segment), {
      sps: describeStream(sps, width, height, rate.frames / rate.seconds),
      pps,
    });
  }
}

/** The sizes of the samples, from the content of stsz. */
function sizesOf(table: Uint8Array): number[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const same = view.getUint32(4);
  return Array.from({ length: view.getUint32(8) }, (_, i) => same || view.getUint32(12 + 4 * i));
}
