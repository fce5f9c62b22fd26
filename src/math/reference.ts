import { log2Of, toScaled, type Scaled } from './fixed.js';
import { log2 } from './logarithm.js';

/**
 * Reference orbits: that of one point C, followed exactly, by which all points near it are computed as differences.
 *
 * The best C is the nucleus of lowest period in the region: its orbit is as short as can be, and repeats. The period is
 * found by the ball test: when the region is a ball of radius r around C, and the n-th iterate maps it to a ball of radius
 * about r |dz_n/dc| around z_n, the first such ball that holds 0 belongs to the lowest period of a nucleus inside.
 *
 * @see Munafo, Mu-Ency, "Synchronous-orbit algorithm"; Heiland-Allen, mathr.co.uk, "Finding the period of mu-atoms" and
 * "Deep zoom theory and practice"
 */

/** An orbit that was followed exactly. */
export interface ExactOrbit {
  /** Z_0 = 0, Z_1 = C, ... Z_length, rounded to doubles; 0 where it is too small for one. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Steps; the arrays have one entry more. */
  readonly length: number;
  /** The points too small for doubles, and the last one of an orbit that nearly returns. */
  readonly tiny: readonly TinyPoint[];
  /** Whether the ball around Z_length holds 0, so that there is a nucleus of this period near C. */
  readonly isNearNucleus: boolean;
  /** The n at which |Z_n| was smaller than ever before: the periods of the atom domains that C lies in, ascending. */
  readonly minima: readonly number[];
}

/** A point of an orbit with an exponent of its own. */
export interface TinyPoint {
  readonly index: number;
  readonly re: Scaled;
  readonly im: Scaled;
}

/** Below this modulus a point is kept with an exponent: its square is no normal double. */
const TINY = 2 ** -400;
/** Below this modulus the top bits are looked for, for a relative precision of 2^-53. */
const SMALL = 2 ** -8;
/** Steps of a reference at the most: 16 bytes each, and its table as much again. */
const MAX_LENGTH = 2 ** 24;
const FIRST_CHECKPOINT = 4096;
/** Length from which on an orbit may be found stagnant: shorter ones cost nothing. */
const STAGNANT_FROM = 2 ** 17;
/** Square of the modulus at which the reference has escaped. Later points are near no perturbed orbit of interest. */
const ESCAPED = 2 ** 40;

/** Which orbit is to be followed, and how far. */
export interface OrbitOptions {
  /** Real part of C, in units of 2^-bits. */
  readonly re: bigint;
  /** Imaginary part of C. */
  readonly im: bigint;
  /** Binary digits behind the point, at least 64. */
  readonly bits: number;
  /** log2 of the radius of the ball around the region, units of the plane. */
  readonly log2Radius: number;
  /** Steps at the most, {@link MAX_LENGTH} unless it is said otherwise. */
  readonly maxLength?: number;
  /** The period of a nucleus next to C, when it is known: the orbit then has just this length. */
  readonly period?: number;
}

