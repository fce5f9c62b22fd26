import { parentPort, workerData } from 'node:worker_threads';
import { systemCode } from '../../cache/cache-error.js';
import { Apng } from './apng.js';
import type { Clip, ThreadEncoder } from './encoder.js';
import type { FilmFormat } from './film-format.js';
import { Gif } from './gif.js';
import { H264 } from './h264.js';
import { PictureFolder, PictureLines } from './pictures.js';

/** The program of an encoder's thread: answers each request, in its turn. */

/** What is made in a thread, and where. */
export interface ThreadOrder {
  readonly format: ThreadFormat;
  readonly path: string;
  readonly clip: Clip;
}

type ThreadFormat = Exclude<FilmFormat, 'webm'>;

/** A frame; or null, after the last one. */
export type ThreadRequest = Uint8Array | null;

/** Null is good news. Errors lose their codes on the way between threads, so they are taken apart. */
export type ThreadAnswer = { readonly message: string; readonly code: string | undefined } | null;

const ENCODERS: Readonly<Record<ThreadFormat, new (path: string, clip: Clip) => ThreadEncoder>> = {
  mp4: H264,
  gif: Gif,
  apng: Apng,
  png: PictureFolder,
  frames: PictureLines,
};

async function perform(encoder: () => ThreadEncoder, rgb: ThreadRequest): Promise<ThreadAnswer> {
  try {
    await (rgb === null ? encoder().finish() : encoder().add(rgb));
    return null;
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error), code: systemCode(error) };
  }
}

const port = parentPort;
if (port !== null) {
  const { format, path, clip } = workerData as ThreadOrder;
  let made: ThreadEncoder | undefined;
  // Made with the first request, so that its errors have someone to go to.
  const encoder = (): ThreadEncoder => (made ??= new ENCODERS[format](path, clip));
  port.on('message', (rgb: ThreadRequest) => {
    void perform(encoder, rgb).then((answer) => port.postMessage(answer));
  });
}
