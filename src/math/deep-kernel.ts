import { checkBatch, type VerdictBatch } from './batch.js';
import { toFixed, toScaled, type Scaled } from './fixed.js';
import { followExactly, type ExactOrbit, type OrbitOptions } from './reference.js';
import { instantiate } from './webassembly.js';

/**
 * The kernel of src/math/deep/, compiled to WebAssembly: points at any depth as differences to a reference orbit, exterior
 * and interior, with their distances.
 */

/** What src/math/deep/index.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  capacity(): number;
  inputX(): number;
  inputY(): number;
  outputLog2(): number;
  outputPeriod(): number;
  candidateList(): number;
  candidateCapacity(): number;
  reserve(steps: number, periods: number): number;
  referenceRe(): number;
  referenceIm(): number;
  setPoint(m: number, x: number, y: number, e: number): void;
  tinyCount(): number;
  tinyAt(i: number): number;
  refineNucleus(): number;
  delta(): number;
  lostBits(): number;
  prepare(mantissa: number, exponent: number, largest: number): void;
  decide(count: number, budget: number): void;
}

/** A reference as the kernel uses it. */
export interface Reference extends ExactOrbit {
  /** The reference's point minus C, the point that was asked for: 0, or the way to the nucleus. */
  readonly offset: { readonly re: Scaled; readonly im: Scaled };
  /** Whether it is a nucleus, `length` its period. */
  readonly isNucleus: boolean;
}

/** Points relative to a reference. */
export interface DeepBatch {
  /** Real parts of the points minus the reference's C (not its nucleus), in pixel spacings. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Iterations that are counted at the most. */
const MAX_DEEP_BUDGET = 2 ** 30;

/** Bits that the points of a nucleus' orbit may lose of 53. */
const MAX_LOST_BITS = 10;
/** Times that an orbit is followed exactly at the most, for one reference. */
const MAX_PASSES = 4;

/** A kernel for one thread; it holds one reference at a time. */
export class DeepKernel {
  readonly #exports: Exports;
  #loaded: Reference | null = null;
  #prepared = '';

  /**
   * @param bytes dist/math/deep-kernel.wasm
   */
  constructor(bytes: Uint8Array) {
    this.#exports = instantiate(bytes) as Exports;
  }

  /**
   * The reference for the points around C: the nucleus of lowest period, where there is one, or else C itself.
   *
   * An orbit of the nucleus as the sum of C's and a difference loses bits where it comes nearer to 0 than C's. When they
   * are many, the nucleus' orbit is followed exactly itself.
   *
   * @param options see {@link followExactly}
   * @throws RangeError when there is not enough memory for so long an orbit
   */
  makeReference(options: OrbitOptions): Reference {
    let { re, im } = options;
    const { bits } = options;
    const offsetTo = (x: bigint, y: bigint): { re: Scaled; im: Scaled } => ({
      re: toScaled(x - options.re, bits),
      im: toScaled(y - options.im, bits),
    });
    let orbit = followExactly(options);
    for (let pass = 0; orbit.isNearNucleus && pass < MAX_PASSES; pass++) {
      this.#place(orbit);
      if (this.#exports.refineNucleus() === 0) break;
      const delta = this.#numberAt(this.#exports.delta());
      if (this.#exports.lostBits() <= MAX_LOST_BITS) {
        // In fixed point the end of a small delta is cut off, which counts where there is nothing else.
        return this.#takeOrbit(
          orbit,
          pass === 0 ? delta : offsetTo(re + toFixed(delta.re, bits), im + toFixed(delta.im, bits)),
        );
      }
      re += toFixed(delta.re, bits);
      im += toFixed(delta.im, bits);
      orbit = followExactly({ ...options, re, im, period: orbit.length });
    }
    return { ...orbit, offset: offsetTo(re, im), isNucleus: false };
  }

