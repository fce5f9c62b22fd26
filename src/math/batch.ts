/**
 * The interface behind which every kernel stands: a batch of points in, a verdict for each out, typed arrays only.
 * The scalar kernel is the reference; a faster one must return the same bits.
 */

/** Period of a sample outside the set. */
export const EXTERIOR = 0;
/** Period of a sample that is never calculated (on the real axis, and 0+1i): it matches anything. */
export const DUMMY = -1;
/** Period of a sample on which the budget ran out before either test ended. */
export const UNRESOLVED = -2;

/** Points of the parameter plane; both arrays have the same length. */
export interface PointBatch {
  /** Real parts of c. */
  readonly re: Float64Array;
  /** Imaginary parts of c. */
  readonly im: Float64Array;
}

/** One verdict a point, at the point's index. */
export interface VerdictBatch {
  /** {@link EXTERIOR}, {@link UNRESOLVED}, or the verified minimal period of the attracting cycle, > 0. */
  readonly period: Int32Array;
  /** log2 of the distance estimate, in units of the plane; -Infinity when unresolved. */
  readonly log2Distance: Float64Array;
}

/** Something that decides a batch of points. */
export interface Kernel {
  /** Name for logs and benchmarks. */
  readonly name: string;
  /**
   * Decides the first `count` points.
   *
   * @param points the points c, |re| and |im| at most 16
   * @param count how many of them, at most the arrays' length
   * @param budget iterations that one point may use, at least 1 (see {@link import('./race.js').race})
   * @param verdicts receives the answers
   * @throws RangeError when an array is shorter than `count`, or `count` or `budget` is no such integer
   */
  decide(points: PointBatch, count: number, budget: number, verdicts: VerdictBatch): void;
}

/** Checks the arguments that {@link Kernel.decide} promises to check. */
export function checkBatch(points: PointBatch, count: number, budget: number, verdicts: VerdictBatch): void {
  const room = Math.min(
    points.re.length,
    points.im.length,
    verdicts.period.length,
    verdicts.log2Distance.length,
  );
  if (!Number.isInteger(count) || count < 0 || count > room) {
    throw new RangeError(`expected a count of points from 0 to ${room}, got ${count}`);
  }
  if (!Number.isInteger(budget) || budget < 1) {
    throw new RangeError(`expected a budget of at least 1 iteration, got ${budget}`);
  }
}
