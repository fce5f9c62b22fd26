// Orbits of 0, followed in groups of four; what escapes; the distances of what has escaped.
import { ESCAPE_RADIUS_SQUARED, SMALLEST_NORMAL } from './constants';
import { log, log2, log2Pair, logPair } from './logarithm';
import {
  ALIVE, BEFORE_LAST, C_IM, C_RE, CLOSEST, D_IM, D_RE, ESCAPED_D2, ESCAPED_ID, ESCAPED_Z2, ID, LAST, OUT_LOG2,
  OUT_PERIOD, SCRATCH, W_IM, W_RE, Z_IM, Z_RE,
} from './planes';

/** Orbits that have escaped in this call. */
let escaped: i32 = 0;
/** Orbits among the active ones that are not alive any more. */
export let fallen: i32 = 0;

export function countFallen(more: i32): void {
  fallen += more;
}

// Scratch of `fall`: z2, then the six that it clears, for four lanes each.
const Z2: usize = SCRATCH;
const ZR: usize = SCRATCH + 32;
const ZI: usize = SCRATCH + 64;
const DR: usize = SCRATCH + 160;
const DI: usize = SCRATCH + 192;
const CR: usize = SCRATCH + 224;
const CI: usize = SCRATCH + 256;

/**
 * The last points of a group of orbits, four lanes re and four lanes im each: with the derivative and the returns in one loop,
 * the registers do not suffice.
 */
const HISTORY: usize = SCRATCH + 2048;

/** Records the lanes in the scratch that have escaped, and makes them orbits that stay at 0. */
function fall(group: i32): void {
  for (let lane: usize = 0; lane < 4; lane++) {
    const at = lane << 3;
    const z2 = load<f64>(Z2 + at);
    if (!(z2 > ESCAPE_RADIUS_SQUARED)) continue;
    const dr = load<f64>(DR + at);
    const di = load<f64>(DI + at);
    const slot = group + <i32>lane;
    store<i32>(ESCAPED_ID + ((<usize>escaped) << 2), load<i32>(ID + ((<usize>slot) << 2)));
    store<f64>(ESCAPED_Z2 + ((<usize>escaped) << 3), z2);
    store<f64>(ESCAPED_D2 + ((<usize>escaped) << 3), dr * dr + di * di);
    escaped++;
    fallen++;
    store<u8>(ALIVE + <usize>slot, 0);
    store<f64>(ZR + at, 0);
    store<f64>(ZI + at, 0);
    store<f64>(DR + at, 0);
    store<f64>(DI + at, 0);
    store<f64>(CR + at, 0);
    store<f64>(CI + at, 0);
  }
}

/**
 * Follows `count` orbits for `steps` iterations, and looks for escape at every fourth.
 *
 * @param done iterations of the present window that are behind them
 * @param watched whether closest returns are noted; a constant, so that the other branch disappears
 */
