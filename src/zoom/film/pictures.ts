import { closeSync, fsyncSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeRgbPng } from '../../image/png.js';
import type { Clip, ThreadEncoder } from './encoder.js';
import { frameName } from './frame-name.js';
import { OutputFile } from './output-file.js';

/** A folder with a PNG for each frame. */
export class PictureFolder implements ThreadEncoder {
  readonly #folder: string;
  readonly #width: number;
  #frame = 0;

  constructor(folder: string, { width }: Clip) {
    mkdirSync(folder);
    this.#folder = folder;
    this.#width = width;
  }

  add(rgb: Uint8Array): void {
    const file = openSync(join(this.#folder, frameName(this.#frame++)), 'wx');
    try {
      writeFileSync(file, encodeRgbPng(rgb, this.#width));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  finish(): void {
    // Each picture is on the disk already.
  }
}

/** A line of JSON for each frame: its number from 0, and its PNG in base64. */
export class PictureLines implements ThreadEncoder {
  readonly #file: OutputFile;
  readonly #width: number;
  #frame = 0;

  constructor(path: string, { width }: Clip) {
    this.#file = new OutputFile(path);
    this.#width = width;
  }

  add(rgb: Uint8Array): void {
    const png = Buffer.from(encodeRgbPng(rgb, this.#width)).toString('base64');
    this.#file.append(Buffer.from(`${JSON.stringify({ frame: this.#frame++, png })}\n`));
  }

  finish(): void {
    this.#file.close();
  }
}