  /** The reference that stands in the module's memory. */
  #takeOrbit(orbit: ExactOrbit, offset: { re: Scaled; im: Scaled }): Reference {
    const count = orbit.length + 1;
    const { buffer } = this.#exports.memory;
    const tiny = Array.from({ length: this.#exports.tinyCount() }, (_, i) => {
      const at = this.#exports.tinyAt(i);
      return { index: new DataView(buffer).getInt32(at - 8, true), ...this.#numberAt(at) };
    });
    return {
      ...orbit,
      re: new Float64Array(buffer, this.#exports.referenceRe(), count).slice(),
      im: new Float64Array(buffer, this.#exports.referenceIm(), count).slice(),
      tiny,
      offset,
      isNucleus: true,
    };
  }

  /**
   * Decides points.
   *
   * @param reference what they are relative to
   * @param spacing the pixel spacing, units of the plane
   * @param region radius in spacings of the region around C in which all points lie; the answers' last bits depend on it, and on
   * nothing else that is asked for together
   * @param points offsets in spacings
   * @param count how many
   * @param budget iterations that one point may use, at most {@link MAX_DEEP_BUDGET}
   * @param verdicts receives the answers; the distances in spacings
   * @throws RangeError as {@link checkBatch}
   */
  decide(
    reference: Reference,
    spacing: Scaled,
    region: number,
    points: DeepBatch,
    count: number,
    budget: number,
    verdicts: VerdictBatch,
  ): void {
    checkBatch({ re: points.x, im: points.y }, count, budget, verdicts);
    if (budget > MAX_DEEP_BUDGET) throw new RangeError(`expected a budget of at most 2^30, got ${budget}`);
    if (this.#loaded !== reference) {
      this.#place(reference);
      this.#loaded = reference;
      this.#prepared = '';
    }
    const { offset } = reference;
    const offsetX = quotient(offset.re, spacing);
    const offsetY = quotient(offset.im, spacing);
    const largest = region + Math.sqrt(offsetX * offsetX + offsetY * offsetY);
    const key = `${spacing.mantissa} ${spacing.exponent} ${largest}`;
    if (this.#prepared !== key) {
      this.#exports.prepare(spacing.mantissa, spacing.exponent, largest);
      this.#prepared = key;
    }
    const capacity = this.#exports.capacity();
    const { buffer } = this.#exports.memory;
    const x = new Float64Array(buffer, this.#exports.inputX(), capacity);
    const y = new Float64Array(buffer, this.#exports.inputY(), capacity);
    const log2Distance = new Float64Array(buffer, this.#exports.outputLog2(), capacity);
    const period = new Int32Array(buffer, this.#exports.outputPeriod(), capacity);
    for (let first = 0; first < count; first += capacity) {
      const end = Math.min(first + capacity, count);
      for (let i = first; i < end; i++) {
        x[i - first] = points.x[i] - offsetX;
        y[i - first] = points.y[i] - offsetY;
      }
      this.#exports.decide(end - first, budget);
      verdicts.period.set(period.subarray(0, end - first), first);
      verdicts.log2Distance.set(log2Distance.subarray(0, end - first), first);
    }
  }

  #place(orbit: ExactOrbit): void {
    const candidates = orbit.minima.slice(0, this.#exports.candidateCapacity());
    if (this.#exports.reserve(orbit.length, candidates.length) === 0) {
      throw new RangeError(`a reference orbit of ${orbit.length} points does not fit into the memory`);
    }
    this.#loaded = null;
    const { buffer } = this.#exports.memory;
    new Float64Array(buffer, this.#exports.referenceRe(), orbit.length + 1).set(orbit.re);
    new Float64Array(buffer, this.#exports.referenceIm(), orbit.length + 1).set(orbit.im);
    new Int32Array(buffer, this.#exports.candidateList(), candidates.length).set(candidates);
    for (const { index, re, im } of orbit.tiny) {
      const exponent = Math.max(
        re.mantissa === 0 ? -Infinity : re.exponent,
        im.mantissa === 0 ? -Infinity : im.exponent,
      );
      if (exponent === -Infinity) continue;
      const part = (s: Scaled): number =>
        s.mantissa === 0 ? 0 : s.mantissa * 2 ** Math.max(-1074, s.exponent - exponent);
      this.#exports.setPoint(index, part(re), part(im), exponent);
    }
  }

  #numberAt(at: number): { re: Scaled; im: Scaled } {
    const view = new DataView(this.#exports.memory.buffer);
    const exponent = view.getInt32(at + 16, true);
    return {
      re: { mantissa: view.getFloat64(at, true), exponent },
      im: { mantissa: view.getFloat64(at + 8, true), exponent },
    };
  }
}

/** a / b as a double. */
function quotient(a: Scaled, b: Scaled): number {
  if (a.mantissa === 0) return 0;
  const exponent = a.exponent - b.exponent;
  return (a.mantissa / b.mantissa) * 2 ** Math.max(-1074, Math.min(1023, exponent));
}
