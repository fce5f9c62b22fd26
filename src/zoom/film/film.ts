import { resolve } from 'node:path';
import type { Clip, Encoder } from './encoder.js';
import { FfmpegProcess, findFfmpeg } from './ffmpeg.js';
import { clear, FilmError } from './film-error.js';
import { codecsOf, FILM_FORMATS, type FilmFormat } from './film-format.js';
import { frameRate } from './frame-rate.js';
import { HIGHEST_GIF_RATE } from './gif-rate.js';
import { EncoderThread } from './thread-encoder.js';
import { Workplace } from './workplace.js';

export type { FilmFormat } from './film-format.js';

/** A film that is being made. */
export interface FilmWriter {
  /**
   * Takes the next frame, and returns when there is room for another one. The bytes belong to the caller again then.
   *
   * @param rgb red, green, blue of each pixel, row by row from the top: width * height * 3 bytes
   * @throws RangeError for another length, which changes nothing; FilmError, after which nothing of the film is left
   */
  add(rgb: Uint8Array): Promise<void>;
  /**
   * Puts the film into its place.
   *
   * @throws RangeError when frames are missing, which changes nothing; FilmError, after which nothing of the film is left
   */
  finish(): Promise<void>;
  /** Gives it up and removes it. Does nothing to a film that has been finished, and may be called at any time. */
  abort(): Promise<void>;
}

/** What film is to be made. */
export interface FilmOptions {
  /** The file, or the folder; what is there of that kind is replaced at the end. */
  readonly path: string;
  readonly format: FilmFormat;
  /** Pixels; even for mp4 and webm. */
  readonly width: number;
  readonly height: number;
  /** Frames a second, 0.001 to 240, in a GIF up to 50. */
  readonly fps: number;
  /** How many there will be. */
  readonly frames: number;
  /** A name or path; null does without it, and without either the system's one is used where there is one. */
  readonly ffmpeg?: string | null;
}

/** What the formats have in their headers. */
const LARGEST_SIZE = 65_535;
/** More would be too many even at 240 a second for half a day. */
const MOST_FRAMES = 10_000_000;

/**
 * Begins a film.
 *
 * @throws RangeError for sizes, rates and counts that the format cannot have; FilmError ENOENCODER where it needs ffmpeg and there is
 *   none, EEXISTS where something else is in its place; errors of the file system
 */
export async function openFilm(options: FilmOptions): Promise<FilmWriter> {
  const clip = checked(options);
  const { format } = options;
  const target = resolve(options.path);
  const ffmpeg = await chooseFfmpeg(options, target);
  const workplace = await Workplace.make(target, format === 'png').catch((error: unknown) => {
    throw clear(target, error);
  });
  // Made in the same breath as the film, so that nothing can come between.
  const encoder =
    ffmpeg === null
      ? new EncoderThread(target, {
          format: format as Exclude<FilmFormat, 'webm'>,
          path: workplace.film,
          clip,
        })
      : new FfmpegProcess(target, workplace.film, ffmpeg, clip);
  return new Film(clip, format === 'png', workplace, encoder);
}

/**
 * ```
 * open --add--> busy --> open            a frame is in the encoder
 * open --finish--> busy --> done         the encoder ends, the film is renamed
 * open, busy --an error, abort--> lost   the encoder is killed, the workplace removed
 * ```
 *
 * Only #run and #lose change the mode.
 */
class Film implements FilmWriter {
  readonly #clip: Clip;
  readonly #isFolder: boolean;
  readonly #workplace: Workplace;
  readonly #encoder: Encoder;
  #mode: 'open' | 'busy' | 'done' | 'lost' = 'open';
  #count = 0;
  /** Why it is lost. */
  #reason: unknown = null;
  #cleanup: Promise<void> | null = null;
  /** From here on an abort comes too late. */
  #publishing: Promise<void> | null = null;

  constructor(clip: Clip, isFolder: boolean, workplace: Workplace, encoder: Encoder) {
    this.#clip = clip;
    this.#isFolder = isFolder;
    this.#workplace = workplace;
    this.#encoder = encoder;
  }

