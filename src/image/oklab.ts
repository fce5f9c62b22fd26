/**
 * Colours in OKLab, where equal distances look equally large and a mix has no muddy middle, and their way to the bytes
 * of sRGB. Only additions, multiplications, divisions and comparisons of doubles: a palette has the same bytes on
 * every machine, which the platform's `pow` does not promise.
 *
 * @see Ottosson, "A perceptual color space for image processing", bottosson.github.io/posts/oklab
 */

/** Lightness (0 black, 1 white), green to red, blue to yellow. */
export type Lab = readonly [lightness: number, a: number, b: number];

/** Lightness (0 to 1), chroma (0 grey, about 0.3 the most vivid), hue in degrees, a multiple of 5. */
export type Lch = readonly [lightness: number, chroma: number, hue: number];

/** sin of 0, 5, ..., 90 degrees, to the last bit. */
const SINES: readonly number[] = [
  0, 0.08715574274765817, 0.17364817766693033, 0.25881904510252074, 0.3420201433256687, 0.42261826174069944,
  0.5, 0.573576436351046, 0.6427876096865393, 0.7071067811865476, 0.766044443118978, 0.8191520442889918,
  0.8660254037844386, 0.9063077870366499, 0.9396926207859084, 0.9659258262890683, 0.984807753012208,
  0.9961946980917455, 1,
];

/** Halvings of the chroma that {@link toSrgb} searches: far finer than a byte. */
const CHROMA_HALVINGS = 24;
/** How far a linear channel may lie outside 0 to 1 before it counts: the published matrices are this exact. */
const GAMUT_TOLERANCE = 1e-6;

/** Sine of a multiple of 5 degrees, from the table. */
function sine(degrees: number): number {
  const turn = ((degrees % 360) + 360) % 360;
  if (turn >= 180) return -sine(turn - 180);
  return SINES[(turn > 90 ? 180 - turn : turn) / 5];
}

/**
 * Rectangular form of a colour.
 *
 * @throws RangeError for a hue that is no multiple of 5 degrees
 */
export function fromLch([lightness, chroma, hue]: Lch): Lab {
  if (!Number.isInteger(hue / 5))
    throw new RangeError(`expected a hue of a multiple of 5 degrees, got ${hue}`);
  return [lightness, chroma * sine(hue + 90), chroma * sine(hue)];
}

/** The colour `share` (0 to 1) of the way from one colour to another; exactly `to` at 1. */
export function mix(from: Lab, to: Lab, share: number): Lab {
  const rest = 1 - share;
  return [from[0] * rest + to[0] * share, from[1] * rest + to[1] * share, from[2] * rest + to[2] * share];
}

/** Linear light of the three sRGB channels; outside 0 to 1 where the screen cannot show the colour. */
function toLinear([lightness, a, b]: Lab): [number, number, number] {
  const l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const s = cube(lightness - 0.0894841775 * a - 1.291485548 * b);
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function cube(x: number): number {
  return x * x * x;
}

function isShowable(linear: readonly number[]): boolean {
  return linear.every((x) => x >= -GAMUT_TOLERANCE && x <= 1 + GAMUT_TOLERANCE);
}

/**
 * A colour in linear light, in which colours may be averaged. One that the screen cannot show loses chroma, and keeps its lightness and
 * its hue, until it can: cutting off single channels would shift the hue of a gradient's middle.
 *
 * @param lab lightness from 0 to 1
 * @returns red, green, blue, 0 to 1
 */
export function toLinearLight(lab: Lab): [number, number, number] {
  let linear = toLinear(lab);
  if (!isShowable(linear)) {
    let share = 0;
    for (let k = 1, part = 0.5; k <= CHROMA_HALVINGS; k++, part /= 2) {
      const trial = toLinear([lab[0], lab[1] * (share + part), lab[2] * (share + part)]);
      if (isShowable(trial)) share += part;
    }
    linear = toLinear([lab[0], lab[1] * share, lab[2] * share]);
  }
  return linear;
}

/** The sRGB bytes of a colour, red, green and blue from 0 to 255; as {@link toLinearLight}. */
export function toSrgb(lab: Lab): [number, number, number] {
  const [red, green, blue] = toLinearLight(lab);
  return [toByte(red), toByte(green), toByte(blue)];
}

/** Rounds a linear channel to its sRGB byte: how many of the 255 midpoints between bytes lie at or below it. */
export function toByte(linear: number): number {
  let low = 0;
  let high = 255;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAtLeast(linear, (middle + 0.5) / 255)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Whether linear light x reaches the encoded value v: x >= ((v + 0.055) / 1.055)^2.4, both sides to the fifth power,
 * which needs no root.
 *
 * @see IEC 61966-2-1 (sRGB)
 */
function isAtLeast(x: number, v: number): boolean {
  if (v <= 0.04045) return x >= v / 12.92;
  const u = cube((v + 0.055) / 1.055);
  const u2 = u * u;
  return x > 0 && x * x * x * x * x >= u2 * u2;
}
