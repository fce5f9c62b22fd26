import { constants } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { MAX_BORING_BYTES } from '../cache/boring-file.js';
import { isGone, openRegular } from '../cache/files.js';
import { SharedAnswer } from './shared-answer.js';

/**
 * For a boring.txt of 1,000,000 lines, 17.5 MB: 4.4 MB in 0.6 s. Of 13.7 MB, this level made 3.0 MB in 0.25 s, level 1 3.6 MB in 0.19 s,
 * level 6 2.9 MB in 0.76 s, and Brotli at quality 4 3.1 MB in 0.65 s.
 */
const LEVEL = 4;
/** What is shorter is sent as it is: it fits into one packet. */
const LEAST_BYTES = 1024;

/** Whether a client takes gzip, by its Accept-Encoding. */
export function acceptsGzip(header: string | undefined): boolean {
  const [, quality] = /(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=([\d.]+))?\s*(?:,|$)/i.exec(header ?? '') ?? [
    null,
    null,
  ];
  return quality !== null && Number(quality ?? 1) > 0;
}

/** A text of the program's own, compressed once. */
export function compressed(text: string): Uint8Array {
  return gzipSync(text);
}

/** A compressed file as it was at a moment. */
export interface Snapshot {
  readonly bytes: Uint8Array;
  /** The same that the file itself had at that moment. */
  readonly etag: string;
}

/**
 * boring.txt, compressed once for all who ask within a while. A snapshot that is some seconds old is a whole file all the same, since it
 * grows at its end only; and however many ask, one processor at the most is busy with it, a tenth of the time.
 */
export class CompressedBoring {
  readonly #path: string;
  readonly #snapshot: SharedAnswer<Snapshot | null>;
  #last: Snapshot | null = null;

  /** @param clock milliseconds, never going back */
  constructor(path: string, clock: () => number) {
    this.#path = path;
    this.#snapshot = new SharedAnswer(async () => (this.#last = await this.#compress(this.#last)), clock);
  }

  /** The present snapshot, or null when the file is not there, or too short to be compressed. */
  async get(): Promise<Snapshot | null> {
    return await this.#snapshot.get();
  }

  async #compress(last: Snapshot | null): Promise<Snapshot | null> {
    let file;
    try {
      file = await openRegular(this.#path, constants.O_RDONLY);
    } catch {
      // Whatever is the matter with it, the sender of plain files says so.
      return null;
    }
    try {
      const { size, mtime } = await file.stat();
      const etag = `W/"${size.toString(16)}-${mtime.getTime().toString(16)}"`;
      if (last?.etag === etag) return last;
      if (size < LEAST_BYTES || size > MAX_BORING_BYTES) return null;
      const text = file.createReadStream({ end: size - 1, autoClose: false, highWaterMark: 2 ** 18 });
      return { bytes: await buffer(text.pipe(createGzip({ level: LEVEL }))), etag };
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    } finally {
      await file.close();
    }
  }
}
