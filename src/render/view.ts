import { log2Of, parseFixed, parseWhole, toScaled, type Scaled } from '../math/fixed.js';
import { ROOT_SPACING_BITS } from '../tile/grid.js';

/** A rectangle of the plane, as a person asks for it. */
export interface View {
  /** Centre, decimal numbers. */
  readonly re: string;
  readonly im: string;
  /** Half of the height, units of the plane, a decimal number. */
  readonly radius: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Where the pixels of a view are. Can be sent between threads. */
export interface Geometry {
  readonly width: number;
  readonly height: number;
  /** Centre, in units of 2^-bits. */
  readonly re: bigint;
  readonly im: bigint;
  readonly bits: number;
  /** Between neighbouring pixels, units of the plane. */
  readonly spacing: Scaled;
  /** log2 of the spacing. */
  readonly log2Spacing: number;
  /** log2 of half the diagonal, units of the plane. */
  readonly log2Radius: number;
}

/** Pixels of a picture at the most. */
const MAX_PIXELS = 2 ** 28;
/** Binary digits of the centre beyond the spacing. */
const GUARD_BITS = 128;
/** The root tile and its mirror image: |re| up to 4, |im| up to 8. */
const ROOT_EDGE = { re: 4, im: 8 };
/** Where a view reaches no further than the root's diagonal it is a view of something. */
const MAX_RADIUS = 16;

/**
 * Reads a view.
 *
 * @param maxDepth levels at the most
 * @throws RangeError for what is no number, no size, or no place in the root tile
 */
export function geometryOf({ re, im, radius, width, height }: View, maxDepth: number): Geometry {
  if (width * height > MAX_PIXELS) {
    throw new RangeError(`expected a picture of at most ${MAX_PIXELS} pixels, got ${width} x ${height}`);
  }
  const { value: roughRadius, bits: roughBits } = parseWhole(radius, '--radius');
  if (roughRadius <= 0n) throw new RangeError(`expected --radius above 0, got ${radius.slice(0, 40)}`);
  if (roughRadius > BigInt(MAX_RADIUS) << BigInt(roughBits)) {
    throw new RangeError(`expected --radius of at most ${MAX_RADIUS}, got ${radius.slice(0, 40)}`);
  }
  const log2Height = log2Of(toScaled(roughRadius, roughBits)) + 1;
  const level = Math.ceil(Math.log2(height) - log2Height - ROOT_SPACING_BITS);
  if (level > maxDepth) {
    throw new RangeError(
      `expected a view down to level ${maxDepth}, got level ${level}; --max-depth ${level} allows it`,
    );
  }
  const bits = GUARD_BITS + Math.max(0, Math.ceil(Math.log2(height) - log2Height));
  const geometry = { re: parseFixed(re, bits, '--re'), im: parseFixed(im, bits, '--im') };
  for (const [name, edge] of Object.entries(ROOT_EDGE)) {
    const value = name === 're' ? geometry.re : geometry.im;
    if (value > BigInt(edge) << BigInt(bits) || -value > BigInt(edge) << BigInt(bits)) {
      throw new RangeError(`expected --${name} from -${edge} to ${edge}, the root tile and its mirror image`);
    }
  }
  const spacing = normalised(toScaled((2n * parseFixed(radius, bits, '--radius')) / BigInt(height), bits));
  const log2Spacing = log2Of(spacing);
  const log2Radius = log2Spacing + 0.5 * Math.log2(width * width + height * height) - 1;
  return { width, height, ...geometry, bits, spacing, log2Spacing, log2Radius };
}

/** With a mantissa from 1 to 2. */
function normalised({ mantissa, exponent }: Scaled): Scaled {
  const by = Math.floor(Math.log2(mantissa));
  return { mantissa: mantissa * 2 ** -by, exponent: exponent + by };
}