// @ts-ignore: decorator
@inline
function follow(first: i32, count: i32, steps: i32, done: i32, watched: bool): void {
  const one = f64x2.splat(1.0);
  const limit = f64x2.splat(ESCAPE_RADIUS_SQUARED);
  for (let group = first; group < first + count; group += 4) {
    const o = (<usize>group) << 3;
    let crA = v128.load(C_RE + o);
    let crB = v128.load(C_RE + o, 16);
    let ciA = v128.load(C_IM + o);
    let ciB = v128.load(C_IM + o, 16);
    let zrA = v128.load(Z_RE + o);
    let zrB = v128.load(Z_RE + o, 16);
    let ziA = v128.load(Z_IM + o);
    let ziB = v128.load(Z_IM + o, 16);
    let drA = v128.load(D_RE + o);
    let drB = v128.load(D_RE + o, 16);
    let diA = v128.load(D_IM + o);
    let diB = v128.load(D_IM + o, 16);
    for (let step = 0; step < steps; ) {
      for (const four = min(step + 4, steps); step < four; step++) {
        const xA = f64x2.add(zrA, zrA);
        const xB = f64x2.add(zrB, zrB);
        const yA = f64x2.add(ziA, ziA);
        const yB = f64x2.add(ziB, ziB);
        const dA = f64x2.add(f64x2.sub(f64x2.mul(xA, drA), f64x2.mul(yA, diA)), one);
        const dB = f64x2.add(f64x2.sub(f64x2.mul(xB, drB), f64x2.mul(yB, diB)), one);
        diA = f64x2.add(f64x2.mul(xA, diA), f64x2.mul(yA, drA));
        diB = f64x2.add(f64x2.mul(xB, diB), f64x2.mul(yB, drB));
        drA = dA;
        drB = dB;
        const zA = f64x2.add(f64x2.sub(f64x2.mul(zrA, zrA), f64x2.mul(ziA, ziA)), crA);
        const zB = f64x2.add(f64x2.sub(f64x2.mul(zrB, zrB), f64x2.mul(ziB, ziB)), crB);
        ziA = f64x2.add(f64x2.mul(xA, ziA), ciA);
        ziB = f64x2.add(f64x2.mul(xB, ziB), ciB);
        zrA = zA;
        zrB = zB;
        if (!watched) continue;
        const history = HISTORY + ((<usize>step) << 6);
        v128.store(history, zrA);
        v128.store(history, zrB, 16);
        v128.store(history, ziA, 32);
        v128.store(history, ziB, 48);
      }
      const z2A = f64x2.add(f64x2.mul(zrA, zrA), f64x2.mul(ziA, ziA));
      const z2B = f64x2.add(f64x2.mul(zrB, zrB), f64x2.mul(ziB, ziB));
      if (v128.any_true(v128.or(f64x2.gt(z2A, limit), f64x2.gt(z2B, limit)))) {
        v128.store(Z2, z2A);
        v128.store(Z2, z2B, 16);
        v128.store(ZR, zrA);
        v128.store(ZR, zrB, 16);
        v128.store(ZI, ziA);
        v128.store(ZI, ziB, 16);
        v128.store(DR, drA);
        v128.store(DR, drB, 16);
        v128.store(DI, diA);
        v128.store(DI, diB, 16);
        v128.store(CR, crA);
        v128.store(CR, crB, 16);
        v128.store(CI, ciA);
        v128.store(CI, ciB, 16);
        fall(group);
        zrA = v128.load(ZR);
        zrB = v128.load(ZR, 16);
        ziA = v128.load(ZI);
        ziB = v128.load(ZI, 16);
        drA = v128.load(DR);
        drB = v128.load(DR, 16);
        diA = v128.load(DI);
        diB = v128.load(DI, 16);
        crA = v128.load(CR);
        crB = v128.load(CR, 16);
        ciA = v128.load(CI);
        ciB = v128.load(CI, 16);
      }
    }
    v128.store(C_RE + o, crA);
    v128.store(C_RE + o, crB, 16);
    v128.store(C_IM + o, ciA);
    v128.store(C_IM + o, ciB, 16);
    v128.store(Z_RE + o, zrA);
    v128.store(Z_RE + o, zrB, 16);
    v128.store(Z_IM + o, ziA);
    v128.store(Z_IM + o, ziB, 16);
    v128.store(D_RE + o, drA);
    v128.store(D_RE + o, drB, 16);
    v128.store(D_IM + o, diA);
    v128.store(D_IM + o, diB, 16);
    if (watched) watch(group, steps, done);
  }
}

