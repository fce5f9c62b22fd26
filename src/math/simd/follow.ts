// Roots followed once around with all derivatives, in groups of four: src/math/cycle.ts, `followCycle`.
import { ACCURATE, KANTOROVICH, LOG2_CERTAIN_INTERIOR, NOTICEABLE, RETURNED, ROUNDING } from './constants';
import { findCycle, followFrom, foundLog2, foundPeriod } from './cycle';
import { countFallen } from './escape';
import { log2Pair } from './logarithm';
import {
  ALIVE,
  ID,
  OUT_LOG2,
  OUT_PERIOD,
  ROOT_C_IM,
  ROOT_C_RE,
  ROOT_IM,
  ROOT_PERIOD,
  ROOT_RE,
  ROOT_SLOT,
  SCRATCH,
} from './planes';

/** Places in the scratch: z and eight derivatives of four lanes at the end of their own period, and of the moment. */
const END: usize = SCRATCH + 1024;
const NOW: usize = SCRATCH + 1344;
/** |F^i(z0) - z0|^2 of four lanes. */
const RETURN2: usize = SCRATCH + 1664;
const LOG2: usize = SCRATCH + 1696;

/** Lanes of the present group whose cycle turned out to be a shorter one. */
let shorter: i32 = 0;
let settled: i32 = 0;

function conclude(root: i32, period: i32, log2Distance: f64): void {
  if (!(log2Distance > LOG2_CERTAIN_INTERIOR)) return;
  const slot = <usize>load<i32>(ROOT_SLOT + ((<usize>root) << 2));
  const id = <usize>load<i32>(ID + (slot << 2));
  store<i32>(OUT_PERIOD + (id << 2), period);
  store<f64>(OUT_LOG2 + (id << 3), log2Distance);
  store<u8>(ALIVE + slot, 0);
  settled++;
}

/** Looks for the shorter cycles of the lanes that have come back after `i` iterations. */
function lookForShorter(group: i32, lanes: i32, i: i32): void {
  for (let lane = 0; lane < lanes; lane++) {
    if ((shorter >> lane) & 1) continue;
    const root = group + lane;
    const o = (<usize>root) << 3;
    const period = load<i32>(ROOT_PERIOD + (o >> 1));
    if (i >= period || period % i != 0) continue;
    if (!(load<f64>(RETURN2 + ((<usize>lane) << 3)) < RETURNED)) continue;
    const found = findCycle(
      load<f64>(ROOT_C_RE + o),
      load<f64>(ROOT_C_IM + o),
      i,
      load<f64>(ROOT_RE + o),
      load<f64>(ROOT_IM + o),
    );
    if (!found) continue;
    shorter |= 1 << lane;
    conclude(root, foundPeriod, foundLog2);
  }
}

/** Completes the last group. */
function fillUp(count: i32): void {
  const longest = load<i32>(ROOT_PERIOD + ((<usize>(count - 1)) << 2));
  for (let i = count; i < ((count + 3) & ~3); i++) {
    const to = (<usize>i) << 3;
    store<i32>(ROOT_PERIOD + (to >> 1), longest);
    store<f64>(ROOT_C_RE + to, 0);
    store<f64>(ROOT_C_IM + to, 0);
    store<f64>(ROOT_RE + to, 0.5); // does not come back
    store<f64>(ROOT_IM + to, 0);
  }
}

/** Decides the first `count` roots; the orbits of those that are proven are concluded. */
export function followRoots(count: i32): void {
  fillUp(count);
  settled = 0;
  for (let group = 0; group < count; group += 4) followGroup(group, min(4, count - group));
  countFallen(settled);
}

