import { fromLch, mix, toSrgb, type Lab } from './oklab.js';
import {
  BOUNDARY_INDEX,
  exteriorOctave,
  FIRST_BORING_EXTERIOR,
  FIRST_BORING_STEP,
  FIRST_EXTERIOR_INDEX,
  FIRST_INTERIOR_INDEX,
  INTERIOR_STEPS,
  interiorIndex,
  interiorOctave,
  PERIOD_CLASSES,
} from './palette-index.js';
import type { FlatTheme } from './theme.js';
import { themeOf, type ThemeName } from './themes.js';

/** Bytes of a palette: red, green, blue of each index. */
const PALETTE_BYTES = 768;

const palettes = new Map<ThemeName, Uint8Array>();

/**
 * The palette of a theme, the same bytes on every machine.
 *
 * @returns {@link PALETTE_BYTES} bytes, red, green, blue by index; shared, so not to be written to
 */
export function paletteOf(theme: ThemeName): Uint8Array {
  let palette = palettes.get(theme);
  if (palette === undefined) {
    palette = makeFlatPalette(themeOf(theme));
    palettes.set(theme, palette);
  }
  return palette;
}

/** The colours of a flat theme, of any distance. */
export interface FlatColours {
  readonly boundary: Lab;
  /** Of the exterior, by log2 DE in pixel spacings. */
  readonly exterior: (octave: number) => Lab;
  /** Of the interior, by class and log2 DE. */
  readonly interior: (classNumber: number, octave: number) => Lab;
}

/** The colours of a flat theme. */
export function flatColours(theme: FlatTheme): FlatColours {
  const exterior = theme.exterior.map(([octave, colour]) => ({ octave, value: fromLch(colour) }));
  const rim = fromLch(theme.rim);
  const rimShare = theme.rimShare.map(([octave, share]) => ({ octave, value: share }));
  const bodies = theme.interior.map(fromLch);
  return {
    boundary: fromLch(theme.boundary),
    exterior: (octave) => along(exterior, octave, mix),
    interior: (classNumber, octave) =>
      octave === Infinity
        ? bodies[classNumber]
        : mix(bodies[classNumber], rim, along(rimShare, octave, mixNumbers)),
  };
}

/** Makes the palette of a theme of the flat family. */
export function makeFlatPalette(theme: FlatTheme): Uint8Array {
  const { boundary, exterior, interior } = flatColours(theme);
  const palette = new Uint8Array(PALETTE_BYTES);
  const paint = (index: number, colour: Lab): void => palette.set(toSrgb(colour), 3 * index);
  paint(BOUNDARY_INDEX, boundary);
  for (let index = FIRST_EXTERIOR_INDEX; index < FIRST_INTERIOR_INDEX; index++) {
    // Boring steps are exactly of one colour, whatever a theme's stops are.
    paint(index, exterior(index < FIRST_BORING_EXTERIOR ? exteriorOctave(index) : Infinity));
  }
  for (let classNumber = 0; classNumber < PERIOD_CLASSES; classNumber++) {
    for (let step = 0; step < INTERIOR_STEPS; step++) {
      const octave = step < FIRST_BORING_STEP ? interiorOctave(step) : Infinity;
      paint(interiorIndex(classNumber, step), interior(classNumber, octave));
    }
  }
  return palette;
}

/** Piecewise linear interpolation between stops, constant beyond the first and the last. */
function along<T>(
  stops: readonly { readonly octave: number; readonly value: T }[],
  octave: number,
  between: (from: T, to: T, share: number) => T,
): T {
  const next = stops.findIndex((stop) => stop.octave > octave);
  if (next < 0) return stops[stops.length - 1].value;
  if (next === 0) return stops[0].value;
  const from = stops[next - 1];
  const to = stops[next];
  return between(from.value, to.value, (octave - from.octave) / (to.octave - from.octave));
}

function mixNumbers(from: number, to: number, share: number): number {
  return from * (1 - share) + to * share;
}