  async add(rgb: Uint8Array): Promise<void> {
    const { width, height, frames } = this.#clip;
    if (!(rgb instanceof Uint8Array))
      throw new TypeError(`expected a frame as a Uint8Array, got ${typeof rgb}`);
    if (rgb.length !== width * height * 3) {
      throw new RangeError(`expected a frame of ${width * height * 3} bytes, got ${rgb.length}`);
    }
    if (this.#count === frames) throw new RangeError(`expected ${frames} frames, got one more`);
    await this.#run('open', async () => await this.#encoder.add(rgb));
    this.#count++;
  }

  async finish(): Promise<void> {
    const { frames } = this.#clip;
    if (this.#mode === 'open' && this.#count !== frames) {
      throw new RangeError(`expected ${frames} frames, got ${this.#count}`);
    }
    await this.#run('done', async () => {
      await this.#encoder.finish();
      if (this.#mode === 'lost') throw this.#reason;
      this.#publishing = this.#workplace.publish(this.#isFolder);
      await this.#publishing;
    });
  }

  async abort(): Promise<void> {
    if (this.#publishing) await this.#publishing.catch(() => {});
    if (this.#mode === 'done') return;
    const path = this.#workplace.target;
    await this.#lose(new FilmError('EABORTED', path, `${path} was given up`));
  }

  /** One step of the encoder, after which the film is in another mode. */
  async #run(next: 'open' | 'done', step: () => Promise<void>): Promise<void> {
    if (this.#mode === 'lost') throw this.#reason;
    if (this.#mode !== 'open') {
      throw new Error(`expected a film that waits for a frame, got one that is ${this.#mode}`);
    }
    this.#mode = 'busy';
    try {
      await step();
      if (this.#mode === 'busy') this.#mode = next;
    } catch (error) {
      await this.#lose(clear(this.#workplace.target, error));
    }
    if (this.#isLost()) throw this.#reason;
  }

  #isLost(): boolean {
    return this.#mode === 'lost';
  }

  /** The first reason stays. */
  async #lose(reason: unknown): Promise<void> {
    if (!this.#isLost()) {
      this.#mode = 'lost';
      this.#reason = reason;
    }
    this.#cleanup ??= this.#encoder.kill().then(async () => await this.#workplace.remove());
    await this.#cleanup;
  }
}

function checked({ format, width, height, fps, frames }: FilmOptions): Clip {
  if (!FILM_FORMATS.includes(format))
    throw new RangeError(`expected a format of ${FILM_FORMATS.join(', ')}, got ${format}`);
  const step = codecsOf(format) === null ? 1 : 2;
  for (const [name, size] of Object.entries({ width, height })) {
    if (!(Number.isInteger(size / step) && size > 0 && size <= LARGEST_SIZE)) {
      throw new RangeError(
        `expected ${step === 2 ? 'an even' : 'a'} ${name} of ${step} to ${LARGEST_SIZE} pixels in a film of the format ${format}, got ${size}`,
      );
    }
  }
  if (!(Number.isInteger(frames) && frames > 0 && frames <= MOST_FRAMES)) {
    throw new RangeError(`expected 1 to ${MOST_FRAMES} frames, got ${frames}`);
  }
  if (format === 'gif' && fps > HIGHEST_GIF_RATE) {
    throw new RangeError(`expected at most ${HIGHEST_GIF_RATE} frames a second in a GIF, got ${fps}`);
  }
  return { width, height, rate: frameRate(fps), frames };
}

/** Null where it is done without. */
async function chooseFfmpeg({ format, ffmpeg }: FilmOptions, target: string): ReturnType<typeof findFfmpeg> {
  const codecs = codecsOf(format);
  if (codecs === null) return null;
  const found = ffmpeg === null ? null : await findFfmpeg(ffmpeg ?? 'ffmpeg', codecs);
  if (found !== null || (format === 'mp4' && typeof ffmpeg !== 'string')) return found;
  throw new FilmError(
    'ENOENCODER',
    target,
    `${target} needs ffmpeg with the encoder ${codecs.join(' or ')}, and ${ffmpeg ?? 'ffmpeg'} is none. Install it ` +
      '(apt install ffmpeg, dnf install ffmpeg-free, brew install ffmpeg), or choose one of the formats that need none: mp4, gif, apng, png, frames',
  );
}
