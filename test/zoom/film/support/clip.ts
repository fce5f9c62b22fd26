import { join } from 'node:path';
import { openFilm, type FilmFormat } from '../../../../src/zoom/film/film.js';
import { seededRandom } from '../../../support/random.js';

/** Of the bars of a test picture: the corners of the colour cube, and greys. */
const COLOURS: readonly (readonly [number, number, number])[] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 0],
  [0, 255, 255],
  [255, 0, 255],
  [0, 0, 0],
  [64, 64, 64],
  [128, 128, 128],
  [255, 255, 255],
];
/** Pixels; flat areas are larger than any block of an encoder. */
const BAR = 64;
export const WIDTH: number = BAR * COLOURS.length;
export const HEIGHT = 96;

/** The bars, moved to the left by one bar a frame: two frames in one order only. */
export function bars(frame: number): Uint8Array {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    rgb.set(COLOURS[(Math.floor((i % WIDTH) / BAR) + frame) % COLOURS.length], i * 3);
  }
  return rgb;
}

/** The colour in the middle of each bar of a frame, with the largest difference to what it should be. */
export function largestError(rgb: Uint8Array, frame: number): number {
  let largest = 0;
  for (const bar of COLOURS.keys()) {
    const at = (WIDTH * (HEIGHT / 2) + bar * BAR + BAR / 2) * 3;
    const wanted = COLOURS[(bar + frame) % COLOURS.length];
    for (const [i, value] of wanted.entries()) largest = Math.max(largest, Math.abs(rgb[at + i] - value));
  }
  return largest;
}

/** Noise that no encoder makes small. */
export function noise(width: number, height: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: width * height * 3 }, () => random.below(256));
}

/** A film of bars. */
export async function makeFilm(
  folder: string,
  name: string,
  options: { format: FilmFormat; fps: number; frames: number; ffmpeg?: string | null },
): Promise<string> {
  const path = join(folder, name);
  const film = await openFilm({ path, width: WIDTH, height: HEIGHT, ...options });
  for (let frame = 0; frame < options.frames; frame++) await film.add(bars(frame));
  await film.finish();
  return path;
}
