import { toLinearLight } from './oklab.js';
import { EXTERIOR } from '../tile/samples.js';
import { PERIOD_CLASSES, periodClass } from './palette-index.js';
import { flatColours } from './palette.js';
import { fadeOf, isSmoothThemeName, smoothColours, type SmoothThemeName } from './smooth-palette.js';
import { themeOf, type ThemeName } from './themes.js';

/**
 * Colours of single samples, for pictures of any scale: by the distance itself and not by a palette's index, so that nothing jumps while a film
 * goes on. They are in linear light, in which colours may be averaged.
 */

/** Kinds of samples that have colours of their own: the exterior, the interior by class, and what has no distance. */
const KINDS: number = 2 + PERIOD_CLASSES;
/** Kind of the exterior. */
const EXTERIOR_KIND = 0;
/** Kind of the interior of class 0; the other classes follow. */
const INTERIOR_KIND = 1;
/** Kind of what lies on the boundary, or was not resolved. */
const BOUNDARY_KIND: number = KINDS - 1;
/** Distance codes that share a colour, log2: a thirty-second of an octave. */
export const CODE_SHIFT = 3;
/** Colours of a kind in a table. */
export const TABLE_STEPS: number = 65_536 >> CODE_SHIFT;

/** Octaves that a table covers, half of them below 0. */
const TABLE_OCTAVES = 256;
/** Range and resolution at which a theme's colours are computed; beyond it they do not change. */
const FIRST_OCTAVE = -12;
const LAST_OCTAVE = 12;
const RAMP_STEPS = 64;
const RAMP: number = (LAST_OCTAVE - FIRST_OCTAVE) * RAMP_STEPS + 1;
/** Colours that are computed of a smooth theme's cycle. */
const CYCLE_STEPS = 1024;

/**
 * A flat theme is at its last colour from 4 spacings of a tile on. A film samples tiles whose spacing may be half of its own, so there it must
 * be from 2 of its own on, or boring tiles would have edges.
 */
const FLAT_OCTAVES = 1;

/** The colours of a theme. */
export class FilmColours {
  /** Red, green and blue in linear light. */
  readonly #boundary: readonly number[];
  /** By kind and octave of the picture's spacing; of a smooth theme, the interior only. */
  readonly #ramp = new Float32Array(3 * KINDS * RAMP);
  /** Of a smooth theme, the exterior by octave of the plane. */
  readonly #cycle: { readonly colours: Float32Array; readonly octaves: number } | null = null;

  constructor(theme: ThemeName | SmoothThemeName) {
    if (isSmoothThemeName(theme)) {
      const { boundary, exterior, cycle, interior } = smoothColours(theme);
      this.#boundary = toLinearLight(boundary);
      this.#fill((kind, octave) => {
        const colour = toLinearLight(kind === 0 ? boundary : interior[kind - 1]);
        return blend(colour, this.#boundary, fadeOf(octave, kind > 0));
      });
      const colours = new Float32Array(3 * CYCLE_STEPS);
      for (let i = 0; i < CYCLE_STEPS; i++)
        colours.set(toLinearLight(exterior((i * cycle) / CYCLE_STEPS)), 3 * i);
      this.#cycle = { colours, octaves: cycle };
    } else {
      const { boundary, exterior, interior } = flatColours(themeOf(theme));
      this.#boundary = toLinearLight(boundary);
      this.#fill((kind, octave) =>
        toLinearLight(
          kind === 0 ? exterior(octave + FLAT_OCTAVES) : interior(kind - 1, octave + FLAT_OCTAVES),
        ),
      );
    }
  }

  #fill(colourOf: (kind: number, octave: number) => readonly number[]): void {
    for (let kind = 0; kind < KINDS; kind++) {
      for (let i = 0; i < RAMP; i++) {
        const colour =
          kind === BOUNDARY_KIND ? this.#boundary : colourOf(kind, FIRST_OCTAVE + i / RAMP_STEPS);
        this.#ramp.set(colour, 3 * (kind * RAMP + i));
      }
    }
  }

  /**
   * The colours of samples whose distance code is in spacings of their own, by kind and code.
   *
   * @param octaves log2 of the samples' spacing in spacings of the picture
   * @param log2Spacing log2 of the samples' spacing, units of the plane
   * @returns red, green and blue in linear light at 3 (TABLE_STEPS kind + (code + 32768 >> CODE_SHIFT)); the kinds
   * stand above
   */
  table(octaves: number, log2Spacing: number): Float32Array {
    const table = new Float32Array(3 * KINDS * TABLE_STEPS);
    const ramp = this.#ramp;
    const rampAt = new Int32Array(TABLE_STEPS);
    for (let step = 0; step < TABLE_STEPS; step++) {
      const own = (step + 0.5) * (TABLE_OCTAVES / TABLE_STEPS) - TABLE_OCTAVES / 2;
      const octave = Math.max(FIRST_OCTAVE, Math.min(LAST_OCTAVE, own + octaves));
      rampAt[step] = Math.round((octave - FIRST_OCTAVE) * RAMP_STEPS);
      if (this.#cycle !== null)
        this.#paintCycle(table, step, own + log2Spacing + ROOT_OCTAVES, fadeOf(octave, false));
    }
    // Nine tenths of a table lie beyond the ends of the ramp.
    const first = rampAt.findLastIndex((at) => at === 0) + 1;
    const last = rampAt.indexOf(RAMP - 1);
    const end = last < 0 ? TABLE_STEPS : last;
    for (let kind = this.#cycle === null ? 0 : 1; kind < KINDS; kind++) {
      const start = 3 * kind * TABLE_STEPS;
      const colour = (at: number): Float32Array =>
        ramp.subarray(3 * (kind * RAMP + at), 3 * (kind * RAMP + at + 1));
      repeatColour(table, colour(0), start, start + 3 * first);
      for (let step = first; step < end; step++) {
        const from = 3 * (kind * RAMP + rampAt[step]);
        table[start + 3 * step] = ramp[from];
        table[start + 3 * step + 1] = ramp[from + 1];
        table[start + 3 * step + 2] = ramp[from + 2];
      }
      repeatColour(table, colour(RAMP - 1), start + 3 * end, start + 3 * TABLE_STEPS);
    }
    return table;
  }

  /** The exterior of a smooth theme. */
  #paintCycle(table: Float32Array, step: number, octave: number, fade: number): void {
    if (this.#cycle === null) return;
    const { colours, octaves } = this.#cycle;
    const turn = octave / octaves;
    const at = Math.floor((turn - Math.floor(turn)) * CYCLE_STEPS) % CYCLE_STEPS;
    for (let channel = 0; channel < 3; channel++) {
      table[3 * step + channel] = colours[3 * at + channel] * (1 - fade) + this.#boundary[channel] * fade;
    }
  }
}

function repeatColour(table: Float32Array, colour: Float32Array, start: number, end: number): void {
  if (start === end) return;
  table.set(colour, start);
  for (let to = start + 3; to < end; to += to - start)
    table.copyWithin(to, start, Math.min(to, start + end - to));
}

/** The kind of a sample by its period code. */
export function kindOf(period: number): number {
  if (period < EXTERIOR) return BOUNDARY_KIND;
  return period === EXTERIOR ? EXTERIOR_KIND : INTERIOR_KIND + periodClass(period);
}

/** A smooth theme's octaves count from the root's spacing, 2^-5. */
const ROOT_OCTAVES = 5;

function blend(from: readonly number[], to: readonly number[], share: number): number[] {
  return from.map((value, i) => value * (1 - share) + to[i] * share);
}
