import type { Lch } from './oklab.js';

/**
 * A theme of the flat family. Its colour depends on the kind of the sample and its distance in pixels, not on the
 * level, and no longer on the distance either once DE > 4: there it is the colour of the picture `P<period>`, so that a
 * boring cell, which is nothing but that picture, joins its neighbours without a seam.
 */
export interface FlatTheme {
  /** What lies on the boundary, or was not resolved. */
  readonly boundary: Lch;
  /**
   * The exterior by log2 DE (pixel spacings), ascending, mixed in between. The last one, at 2 octaves or below, is the
   * colour of `P0`.
   */
  readonly exterior: readonly ExteriorStop[];
  /** What the interior fades into towards its boundary. */
  readonly rim: Lch;
  /** Share of the rim's colour by log2 DE, ascending; the last one, at 2 octaves or below, is 0. */
  readonly rimShare: readonly RimStop[];
  /** The interior's colours by class, (period - 1) mod 8: those of `P1` to `P8`. */
  readonly interior: readonly [Lch, Lch, Lch, Lch, Lch, Lch, Lch, Lch];
}

/** A colour of the exterior. */
export type ExteriorStop = readonly [octave: number, colour: Lch];

/** A share of the rim's colour, 0 to 1. */
export type RimStop = readonly [octave: number, share: number];