/** Notes the closest returns of a group of orbits whose last `steps` points, at most 32, stand in the history. */
// @ts-ignore: decorator
@inline
function watch(group: i32, steps: i32, done: i32): void {
  const o = (<usize>group) << 3;
  const wrA = v128.load(W_RE + o);
  const wrB = v128.load(W_RE + o, 16);
  const wiA = v128.load(W_IM + o);
  const wiB = v128.load(W_IM + o, 16);
  let closestA = v128.load(CLOSEST + o);
  let closestB = v128.load(CLOSEST + o, 16);
  // A bit a step, 1 where the orbit came closer; bit 0 is the last step.
  let returnsA = i64x2.splat(0);
  let returnsB = returnsA;
  for (let history = HISTORY; history < HISTORY + ((<usize>steps) << 6); history += 64) {
    const arA = f64x2.sub(v128.load(history), wrA);
    const arB = f64x2.sub(v128.load(history, 16), wrB);
    const aiA = f64x2.sub(v128.load(history, 32), wiA);
    const aiB = f64x2.sub(v128.load(history, 48), wiB);
    const awayA = f64x2.add(f64x2.mul(arA, arA), f64x2.mul(aiA, aiA));
    const awayB = f64x2.add(f64x2.mul(arB, arB), f64x2.mul(aiB, aiB));
    returnsA = i64x2.sub(i64x2.shl(returnsA, 1), f64x2.lt(awayA, closestA));
    returnsB = i64x2.sub(i64x2.shl(returnsB, 1), f64x2.lt(awayB, closestB));
    closestA = f64x2.pmin(closestA, awayA);
    closestB = f64x2.pmin(closestB, awayB);
  }
  v128.store(CLOSEST + o, closestA);
  v128.store(CLOSEST + o, closestB, 16);
  const now = done + steps;
  noteReturns(group, i64x2.extract_lane(returnsA, 0), now);
  noteReturns(group + 1, i64x2.extract_lane(returnsA, 1), now);
  noteReturns(group + 2, i64x2.extract_lane(returnsB, 0), now);
  noteReturns(group + 3, i64x2.extract_lane(returnsB, 1), now);
}

/** Keeps the last two of an orbit's closest returns; `now` is that of bit 0. */
// @ts-ignore: decorator
@inline
function noteReturns(slot: i32, returns: u64, now: i32): void {
  if (returns == 0) return;
  const at = (<usize>slot) << 2;
  const others = returns & (returns - 1);
  store<i32>(BEFORE_LAST + at, others == 0 ? load<i32>(LAST + at) : now - <i32>ctz(others));
  store<i32>(LAST + at, now - <i32>ctz(returns));
}

/** {@link follow} in a window that is watched. */
export function followWatched(first: i32, count: i32, steps: i32, done: i32): void {
  follow(first, count, steps, done, true);
}

/** {@link follow} in a window that is not. */
export function followUnwatched(first: i32, count: i32, steps: i32): void {
  follow(first, count, steps, 0, false);
}

/** log2ExteriorDistance of the scalar kernel. */
function log2ExteriorDistance(z2: f64, d2: f64): f64 {
  if (!(d2 < Infinity)) return -Infinity;
  const ln = log(z2);
  return 0.5 * log2((z2 * ln * ln) / d2);
}

/** Writes the verdicts of all orbits that have escaped, and forgets them. */
export function concludeEscapes(): void {
  const half = f64x2.splat(0.5);
  const normal = f64x2.splat(SMALLEST_NORMAL);
  // A last one without a neighbour gets a harmless one.
  store<f64>(ESCAPED_Z2 + ((<usize>escaped) << 3), 1e13);
  store<f64>(ESCAPED_D2 + ((<usize>escaped) << 3), 1);
  for (let i = 0; i < escaped; i += 2) {
    const o = (<usize>i) << 3;
    const z2 = v128.load(ESCAPED_Z2 + o);
    const d2 = v128.load(ESCAPED_D2 + o);
    const ln = logPair(z2);
    const square = f64x2.div(f64x2.mul(f64x2.mul(z2, ln), ln), d2);
    const both = f64x2.mul(half, log2Pair(square));
    // Not normal: the derivative is huge. d2 >= infinity and NaN make a square that is not >= the least normal one.
    const ordinary = i64x2.bitmask(f64x2.ge(square, normal));
    for (let lane = 0; lane < 2 && i + lane < escaped; lane++) {
      const at = o + ((<usize>lane) << 3);
      const value =
        (ordinary >> lane) & 1
          ? lane == 0
            ? f64x2.extract_lane(both, 0)
            : f64x2.extract_lane(both, 1)
          : log2ExteriorDistance(load<f64>(ESCAPED_Z2 + at), load<f64>(ESCAPED_D2 + at));
      const id = <usize>load<i32>(ESCAPED_ID + ((<usize>(i + lane)) << 2));
      store<f64>(OUT_LOG2 + (id << 3), value);
      store<i32>(OUT_PERIOD + (id << 2), 0);
    }
  }
  escaped = 0;
}