function followGroup(group: i32, lanes: i32): void {
  const one = f64x2.splat(1.0);
  const zero = f64x2.splat(0.0);
  const near = f64x2.splat(RETURNED);
  const o = (<usize>group) << 3;
  const crA = v128.load(ROOT_C_RE + o);
  const crB = v128.load(ROOT_C_RE + o, 16);
  const ciA = v128.load(ROOT_C_IM + o);
  const ciB = v128.load(ROOT_C_IM + o, 16);
  const r0rA = v128.load(ROOT_RE + o);
  const r0rB = v128.load(ROOT_RE + o, 16);
  const r0iA = v128.load(ROOT_IM + o);
  const r0iB = v128.load(ROOT_IM + o, 16);
  let zrA = r0rA,
    zrB = r0rB,
    ziA = r0iA,
    ziB = r0iB;
  let dzrA = one,
    dzrB = one,
    dziA = zero,
    dziB = zero;
  let dcrA = zero,
    dcrB = zero,
    dciA = zero,
    dciB = zero;
  let dzdzrA = zero,
    dzdzrB = zero,
    dzdziA = zero,
    dzdziB = zero;
  let dcdzrA = zero,
    dcdzrB = zero,
    dcdziA = zero,
    dcdziB = zero;
  const periods = ROOT_PERIOD + (o >> 1);
  const longest = load<i32>(periods, 12);
  const mixed = load<i32>(periods) != longest;
  let lane: usize = 0;
  shorter = 0;
  for (let i = 1; i <= longest;) {
    const end = load<i32>(periods + (lane << 2));
    for (; i <= end; i++) {
      let tA = f64x2.add(
        f64x2.sub(f64x2.mul(zrA, dcdzrA), f64x2.mul(ziA, dcdziA)),
        f64x2.sub(f64x2.mul(dzrA, dcrA), f64x2.mul(dziA, dciA)),
      );
      let tB = f64x2.add(
        f64x2.sub(f64x2.mul(zrB, dcdzrB), f64x2.mul(ziB, dcdziB)),
        f64x2.sub(f64x2.mul(dzrB, dcrB), f64x2.mul(dziB, dciB)),
      );
      let uA = f64x2.add(
        f64x2.add(f64x2.mul(zrA, dcdziA), f64x2.mul(ziA, dcdzrA)),
        f64x2.add(f64x2.mul(dzrA, dciA), f64x2.mul(dziA, dcrA)),
      );
      let uB = f64x2.add(
        f64x2.add(f64x2.mul(zrB, dcdziB), f64x2.mul(ziB, dcdzrB)),
        f64x2.add(f64x2.mul(dzrB, dciB), f64x2.mul(dziB, dcrB)),
      );
      dcdzrA = f64x2.add(tA, tA);
      dcdzrB = f64x2.add(tB, tB);
      dcdziA = f64x2.add(uA, uA);
      dcdziB = f64x2.add(uB, uB);
      tA = f64x2.sub(f64x2.mul(zrA, dcrA), f64x2.mul(ziA, dciA));
      tB = f64x2.sub(f64x2.mul(zrB, dcrB), f64x2.mul(ziB, dciB));
      uA = f64x2.add(f64x2.mul(zrA, dciA), f64x2.mul(ziA, dcrA));
      uB = f64x2.add(f64x2.mul(zrB, dciB), f64x2.mul(ziB, dcrB));
      dcrA = f64x2.add(f64x2.add(tA, tA), one);
      dcrB = f64x2.add(f64x2.add(tB, tB), one);
      dciA = f64x2.add(uA, uA);
      dciB = f64x2.add(uB, uB);
      tA = f64x2.add(
        f64x2.sub(f64x2.mul(dzrA, dzrA), f64x2.mul(dziA, dziA)),
        f64x2.sub(f64x2.mul(zrA, dzdzrA), f64x2.mul(ziA, dzdziA)),
      );
      tB = f64x2.add(
        f64x2.sub(f64x2.mul(dzrB, dzrB), f64x2.mul(dziB, dziB)),
        f64x2.sub(f64x2.mul(zrB, dzdzrB), f64x2.mul(ziB, dzdziB)),
      );
      uA = f64x2.add(
        f64x2.mul(f64x2.add(dzrA, dzrA), dziA),
        f64x2.add(f64x2.mul(zrA, dzdziA), f64x2.mul(ziA, dzdzrA)),
      );
      uB = f64x2.add(
        f64x2.mul(f64x2.add(dzrB, dzrB), dziB),
        f64x2.add(f64x2.mul(zrB, dzdziB), f64x2.mul(ziB, dzdzrB)),
      );
      dzdzrA = f64x2.add(tA, tA);
      dzdzrB = f64x2.add(tB, tB);
      dzdziA = f64x2.add(uA, uA);
      dzdziB = f64x2.add(uB, uB);
      tA = f64x2.sub(f64x2.mul(zrA, dzrA), f64x2.mul(ziA, dziA));
      tB = f64x2.sub(f64x2.mul(zrB, dzrB), f64x2.mul(ziB, dziB));
      uA = f64x2.add(f64x2.mul(zrA, dziA), f64x2.mul(ziA, dzrA));
      uB = f64x2.add(f64x2.mul(zrB, dziB), f64x2.mul(ziB, dzrB));
      dzrA = f64x2.add(tA, tA);
      dzrB = f64x2.add(tB, tB);
      dziA = f64x2.add(uA, uA);
      dziB = f64x2.add(uB, uB);
      tA = f64x2.add(f64x2.sub(f64x2.mul(zrA, zrA), f64x2.mul(ziA, ziA)), crA);
      tB = f64x2.add(f64x2.sub(f64x2.mul(zrB, zrB), f64x2.mul(ziB, ziB)), crB);
      ziA = f64x2.add(f64x2.mul(f64x2.add(zrA, zrA), ziA), ciA);
      ziB = f64x2.add(f64x2.mul(f64x2.add(zrB, zrB), ziB), ciB);
      zrA = tA;
      zrB = tB;
      if (i < longest) {
        tA = f64x2.sub(zrA, r0rA);
        tB = f64x2.sub(zrB, r0rB);
        uA = f64x2.sub(ziA, r0iA);
        uB = f64x2.sub(ziB, r0iB);
        tA = f64x2.add(f64x2.mul(tA, tA), f64x2.mul(uA, uA));
        tB = f64x2.add(f64x2.mul(tB, tB), f64x2.mul(uB, uB));
        if (v128.any_true(v128.or(f64x2.lt(tA, near), f64x2.lt(tB, near)))) {
          v128.store(RETURN2, tA);
          v128.store(RETURN2, tB, 16);
          lookForShorter(group, lanes, i);
        }
      }
    }
    if (!mixed) break;
    v128.store(NOW, dzrA);
    v128.store(NOW, dzrB, 16);
    v128.store(NOW, dziA, 32);
    v128.store(NOW, dziB, 48);
    v128.store(NOW, dcrA, 64);
    v128.store(NOW, dcrB, 80);
    v128.store(NOW, dciA, 96);
    v128.store(NOW, dciB, 112);
    v128.store(NOW, dzdzrA, 128);
    v128.store(NOW, dzdzrB, 144);
    v128.store(NOW, dzdziA, 160);
    v128.store(NOW, dzdziB, 176);
    v128.store(NOW, dcdzrA, 192);
    v128.store(NOW, dcdzrB, 208);
    v128.store(NOW, dcdziA, 224);
    v128.store(NOW, dcdziB, 240);
    v128.store(NOW, zrA, 256);
    v128.store(NOW, zrB, 272);
    v128.store(NOW, ziA, 288);
    v128.store(NOW, ziB, 304);
    for (; lane < 4 && load<i32>(periods + (lane << 2)) == end; lane++) {
      for (let k: usize = lane << 3; k < 320; k += 32) store<f64>(END + k, load<f64>(NOW + k));
    }
  }
  if (!mixed) {
    judge(group, lanes, 0, dzrA, dziA, dcrA, dciA, dzdzrA, dzdziA, dcdzrA, dcdziA, zrA, ziA);
    if (lanes > 2) judge(group, lanes, 2, dzrB, dziB, dcrB, dciB, dzdzrB, dzdziB, dcdzrB, dcdziB, zrB, ziB);
    return;
  }
  for (let pair = 0; pair < lanes; pair += 2) {
    const at = END + ((<usize>pair) << 3);
    judge(
      group,
      lanes,
      pair,
      v128.load(at),
      v128.load(at, 32),
      v128.load(at, 64),
      v128.load(at, 96),
      v128.load(at, 128),
      v128.load(at, 160),
      v128.load(at, 192),
      v128.load(at, 224),
      v128.load(at, 256),
      v128.load(at, 288),
    );
  }
}

