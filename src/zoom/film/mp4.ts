import { concatenate } from '../../image/png-chunks.js';
import type { Clip } from './encoder.js';
import { box, fullBox, letters, longBoxHead, uint16, uint32, uint32s, uint64 } from './mp4-boxes.js';
import type { OutputFile } from './output-file.js';

/** What a decoder is told before the first frame. */
export interface StreamHeaders {
  /** Sequence and picture parameter set, each from its header byte. */
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
}

/** Players measure in ticks; fewer a second than this are rounded visibly by some. */
const LEAST_TICKS = 10_000;
/** No rotation or scaling, in fixed point 16.16 and 2.30. */
const IDENTITY = uint32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);
/** English has no part in it: "und", three letters of five bits. */
const NO_LANGUAGE = 0x55c4;

/**
 * An MP4 file with one track of H.264 that is written frame by frame and has its index in front, so that it plays while it is fetched.
 * The index' length follows from the number of frames, so its place is left free until the end. No clock is in it.
 *
 * ```
 * ftyp | moov | mdat: frame 0, frame 1, ...
 * ```
 *
 * @see ISO/IEC 14496-12, section 8; ISO/IEC 14496-15, section 5.4 (avc1, avcC)
 */
export class Mp4 {
  readonly #file: OutputFile;
  readonly #clip: Clip;
  readonly #headers: StreamHeaders;
  readonly #sizes: number[] = [];
  readonly #keys: number[] = [];
  readonly #start: number;

  /** @param keys how many frames will be key frames */
  constructor(file: OutputFile, clip: Clip, keys: number, headers: StreamHeaders) {
    this.#file = file;
    this.#clip = clip;
    this.#headers = headers;
    const none = Array.from<number>({ length: clip.frames }).fill(0);
    this.#start = this.#head(none, none.slice(0, keys), 0).length;
    file.write(new Uint8Array(this.#start), 0);
  }

  /** @param sample the frame's NAL units, each behind its length in four bytes */
  add(sample: Uint8Array, isKey: boolean): void {
    this.#sizes.push(sample.length);
    if (isKey) this.#keys.push(this.#sizes.length);
    this.#file.append(sample);
  }

  /** Writes the index. */
  finish(): void {
    const head = this.#head(this.#sizes, this.#keys, this.#start);
    if (head.length !== this.#start) {
      throw new Error(`expected an index of ${this.#start} bytes, got ${head.length}`);
    }
    this.#file.write(head, 0);
    this.#file.close();
  }

  /** All that stands before the first frame. */
  #head(sizes: readonly number[], keys: readonly number[], start: number): Uint8Array {
    let at = start;
    const places = sizes.map((size) => (at += size) - size);
    return concatenate([
      box('ftyp', letters('isom'), uint32(0x200), letters('isomiso2avc1mp41')),
      this.#movie(this.#sampleTable(sizes, places, keys)),
      longBoxHead('mdat', at - start),
    ]);
  }

  #movie(sampleTable: Uint8Array): Uint8Array {
    const { width, height, frames, rate } = this.#clip;
    const ticks = rate.frames * Math.ceil(LEAST_TICKS / rate.frames);
    const duration = frames * ((ticks / rate.frames) * rate.seconds);
    const never = uint32(0, 0);
    const reserved = uint32(0, 0);
    const data = box('dinf', fullBox('dref', 0, uint32(1), fullBox('url ', 1)));
    const media = box(
      'mdia',
      fullBox('mdhd', 0, never, uint32(ticks, duration), uint16(NO_LANGUAGE, 0)),
      fullBox('hdlr', 0, uint32(0), letters('vide'), uint32(0, 0, 0), letters('video\0')),
      box('minf', fullBox('vmhd', 1, uint16(0, 0, 0, 0)), data, sampleTable),
    );
    const track = box(
      'trak',
      // Flags: enabled, in the movie. Track 1; layer, group, volume 0.
      fullBox(
        'tkhd',
        3,
        never,
        uint32(1, 0, duration),
        reserved,
        uint16(0, 0, 0, 0),
        IDENTITY,
        uint32(width * 0x1_0000, height * 0x1_0000),
      ),
      media,
    );
    // Rate 1.0, volume 1.0; the next track would be 2.
    const header = fullBox(
      'mvhd',
      0,
      never,
      uint32(ticks, duration, 0x1_0000),
      uint16(0x100, 0),
      reserved,
      IDENTITY,
      uint32(0, 0, 0, 0, 0, 0, 2),
    );
    return box('moov', header, track);
  }

  #sampleTable(sizes: readonly number[], places: readonly number[], keys: readonly number[]): Uint8Array {
    const { rate, frames } = this.#clip;
    const delta = Math.ceil(LEAST_TICKS / rate.frames) * rate.seconds;
    return box(
      'stbl',
      fullBox('stsd', 0, uint32(1), this.#sampleEntry()),
      fullBox('stts', 0, uint32(1, frames, delta)),
      fullBox('stss', 0, uint32(keys.length), uint32s(keys)),
      // Each frame is a chunk of its own.
      fullBox('stsc', 0, uint32(1, 1, 1, 1)),
      fullBox('stsz', 0, uint32(0, sizes.length), uint32s(sizes)),
      fullBox('co64', 0, uint32(places.length), uint64(places)),
    );
  }

  #sampleEntry(): Uint8Array {
    const { width, height } = this.#clip;
    const { sps, pps } = this.#headers;
    // Version 1; profile, constraints and level from the SPS; lengths of four bytes; one SPS, one PPS.
    const configuration = box(
      'avcC',
      Uint8Array.of(1, sps[1], sps[2], sps[3], 0xff, 0xe1),
      uint16(sps.length),
      sps,
      Uint8Array.of(1),
      uint16(pps.length),
      pps,
    );
    // Primaries, transfer, matrix: BT.709; limited range.
    const colours = box('colr', letters('nclx'), uint16(1, 1, 1), Uint8Array.of(0));
    return box(
      'avc1',
      uint16(0, 0, 0, 1),
      new Uint8Array(16),
      uint16(width, height),
      // 72 dots an inch, twice; one frame a sample; no name; 24 bits without alpha.
      uint32(0x48_0000, 0x48_0000, 0),
      uint16(1),
      new Uint8Array(32),
      uint16(24, 0xffff),
      configuration,
      colours,
    );
  }
}
