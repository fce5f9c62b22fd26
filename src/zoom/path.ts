import { parseFixed, parseLog2, toScaled } from '../math/fixed.js';
import type { ZoomRequest } from './request.js';

/** Where one frame of a film is. Can be sent between threads. */
export interface Frame {
  /** Centre, in units of 2^-bits. */
  readonly re: bigint;
  readonly im: bigint;
  readonly bits: number;
  /** log2 of the distance between neighbouring pixels, units of the plane. */
  readonly log2Spacing: number;
  /** Radians by which the picture is turned, anticlockwise. */
  readonly angle: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Binary digits of a centre beyond the spacing of the deepest frame. */
const GUARD_BITS = 64;
/** A centre is within the root tile or its mirror image, a radius no larger than its diagonal. */
const EDGE = 8n;
const MAX_LOG2_RADIUS = 4;

/** A place of the way: centre, and log2 of half of the height. */
interface Station {
  readonly re: bigint;
  readonly im: bigint;
  readonly log2Radius: number;
}

/**
 * The way of a film's frames. From one station to the next the radius changes geometrically, and the centre such that one point of the plane
 * stays where it is on the screen: a zoom into it.
 */
export class FilmPath {
  readonly #request: ZoomRequest;
  readonly #stations: readonly Station[];
  readonly #bits: number;
  readonly width: number;
  readonly height: number;

  /** @throws RangeError for a place outside the root */
  constructor(request: ZoomRequest) {
    this.#request = request;
    [this.width, this.height] = request.SIZE.split('x').map(Number) as [number, number];
    const first = log2OfRadius(request.RADIUS, 'RADIUS');
    const last = first - request.ZOOM;
    const radii = request.STOPS.map(({ RADIUS }, i) => log2OfRadius(RADIUS, `STOPS.${i}.RADIUS`));
    this.#bits =
      GUARD_BITS + Math.ceil(Math.max(0, -Math.min(last, first, ...radii)) + Math.log2(this.height));
    const at = ([re, im]: readonly [string, string], name: string, log2: number): Station => ({
      re: this.#coordinate(re, `${name}.0`),
      im: this.#coordinate(im, `${name}.1`),
      log2Radius: log2,
    });
    const stops = request.STOPS.map(({ AT }, i) => at(AT, `STOPS.${i}.AT`, radii[i]));
    const end = at(request.START, 'START', last);
    // Without stops all frames have one centre; else the first one shows the first stop's surroundings.
    this.#stations = [{ ...(stops[0] ?? end), log2Radius: first }, ...stops, end];
  }

  /** Frames of the film. */
  get length(): number {
    return this.#request.NUM_FRAMES;
  }

  /** log2 of the distance between pixels in the deepest frame. */
  get log2Deepest(): number {
    return Math.min(...this.#stations.map((station) => station.log2Radius)) + 1 - Math.log2(this.height);
  }

  /** A frame, counted from 0. */
  frame(index: number): Frame {
    const { NUM_FRAMES, EASE, ROTATE } = this.#request;
    const time = NUM_FRAMES === 1 ? 0 : eased(index / (NUM_FRAMES - 1), EASE);
    const { re, im, log2Radius: radius } = this.#at(time);
    return {
      re,
      im,
      bits: this.#bits,
      log2Spacing: radius + 1 - Math.log2(this.height),
      angle: (time * ROTATE * Math.PI) / 180,
      width: this.width,
      height: this.height,
    };
  }

  #coordinate(text: string, name: string): bigint {
    const value = parseFixed(text, this.#bits, name);
    const edge = EDGE << BigInt(this.#bits);
    if (value > edge || value < -edge) throw new RangeError(`${name}: expected a number from -8 to 8`);
    return value;
  }

  /** The place at a share of the way; each part takes as long as the octaves, and the way across, that it has. */
  #at(time: number): Station {
    const parts = this.#stations.slice(1).map((to, i) => ({ from: this.#stations[i], to }));
    const lengths = parts.map(({ from, to }) => this.#lengthOf(from, to));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    let left = time * total;
    for (const [i, { from, to }] of parts.entries()) {
      if (left > lengths[i] && i < parts.length - 1) left -= lengths[i];
      else return this.#between(from, to, lengths[i] === 0 ? 1 : Math.min(1, left / lengths[i]));
    }
    return this.#stations[this.#stations.length - 1];
  }

  #lengthOf(from: Station, to: Station): number {
    const octaves = Math.abs(to.log2Radius - from.log2Radius);
    if (from.re === to.re && from.im === to.im) return octaves;
    const larger = Math.max(from.log2Radius, to.log2Radius);
    const screens = (a: bigint, b: bigint): number => {
      const { mantissa, exponent } = toScaled(a - b, this.#bits);
      return mantissa * 2 ** (exponent - larger);
    };
    return octaves + Math.hypot(screens(to.re, from.re), screens(to.im, from.im));
  }

  #between(from: Station, to: Station, share: number): Station {
    const octaves = to.log2Radius - from.log2Radius;
    const log2Radius = from.log2Radius + octaves * share;
    const isInward = octaves < 0;
    const [deep, other] = isInward ? [to, from] : [from, to];
    // How far from the deeper end, as a share of the whole way: (r - r1) / (r0 - r1), which keeps one point where it is on the screen. Counted
    // from there, because what is left of the way becomes as small as the frame itself.
    const [depth, left] = [-Math.abs(octaves), isInward ? share : 1 - share];
    const factor =
      depth === 0 ? 1 - left : Math.expm1(depth * (1 - left) * Math.LN2) / Math.expm1(depth * Math.LN2);
    const exponent = Math.floor(depth * left);
    const mantissa = factor * 2 ** (depth * left - exponent);
    const part = (a: bigint, b: bigint): bigint => a + scaledBy(b - a, mantissa, exponent);
    return { re: part(deep.re, other.re), im: part(deep.im, other.im), log2Radius };
  }
}

/** value * mantissa * 2^exponent, to 52 bits of the mantissa; the exponent is at most 0. */
function scaledBy(value: bigint, mantissa: number, exponent: number): bigint {
  return (value * BigInt(Math.round(mantissa * 2 ** 52))) >> BigInt(52 - exponent);
}

function log2OfRadius(text: string, name: string): number {
  const log2 = parseLog2(text, name);
  if (log2 > MAX_LOG2_RADIUS) throw new RangeError(`${name}: expected at most 16`);
  return log2;
}

function eased(time: number, ease: ZoomRequest['EASE']): number {
  if (ease === 'linear') return time;
  if (ease === 'in') return time * time;
  if (ease === 'out') return time * (2 - time);
  return time * time * (3 - 2 * time);
}