/** Follows the orbit of a point until the region around it returns to 0, until it escapes, or to the end. */
export function followExactly(options: OrbitOptions): ExactOrbit {
  const { re, im, bits, log2Radius, maxLength = MAX_LENGTH, period } = options;
  const shift = BigInt(bits);
  const shiftButOne = BigInt(bits - 1);
  const dropped = BigInt(bits - 60);
  let zRe = new Float64Array(4096);
  let zIm = new Float64Array(4096);
  const tiny: TinyPoint[] = [];
  const minima: number[] = [];
  let x = 0n;
  let y = 0n;
  // dz/dc, (dRe, dIm) 2^exponent
  let dRe = 0;
  let dIm = 0;
  let exponent = 0;
  let unit = 1; // 2^-exponent
  let ball = 2 ** (2 * log2Radius); // |d|^2 times this is the ball's radius squared
  let smallest = Infinity;
  let log2Smallest = Infinity;
  let checkpoint = FIRST_CHECKPOINT;
  let log2Largest = -Infinity;
  const largestAt: number[] = [];
  let n = 0;
  let isNearNucleus = false;
  while (n < maxLength) {
    const twiceRe = 2 * zRe[n];
    const twiceIm = 2 * zIm[n];
    const d = twiceRe * dRe - twiceIm * dIm + unit;
    dIm = twiceRe * dIm + twiceIm * dRe;
    dRe = d;
    const product = (x + y) * (x - y);
    y = ((x * y) >> shiftButOne) + im;
    x = (product >> shift) + re;
    n++;
    if (n >= zRe.length) {
      zRe = grown(zRe, maxLength);
      zIm = grown(zIm, maxLength);
    }
    let a = Number(x >> dropped) * 2 ** -60;
    let b = Number(y >> dropped) * 2 ** -60;
    if (Math.abs(a) < SMALL) a = toDouble(x, bits);
    if (Math.abs(b) < SMALL) b = toDouble(y, bits);
    zRe[n] = a;
    zIm[n] = b;
    const size = a * a + b * b;
    const d2 = dRe * dRe + dIm * dIm;
    if (size > ESCAPED) break;
    const isTiny = size < TINY * TINY;
    if (isTiny) {
      const point = { index: n, re: toScaled(x, bits), im: toScaled(y, bits) };
      tiny.push(point);
      const log2Size = log2Modulus(point);
      if (log2Size < log2Smallest) {
        minima.push(n);
        smallest = size;
        log2Smallest = log2Size;
      }
      isNearNucleus = log2Size < log2Radius + 0.5 * log2(d2) + exponent;
    } else {
      if (size < smallest) {
        minima.push(n);
        smallest = size;
        log2Smallest = 0.5 * log2(size);
      }
      isNearNucleus = size < d2 * ball;
    }
    if (period === undefined ? isNearNucleus : n === period) {
      isNearNucleus = true;
      if (!isTiny) tiny.push({ index: n, re: toScaled(x, bits), im: toScaled(y, bits) });
      break;
    }
    if (d2 > 2 ** 400 || (d2 < 2 ** -400 && exponent !== 0)) {
      const by = Math.floor(0.5 * log2(d2));
      if (exponent + by >= 0) {
        dRe *= 2 ** -by;
        dIm *= 2 ** -by;
        exponent += by;
        unit = exponent > 1000 ? 0 : 2 ** -exponent;
        ball = 2 ** Math.max(-1074, Math.min(1000, 2 * (log2Radius + exponent)));
      }
    }
    if ((n & 255) === 0) {
      log2Largest = Math.max(log2Largest, 0.5 * log2(d2) + exponent);
      if (n === checkpoint) {
        largestAt.push(log2Largest);
        if (period === undefined && isStagnant(n, largestAt)) break;
        checkpoint *= 2;
      }
    }
  }
  return {
    re: zRe.slice(0, n + 1),
    im: zIm.slice(0, n + 1),
    length: n,
    tiny,
    isNearNucleus,
    minima,
  };
}

/**
 * Whether the derivative has not even doubled while the orbit became sixteen times as long. That is so inside a component that has
 * no nucleus in the region; the orbit is then as good a reference as any longer one.
 *
 * @param largestAt log2 of the largest |dz/dc| up to n = 4096, 8192, ...
 */
function isStagnant(n: number, largestAt: readonly number[]): boolean {
  return n >= STAGNANT_FROM && largestAt[largestAt.length - 1] < largestAt[largestAt.length - 5] + 1;
}

function grown(array: Float64Array, maxLength: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.min(maxLength + 1, 2 * array.length));
  larger.set(array);
  return larger;
}

function toDouble(x: bigint, bits: number): number {
  const { mantissa, exponent } = toScaled(x, bits);
  return exponent < -1000 ? mantissa * 2 ** -1000 * 2 ** (exponent + 1000) : mantissa * 2 ** exponent;
}

function log2Modulus({ re, im }: TinyPoint): number {
  const a = log2Of(re);
  const b = log2Of(im);
  const large = Math.max(a, b);
  return large === -Infinity ? large : large + 0.5 * log2(1 + 4 ** (Math.min(a, b) - large));
}
