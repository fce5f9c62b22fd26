// The deep kernel: points near a reference orbit, at any depth.
import * as cycle from './cycle';
import * as nucleus from './nucleus';
import * as orbit from './orbit';
import * as pair from './pair';
import * as pixel from './pixel';
import * as table from './table';
import * as wide from './wide';
import { WIDE } from './wide';

/** Points of one call at the most. */
const CAPACITY: i32 = 65536 + 1024;
const START: usize = 65536;
const IN_X: usize = START;
const IN_Y: usize = IN_X + ((<usize>CAPACITY) << 3);
const OUT_LOG2: usize = IN_Y + ((<usize>CAPACITY) << 3);
const OUT_PERIOD: usize = OUT_LOG2 + ((<usize>CAPACITY) << 3);
const CANDIDATES: usize = OUT_PERIOD + ((<usize>CAPACITY) << 2);
const MAX_CANDIDATES: i32 = 4096;
const REFERENCE: usize = CANDIDATES + ((<usize>MAX_CANDIDATES) << 2);

let candidates: i32 = 0;
let TABLE: usize = 0;

export function capacity(): i32 {
  return CAPACITY;
}
export function inputX(): usize {
  return IN_X;
}
export function inputY(): usize {
  return IN_Y;
}
export function outputLog2(): usize {
  return OUT_LOG2;
}
export function outputPeriod(): usize {
  return OUT_PERIOD;
}
export function candidateList(): usize {
  return CANDIDATES;
}
export function candidateCapacity(): i32 {
  return MAX_CANDIDATES;
}

/**
 * Makes room for a reference of `steps` steps and for the numbers of `periods` candidates.
 *
 * @returns false when there is not so much memory
 */
export function reserve(steps: i32, periods: i32): bool {
  candidates = periods;
  TABLE = (orbit.place(REFERENCE, steps) + 15) & ~15;
  const pages = <i32>((TABLE + table.bytesFor(steps) + 65535) >> 16);
  const more = pages - memory.size();
  return more <= 0 || memory.grow(more) >= 0;
}
export function referenceRe(): usize {
  return orbit.Z_RE;
}
export function referenceIm(): usize {
  return orbit.Z_IM;
}

const NUMBER: usize = memory.data(WIDE, 16);

/** Sets Z_m to (x, y) 2^e; needed where it is too small for a double. */
export function setPoint(m: i32, x: f64, y: f64, e: i32): void {
  wide.set(NUMBER, x, y, e);
  orbit.setPoint(m, NUMBER);
}
export function tinyCount(): i32 {
  return orbit.tinyCount;
}
export function tinyAt(i: i32): usize {
  return orbit.tinyAt(i);
}

/** Replaces the reference by the nucleus near it; its place is then `delta`. */
export function refineNucleus(): bool {
  return nucleus.refine();
}
export function delta(): usize {
  return nucleus.DELTA;
}
export function lostBits(): i32 {
  return nucleus.lostBits;
}

/** Builds the table for points at most `largest` spacings from the reference; a spacing is mantissa 2^exponent. */
export function prepare(mantissa: f64, exponent: i32, largest: f64): void {
  wide.set(pixel.SPACING, mantissa, 0, exponent);
  const m = wide.re(pixel.SPACING);
  table.build(TABLE, largest * m, wide.exponent(pixel.SPACING));
}

/** The pixels that are worked on, side by side. */
const FIRST: usize = memory.data(pixel.PIXEL, 16);
const SECOND: usize = memory.data(pixel.PIXEL, 16);
/** The points that were asked for, and how many of them have been begun. */
let count: i32 = 0;
let begun: i32 = 0;
let budget: i32 = 0;

/** Decides the first `points` points, each at most `iterations` iterations. */
export function decide(points: i32, iterations: i32): void {
  count = points;
  budget = iterations;
  begun = 0;
  let one = takeNext(FIRST);
  let other = takeNext(SECOND);
  while (one && other) {
    pair.run(FIRST, SECOND);
    one = advance(FIRST);
    other = advance(SECOND);
  }
  // The last one goes on beside itself.
  const last = one ? FIRST : SECOND;
  const beside = one ? SECOND : FIRST;
  while (one || other) {
    memory.copy(beside, last, pixel.PIXEL);
    pair.run(last, beside);
    one = other = advance(last);
  }
}

/** Begins with the next point, and with another one for as long as that is decided before it comes to a single step. */
function takeNext(at: usize): bool {
  if (begun == count) return false;
  const i = begun++;
  const from = (<usize>i) << 3;
  pixel.begin(at, i, load<f64>(IN_X + from), load<f64>(IN_Y + from));
  // Some times around a nucleus' orbit, whose period is the most likely one, then twice as long each time.
  const end = orbit.isPeriodic() ? max(1024, min(orbit.length, 1 << 27) * 4) : 4096;
  pixel.goOn(at, min(end, budget));
  return advance(at);
}

/** Does what a pixel needs before its next single step; where it is decided, takes the next one. False when none is left. */
function advance(at: usize): bool {
  while (true) {
    const state = pixel.settle(at);
    if (state == pixel.READY) return true;
    if (state == pixel.ESCAPED) {
      answer(at, 0, load<f64>(at, pixel.LOG2_DISTANCE));
      return takeNext(at);
    }
    if (isInterior(at)) {
      answer(at, cycle.foundPeriod, cycle.foundLog2);
      return takeNext(at);
    }
    const end = load<i32>(at, pixel.END);
    if (end >= budget) {
      answer(at, -2, -Infinity);
      return takeNext(at);
    }
    pixel.goOn(at, end > 1 << 29 ? budget : min(2 * end, budget));
  }
}

function answer(at: usize, period: i32, log2Distance: f64): void {
  const i = load<i32>(at, pixel.ID);
  store<f64>(OUT_LOG2 + ((<usize>i) << 3), log2Distance);
  store<i32>(OUT_PERIOD + ((<usize>i) << 2), period);
}

const FULL: usize = memory.data(WIDE, 16);
/**
 * A period is tried when the orbit is so many times as long, and any at the end of the budget: before, nearly all attempts are on points
 * that escape. Beside parabolic points 2 instead of 1 takes 0.6 of the time, 4 takes 0.5, 8 and 16 take 0.7.
 */
const PATIENCE: i32 = 4;

/**
 * Tries the periods that the point may have: where it came nearest to 0, how long it took to come nearest to where it was, and
 * the reference's minima.
 */
function isInterior(at: usize): bool {
  const dc = at + pixel.DC;
  const n = load<i32>(at, pixel.N);
  const longest = n >= budget ? n : n / PATIENCE;
  const own = load<i32>(at, pixel.SMALLEST_AT);
  if (own > 0 && own <= longest && cycle.find(own, at + pixel.SMALLEST, dc)) return true;
  const after = load<i32>(at, pixel.RETURN_AFTER);
  // The smallest point may be one from before the orbit came near its cycle, so the same period is tried again from here.
  if (after > 0 && after <= longest && cycle.find(after, at + pixel.RETURN, dc)) return true;
  pixel.current(FULL, at);
  for (let k = 0; k < candidates; k++) {
    const period = load<i32>(CANDIDATES + ((<usize>k) << 2));
    if (period == own || period == after) continue;
    if (period > longest) break;
    if (cycle.find(period, FULL, dc)) return true;
  }
  return false;
}
