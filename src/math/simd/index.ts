// The SIMD kernel: src/math/race.ts for a block of points, in lockstep, with the same bits for every point.
import { FIRST_WINDOW_END } from './constants';
import { concludeEscapes, countFallen, fallen, followUnwatched, followWatched } from './escape';
import { tryPeriods } from './newton';
import {
  ALIVE,
  BEFORE_LAST,
  BLOCK,
  C_IM,
  C_RE,
  CAPACITY,
  CLOSEST,
  D_IM,
  D_RE,
  ID,
  IN_IM,
  IN_RE,
  LAST,
  ORBITS,
  OUT_LOG2,
  OUT_PERIOD,
  W_IM,
  W_RE,
  Z_IM,
  Z_RE,
} from './planes';

/** Iterations between two looks for orbits that have fallen. */
const CHUNK: i32 = 32;
/** Where the orbits that are left of the blocks come together: the end of a watched window. */
const POOL_AT: i32 = 1024;

/** Points of one call at the most. */
export function capacity(): i32 {
  return CAPACITY;
}
/** Where the host writes the real parts; the imaginary parts, log2 distances and periods follow. */
export function inputRe(): usize {
  return IN_RE;
}
export function inputIm(): usize {
  return IN_IM;
}
export function outputLog2(): usize {
  return OUT_LOG2;
}
export function outputPeriod(): usize {
  return OUT_PERIOD;
}

/**
 * Decides the first `count` points. Blocks are followed one after the other to n = POOL_AT; the few orbits that are left
 * of each stand together in front of the next block, and go on together at the end: groups stay full.
 */
export function decide(count: i32, budget: i32): void {
  let pooled = 0;
  for (let from = 0; from < count; from += BLOCK) {
    const size = min(BLOCK, count - from);
    if (pooled + size > ORBITS) {
      finish(pooled, budget);
      pooled = 0;
    }
    begin(from, pooled, size);
    pooled += run(pooled, size, 0, min(budget, POOL_AT));
    concludeEscapes();
  }
  finish(pooled, budget);
}

/** Follows the orbits that are left of the blocks to the end of the budget, which some may not resolve. */
function finish(count: i32, budget: i32): void {
  const pooled = budget > POOL_AT ? run(0, count, POOL_AT, budget) : count;
  concludeEscapes();
  for (let i: usize = 0; i < <usize>pooled; i++) {
    const id = <usize>load<i32>(ID + (i << 2));
    store<i32>(OUT_PERIOD + (id << 2), -2);
    store<f64>(OUT_LOG2 + (id << 3), -Infinity);
  }
}

/**
 * Follows the orbits in `count` places from `first` on, which have all come to `n` (0 or the end of a watched window), to
 * `end`.
 *
 * @returns how many are left; they stand in the first of these places
 */
function run(first: i32, count: i32, n: i32, end: i32): i32 {
  let active = count;
  let windowStart = n;
  let windowEnd = n == 0 ? FIRST_WINDOW_END : 2 * n;
  let watched = n == 0;
  fillUp(first + active);
  while (active > 0 && n < end) {
    const steps = min(CHUNK, min(windowEnd, end) - n);
    if (watched) followWatched(first, active, steps, n - windowStart);
    else followUnwatched(first, active, steps);
    n += steps;
    if (n == windowEnd) {
      if (watched) {
        tryPeriods(first, active, BEFORE_LAST);
        tryPeriods(first, active, LAST);
      }
      active = close(first, active);
      watched = !watched;
      if (watched) openWindow(first, active);
      windowStart = n;
      windowEnd = 2 * n;
    } else if (fallen << 3 > active) {
      active = close(first, active);
    }
  }
  return close(first, active);
}

/** Puts `count` points into places, where their orbits begin. */
function begin(from: i32, first: i32, count: i32): void {
  for (let i = 0; i < count; i++) {
    const place = first + i;
    const o = (<usize>place) << 3;
    const input = (<usize>(from + i)) << 3;
    store<i32>(ID + (o >> 1), from + i);
    store<u8>(ALIVE + <usize>place, 1);
    store<f64>(C_RE + o, load<f64>(IN_RE + input));
    store<f64>(C_IM + o, load<f64>(IN_IM + input));
    store<f64>(Z_RE + o, 0);
    store<f64>(Z_IM + o, 0);
    store<f64>(D_RE + o, 0);
    store<f64>(D_IM + o, 0);
  }
  openWindow(first, count);
}

/** A watched window begins where the orbits are; the first one at 0, where they are too. */
function openWindow(first: i32, count: i32): void {
  const from = (<usize>first) << 3;
  const bytes = (<usize>count) << 3;
  memory.copy(W_RE + from, Z_RE + from, bytes);
  memory.copy(W_IM + from, Z_IM + from, bytes);
  memory.fill(LAST + (from >> 1), 0, bytes >> 1);
  memory.fill(BEFORE_LAST + (from >> 1), 0, bytes >> 1);
  for (let o = from; o < from + bytes; o += 8) store<f64>(CLOSEST + o, Infinity);
}

/** Completes the last group of those that end before `end` with orbits that stay at 0. */
function fillUp(end: i32): void {
  for (let i = end; i < end + 3; i++) {
    const o = (<usize>i) << 3;
    store<f64>(C_RE + o, 0);
    store<f64>(C_IM + o, 0);
    store<f64>(Z_RE + o, 0);
    store<f64>(Z_IM + o, 0);
    store<f64>(D_RE + o, 0);
    store<f64>(D_IM + o, 0);
    store<f64>(W_RE + o, 0);
    store<f64>(W_IM + o, 0);
    store<f64>(CLOSEST + o, 0);
  }
}

/** Closes the gaps that fallen orbits have left; returns how many are left. */
function close(first: i32, active: i32): i32 {
  if (fallen == 0) return active;
  let left = first;
  for (let i = first; i < first + active; i++) {
    if (!load<u8>(ALIVE + <usize>i)) continue;
    if (left != i) moveOrbit(i, left);
    left++;
  }
  countFallen(-fallen);
  fillUp(left);
  return left - first;
}

function moveOrbit(from: i32, to: i32): void {
  const f = (<usize>from) << 3;
  const t = (<usize>to) << 3;
  store<i32>(ID + (t >> 1), load<i32>(ID + (f >> 1)));
  store<u8>(ALIVE + <usize>to, 1);
  store<f64>(C_RE + t, load<f64>(C_RE + f));
  store<f64>(C_IM + t, load<f64>(C_IM + f));
  store<f64>(Z_RE + t, load<f64>(Z_RE + f));
  store<f64>(Z_IM + t, load<f64>(Z_IM + f));
  store<f64>(D_RE + t, load<f64>(D_RE + f));
  store<f64>(D_IM + t, load<f64>(D_IM + f));
  store<f64>(W_RE + t, load<f64>(W_RE + f));
  store<f64>(W_IM + t, load<f64>(W_IM + f));
  store<f64>(CLOSEST + t, load<f64>(CLOSEST + f));
  store<i32>(LAST + (t >> 1), load<i32>(LAST + (f >> 1)));
  store<i32>(BEFORE_LAST + (t >> 1), load<i32>(BEFORE_LAST + (f >> 1)));
}