/** Begins again, one by one, with those of two lanes whose root is not accurate yet. */
function improve(group: i32, lanes: i32, pair: i32, improvable: i32): void {
  for (let l = 0; l < 2 && pair + l < lanes; l++) {
    if (!((improvable >> l) & 1) || (shorter >> (pair + l)) & 1) continue;
    const root = group + pair + l;
    const o = (<usize>root) << 3;
    const proven = followFrom(
      load<f64>(ROOT_C_RE + o),
      load<f64>(ROOT_C_IM + o),
      load<i32>(ROOT_PERIOD + (o >> 1)),
      load<f64>(ROOT_RE + o),
      load<f64>(ROOT_IM + o),
    );
    if (proven) conclude(root, foundPeriod, foundLog2);
  }
}

/** The verdict on two lanes, from the derivatives at the end of their period. */
function judge(
  group: i32,
  lanes: i32,
  pair: i32,
  dzr: v128,
  dzi: v128,
  dcr: v128,
  dci: v128,
  dzdzr: v128,
  dzdzi: v128,
  dcdzr: v128,
  dcdzi: v128,
  zr: v128,
  zi: v128,
): void {
  const one = f64x2.splat(1.0);
  const contraction = f64x2.sub(one, f64x2.add(f64x2.mul(dzr, dzr), f64x2.mul(dzi, dzi)));
  const gr = f64x2.sub(one, dzr);
  const gi = f64x2.neg(dzi);
  const g2 = f64x2.add(f64x2.mul(gr, gr), f64x2.mul(gi, gi));
  const at = (<usize>(group + pair)) << 3;
  const fr = f64x2.sub(zr, v128.load(ROOT_RE + at));
  const fi = f64x2.sub(zi, v128.load(ROOT_IM + at));
  const f2 = f64x2.add(f64x2.mul(fr, fr), f64x2.mul(fi, fi));
  const curvature2 = f64x2.add(f64x2.mul(dzdzr, dzdzr), f64x2.mul(dzdzi, dzdzi));
  const g4 = f64x2.mul(g2, g2);
  const inaccurate = v128.and(
    f64x2.gt(f2, f64x2.splat(NOTICEABLE)),
    f64x2.gt(f64x2.mul(curvature2, f2), f64x2.mul(f64x2.splat(ACCURATE), g4)),
  );
  const safe = f64x2.lt(
    f64x2.mul(curvature2, f64x2.pmax(f2, f64x2.splat(ROUNDING))),
    f64x2.mul(f64x2.mul(f64x2.splat(KANTOROVICH), g4), g2),
  );
  const nr = f64x2.sub(f64x2.mul(dzdzr, dcr), f64x2.mul(dzdzi, dci));
  const ni = f64x2.add(f64x2.mul(dzdzr, dci), f64x2.mul(dzdzi, dcr));
  const denominatorR = f64x2.add(dcdzr, f64x2.div(f64x2.add(f64x2.mul(nr, gr), f64x2.mul(ni, gi)), g2));
  const denominatorI = f64x2.add(dcdzi, f64x2.div(f64x2.sub(f64x2.mul(ni, gr), f64x2.mul(nr, gi)), g2));
  const denominator2 = f64x2.add(
    f64x2.mul(denominatorR, denominatorR),
    f64x2.mul(denominatorI, denominatorI),
  );
  const square = f64x2.div(f64x2.mul(contraction, contraction), denominator2);
  // A square below the normal numbers is far below the certain ones, and log2Pair says so as well.
  const positive = v128.and(f64x2.gt(square, f64x2.splat(0.0)), f64x2.lt(square, f64x2.splat(Infinity)));
  const attracts = f64x2.gt(contraction, f64x2.splat(0.0));
  const improvable = i64x2.bitmask(v128.and(attracts, inaccurate));
  if (improvable) improve(group, lanes, pair, improvable);
  const accepted = i64x2.bitmask(v128.and(v128.and(attracts, safe), positive)) & ~improvable;
  if (accepted == 0) return;
  v128.store(LOG2, f64x2.mul(f64x2.splat(0.5), log2Pair(square)));
  for (let l = 0; l < 2 && pair + l < lanes; l++) {
    if (!((accepted >> l) & 1) || (shorter >> (pair + l)) & 1) continue;
    const root = group + pair + l;
    conclude(root, load<i32>(ROOT_PERIOD + ((<usize>root) << 2)), load<f64>(LOG2 + ((<usize>l) << 3)));
  }
}
