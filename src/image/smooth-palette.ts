import { fromLch, mix, toSrgb, type Lab, type Lch } from './oklab.js';
import {
  BOUNDARY_INDEX,
  exteriorOctave,
  FIRST_EXTERIOR_INDEX,
  FIRST_INTERIOR_INDEX,
  INTERIOR_STEPS,
  interiorIndex,
  interiorOctave,
  PERIOD_CLASSES,
} from './palette-index.js';

/**
 * Themes of the smooth family: the colour of a point depends on its distance in units of the plane, the same at every level, and goes
 * through a cycle of colours every few octaves. A picture's index holds log2 of the distance in pixel spacings, so the palette of a level is that
 * of another one, shifted. The exterior runs through all of the cycle, the interior through shades of its class.
 */
interface SmoothTheme {
  /** Colours of the cycle, in equal steps. */
  readonly cycle: readonly Lch[];
  /** Octaves of distance that the cycle takes. */
  readonly octaves: number;
  /** What lies on the boundary, and what colours near it fade into. */
  readonly boundary: Lch;
  /** Colour of the interior; classes differ in hue. */
  readonly interior: Lch;
}

/** Names of the smooth themes. */
export const SMOOTH_THEME_NAMES = ['Nebula', 'Tide', 'Marble'] as const;

/** Name of a smooth theme. */
export type SmoothThemeName = (typeof SMOOTH_THEME_NAMES)[number];

/** Whether a text is one of them, spelled exactly so. */
export function isSmoothThemeName(text: string): text is SmoothThemeName {
  return (SMOOTH_THEME_NAMES as readonly string[]).includes(text);
}

const THEMES: Readonly<Record<SmoothThemeName, SmoothTheme>> = {
  Nebula: {
    cycle: [
      [0.22, 0.09, 285],
      [0.42, 0.17, 310],
      [0.62, 0.2, 350],
      [0.8, 0.14, 50],
      [0.94, 0.07, 90],
      [0.66, 0.14, 30],
      [0.4, 0.15, 335],
    ],
    octaves: 9,
    boundary: [0.97, 0.03, 90],
    interior: [0.16, 0.05, 285],
  },
  Tide: {
    cycle: [
      [0.28, 0.08, 260],
      [0.45, 0.11, 240],
      [0.66, 0.11, 210],
      [0.86, 0.08, 190],
      [0.96, 0.02, 180],
      [0.72, 0.1, 220],
      [0.46, 0.12, 255],
    ],
    octaves: 7,
    boundary: [0.99, 0.01, 200],
    interior: [0.2, 0.06, 255],
  },
  Marble: {
    cycle: [
      [0.97, 0.01, 90],
      [0.84, 0.02, 80],
      [0.64, 0.03, 70],
      [0.42, 0.03, 60],
      [0.64, 0.03, 70],
      [0.84, 0.02, 80],
    ],
    octaves: 5,
    boundary: [0.1, 0.01, 60],
    interior: [0.24, 0.02, 60],
  },
};

/** Below this many octaves of a pixel the colour fades into the boundary's. */
const FADE_FROM = 0.5;
const FADE_OVER = 4;
/** The interior fades that many octaves later, and not wholly. */
const INTERIOR_LATER = 1;
const INTERIOR_FADE = 0.8;

/** The colours of a smooth theme, of any distance. */
export interface SmoothColours {
  readonly boundary: Lab;
  /** Of the exterior, by log2 DE in units of the plane plus 5, so that at level 0 it is that in spacings. */
  readonly exterior: (octave: number) => Lab;
  /** Octaves after which the exterior's colours come again. */
  readonly cycle: number;
  /** Of the interior, by class. */
  readonly interior: readonly Lab[];
}

/** How much of the boundary's colour a sample has, by log2 DE in pixel spacings. */
export function fadeOf(octave: number, isInterior: boolean): number {
  const depth = FADE_FROM - octave + (isInterior ? INTERIOR_LATER : 0);
  return Math.max(0, Math.min(1, depth / FADE_OVER)) * (isInterior ? INTERIOR_FADE : 1);
}

/** The colours of a smooth theme. */
export function smoothColours(name: SmoothThemeName): SmoothColours {
  const { cycle, octaves, boundary, interior } = THEMES[name];
  const colours = cycle.map(fromLch);
  const [lightness, chroma, hue] = interior;
  return {
    boundary: fromLch(boundary),
    cycle: octaves,
    exterior: (octave) => {
      const turn = octave / octaves;
      const at = (turn - Math.floor(turn)) * colours.length;
      const first = Math.floor(at) % colours.length;
      return mix(colours[first], colours[(first + 1) % colours.length], at - Math.floor(at));
    },
    interior: Array.from({ length: PERIOD_CLASSES }, (_, i) => fromLch([lightness, chroma, hue + 45 * i])),
  };
}

/**
 * The palette of a smooth theme for pictures of one level.
 *
 * @param level of the tile, from 0
 * @returns 768 bytes, red, green, blue by index
 */
export function smoothPaletteOf(name: SmoothThemeName, level: number): Uint8Array {
  const { boundary, exterior, interior } = smoothColours(name);
  const palette = new Uint8Array(768);
  const paint = (index: number, colour: Lab): void => palette.set(toSrgb(colour), 3 * index);
  paint(BOUNDARY_INDEX, boundary);
  for (let index = FIRST_EXTERIOR_INDEX; index < FIRST_INTERIOR_INDEX; index++) {
    const octave = exteriorOctave(index);
    paint(index, mix(exterior(octave - level), boundary, fadeOf(octave, false)));
  }
  for (let classNumber = 0; classNumber < PERIOD_CLASSES; classNumber++) {
    for (let step = 0; step < INTERIOR_STEPS; step++) {
      const share = fadeOf(interiorOctave(step), true);
      paint(interiorIndex(classNumber, step), mix(interior[classNumber], boundary, share));
    }
  }
  return palette;
}
