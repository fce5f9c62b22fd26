// The deep kernel: points near a reference orbit, at any depth.
import * as cycle from './cycle';
import * as nucleus from './nucleus';
import * as orbit from './orbit';
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

/** Decides the first `count` points, each at most `budget` iterations. */
export function decide(count: i32, budget: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    pixel.begin(load<f64>(IN_X + (i << 3)), load<f64>(IN_Y + (i << 3)));
    decideOne(i, budget);
  }
}

const FULL: usize = memory.data(WIDE, 16);

function decideOne(i: usize, budget: i32): void {
  // Some times around a nucleus' orbit, whose period is the most likely one, then twice as long each time.
  let end = orbit.isPeriodic() ? max(1024, min(orbit.length, 1 << 27) * 4) : 4096;
  for (;;) {
    if (pixel.run(min(end, budget))) {
      store<f64>(OUT_LOG2 + (i << 3), pixel.log2Distance);
      store<i32>(OUT_PERIOD + (i << 2), 0);
      return;
    }
    if (isInterior()) {
      store<f64>(OUT_LOG2 + (i << 3), cycle.foundLog2);
      store<i32>(OUT_PERIOD + (i << 2), cycle.foundPeriod);
      return;
    }
    if (end >= budget) break;
    end = end > 1 << 29 ? budget : 2 * end;
  }
  store<f64>(OUT_LOG2 + (i << 3), -Infinity);
  store<i32>(OUT_PERIOD + (i << 2), -2);
}

/**
 * Tries the periods that the point may have: where it came nearest to 0, how long it took to come nearest to where it was, and
 * the reference's minima.
 */
function isInterior(): bool {
  const own = pixel.smallestAt;
  if (own > 0 && cycle.find(own, pixel.SMALLEST)) return true;
  const after = pixel.returnAfter;
  // The smallest point may be one from before the orbit came near its cycle, so the same period is tried again from here.
  if (after > 0 && cycle.find(after, pixel.RETURN)) return true;
  pixel.current(FULL);
  for (let k = 0; k < candidates; k++) {
    const period = load<i32>(CANDIDATES + ((<usize>k) << 2));
    if (period == own || period == after) continue;
    if (period > pixel.n) break;
    if (cycle.find(period, FULL)) return true;
  }
  return false;
}
