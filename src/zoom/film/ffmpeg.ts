import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { Clip, Encoder } from './encoder.js';
import { FilmError, fullDisk } from './film-error.js';
import { atProcessEnd } from './process-end.js';

/** A program, and which of its encoders is to be used. */
export interface Ffmpeg {
  readonly program: string;
  readonly codec: string;
}

/** How the codecs are told to work. */
const CODECS: Readonly<Record<string, readonly string[]>> = {
  libx264: ['-preset', 'medium', '-crf', '17', '-movflags', '+faststart'],
  'libvpx-vp9': ['-deadline', 'good', '-cpu-used', '4', '-row-mt', '1', '-crf', '24', '-b:v', '0'],
  libvpx: ['-deadline', 'good', '-cpu-used', '4', '-crf', '10', '-b:v', '20M'],
};
const CONTAINERS: Readonly<Record<string, string>> = { libx264: 'mp4', 'libvpx-vp9': 'webm', libvpx: 'webm' };

/** The bytes of a film depend on it, so it is not the machine's. */
const THREADS = 4;
const KEY_SECONDS = 2;
/** Of what it says, the end. */
const LONGEST_REASON = 2000;
/** An encoder that has failed in a disk with less than this has failed because of it. */
const FULL_BYTES = 2 ** 20;
/** For asking what a program can do. */
const ANSWER_MS = 20_000;

/**
 * Looks for an ffmpeg with one of several codecs, the best first.
 *
 * @param program a name that the system looks for, or a path
 * @returns null where there is none
 */
export async function findFfmpeg(program: string, codecs: readonly string[]): Promise<Ffmpeg | null> {
  try {
    const answer = await promisify(execFile)(program, ['-hide_banner', '-encoders'], { timeout: ANSWER_MS });
    const known = new Set(answer.stdout.split('\n').map((line) => line.trim().split(/\s+/)[1]));
    const codec = codecs.find((name) => known.has(name));
    return codec === undefined ? null : { program, codec };
  } catch {
    return null;
  }
}

/** An encoder that is a process of ffmpeg. Frames go into its standard input, as fast as it takes them. */
export class FfmpegProcess implements Encoder {
  readonly #target: string;
  readonly #child: ChildProcessByStdio<Writable, null, Readable>;
  /** What ended it; null where it ended well. */
  readonly #end: Promise<Error | null>;
  #said = '';

  /**
   * @param target what is named in errors
   * @param path where it writes
   */
  constructor(target: string, path: string, ffmpeg: Ffmpeg, clip: Clip) {
    this.#target = target;
    this.#child = spawn(ffmpeg.program, commandLine(path, ffmpeg.codec, clip), {
      stdio: ['pipe', 'ignore', 'pipe'],
      // Ctrl-C in a terminal is for this process, which then decides; ffmpeg would end its film early.
      detached: true,
    });
    const forget = atProcessEnd(() => this.#child.kill('SIGKILL'));
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#said = (this.#said + text.toString()).slice(-LONGEST_REASON);
    });
    // EPIPE, which says less than how it ended.
    this.#child.stdin.on('error', () => {});
    this.#end = this.#watch().finally(forget);
  }

  async add(rgb: Uint8Array): Promise<void> {
    const written = new Promise<boolean>((resolve) => {
      this.#child.stdin.write(rgb, (error) => resolve(!error));
    });
    if (await Promise.race([written, this.#end.then(() => false)])) return;
    throw (await this.#end) ?? this.#error('it has ended too early');
  }

  async finish(): Promise<void> {
    this.#child.stdin.end();
    const error = await this.#end;
    if (error) throw error;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#end;
  }

  async #watch(): Promise<Error | null> {
    let reason;
    try {
      const [status, signal] = (await once(this.#child, 'close')) as [number | null, NodeJS.Signals | null];
      // It ends well although it could not write the end of a film (seen of 5.1 with a full disk), but it does say so.
      if (status === 0 && this.#said === '') return null;
      reason = signal === null ? `exit status ${status}` : `ended by ${signal}`;
    } catch (error) {
      return this.#error(error instanceof Error ? error.message : String(error));
    }
    // Its words for it depend on version and language.
    const isFull = await statfs(dirname(this.#target)).then(
      ({ bavail, bsize }) => bavail * bsize < FULL_BYTES,
      () => false,
    );
    const error = this.#error(`${reason} ${this.#said}`.trim());
    return isFull ? fullDisk(this.#target, error) : error;
  }

  #error(reason: string): FilmError {
    return new FilmError(
      'EENCODER',
      this.#target,
      `ffmpeg, which encodes ${this.#target}, has failed: ${reason}`,
    );
  }
}

function commandLine(path: string, codec: string, { width, height, rate }: Clip): string[] {
  return [
    ['-hide_banner', '-nostats', '-loglevel', 'error', '-y'],
    ['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', `${width}x${height}`],
    ['-framerate', `${rate.frames}/${rate.seconds}`, '-i', 'pipe:0', '-an'],
    // RGB is full range; films are limited.
    [
      '-vf',
      'scale=in_range=pc:out_range=tv:out_color_matrix=bt709:flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=yuv420p',
    ],
    ['-c:v', codec, ...CODECS[codec]],
    ['-g', String(Math.max(1, Math.round((KEY_SECONDS * rate.frames) / rate.seconds)))],
    ['-pix_fmt', 'yuv420p', '-color_range', 'tv'],
    ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'],
    ['-threads', String(THREADS), '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'],
    ['-f', CONTAINERS[codec], path],
  ].flat();
}
