import { parseLog2 } from '../math/fixed.js';
import { HOME, type Place } from './place.js';

/** Frames a second of films from the map. */
const FPS = 30;
/** Seconds that an octave gets without a wish, and the shortest and longest film then. */
const SECONDS_PER_OCTAVE = 1;
const SHORTEST_S = 4;
const LONGEST_S = 60;

/** Sizes that are offered where the server allows them. */
const SIZES: readonly string[] = ['640x360', '1280x720', '1920x1080', '2560x1440', '3840x2160'];

/** What is chosen in the dialog. */
export interface FilmWish {
  readonly seconds: number;
  /** Such as 1280x720. */
  readonly size: string;
  readonly theme: string;
  readonly format: string;
}

/** Octaves from the whole set to a place; not above 0 where it is no smaller. */
export function octavesTo({ r }: Place): number {
  return parseLog2(HOME.r, 'r') - parseLog2(r, 'r');
}

/** An enlargement in words. */
export function describeZoom(octaves: number): string {
  const log10 = octaves * Math.LOG10E * Math.LN2;
  if (log10 < 3) return `${Number((10 ** log10).toPrecision(2)).toLocaleString('en')} times`;
  if (log10 < 6) return `${Math.round(10 ** log10).toLocaleString('en')} times`;
  // What is rounded to 10.0 is 1.0 of the next power.
  const exponent = Math.floor(log10 + Math.log10(10 / 9.95));
  return `${(10 ** (log10 - exponent)).toFixed(1)} × 10^${exponent} times`;
}

/** Seconds that a film gets without a wish. */
export function usualSeconds(octaves: number, mostFrames: number): number {
  const wished = Math.max(SHORTEST_S, Math.min(LONGEST_S, Math.round(octaves * SECONDS_PER_OCTAVE)));
  return Math.min(wished, longestSeconds(mostFrames));
}

/** Seconds of the longest film, to a hundredth. */
export function longestSeconds(mostFrames: number): number {
  return Math.floor((100 * mostFrames) / FPS) / 100;
}

/** The sizes to choose from, the largest one that is allowed among them. */
export function sizesWithin(largest: string): string[] {
  const pixels = (size: string): number =>
    size.split('x').reduce((product, side) => product * Number(side), 1);
  const smaller = SIZES.filter((size) => pixels(size) < pixels(largest));
  return [...smaller, largest];
}

/** The request for a film from the whole set to a place. */
export function requestFor(place: Place, { seconds, size, theme, format }: FilmWish): object {
  return {
    START: [place.x, place.y],
    ZOOM: `2^${octavesTo(place).toFixed(6)}`,
    // Rounded up, because seconds were rounded down.
    NUM_FRAMES: Math.max(2, Math.ceil(seconds * FPS - 1e-9)),
    FPS,
    THEME: theme,
    FORMAT: format,
    RADIUS: HOME.r,
    SIZE: size,
    EASE: 'in-out',
    STOPS: [{ AT: [HOME.x, HOME.y], RADIUS: HOME.r }],
  };
}
