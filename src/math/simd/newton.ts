// Newton's method for F^p(z) = z on many candidates in lockstep: src/math/cycle.ts, `converge`.
import { CONVERGED, EXPANSION, MAX_STEPS, NOISE, VANISHING } from './constants';
import { followRoots } from './follow';
import {
  ALIVE,
  C_IM,
  C_RE,
  KEYS,
  ROOT_C_IM,
  ROOT_C_RE,
  ROOT_IM,
  ROOT_PERIOD,
  ROOT_RE,
  ROOT_SLOT,
  SCRATCH,
  TRY_C_IM,
  TRY_C_RE,
  TRY_IM,
  TRY_PERIOD,
  TRY_RE,
  TRY_SLOT,
  TRY_STEP2,
  Z_IM,
  Z_RE,
} from './planes';
import { sortKeys } from './sort';

/**
 * Tries a candidate period of every orbit that is alive among `active` ones.
 *
 * @param plane where the candidates stand, 0 for none
 */
export function tryPeriods(first: i32, active: i32, plane: usize): void {
  let count = 0;
  let largest: u32 = 0;
  for (let slot = first; slot < first + active; slot++) {
    if (!load<u8>(ALIVE + <usize>slot)) continue;
    const period = load<u32>(plane + ((<usize>slot) << 2));
    if (period == 0) continue;
    if (period > largest) largest = period;
    store<u64>(KEYS + ((<usize>count) << 3), ((<u64>period) << 32) | (<u64>slot));
    count++;
  }
  if (count == 0) return;
  sortKeys(count, largest);
  for (let i = 0; i < count; i++) {
    const key = load<u64>(KEYS + ((<usize>i) << 3));
    const from = (<usize>(key & 0xffffffff)) << 3;
    const to = (<usize>i) << 3;
    store<i32>(TRY_SLOT + (to >> 1), <i32>(key & 0xffffffff));
    store<i32>(TRY_PERIOD + (to >> 1), <i32>(key >> 32));
    store<f64>(TRY_C_RE + to, load<f64>(C_RE + from));
    store<f64>(TRY_C_IM + to, load<f64>(C_IM + from));
    store<f64>(TRY_RE + to, load<f64>(Z_RE + from));
    store<f64>(TRY_IM + to, load<f64>(Z_IM + from));
    store<f64>(TRY_STEP2 + to, Infinity);
  }
  for (let step = 0; step < MAX_STEPS && count > 0; step++) count = newtonStep(count, step);
}

// Scratch: what the lanes have at the end of their own period, four lanes each.
const ZR: usize = SCRATCH + 512;
const ZI: usize = SCRATCH + 544;
const DR: usize = SCRATCH + 576;
const DI: usize = SCRATCH + 608;
/** The same, of the moment. */
const NOW: usize = SCRATCH + 640;

/**
 * One step for all candidates: those that are refused fall away, those that have converged become roots.
 *
 * @returns how many are left
 */
function newtonStep(count: i32, step: i32): i32 {
  const one = f64x2.splat(1.0);
  const four = f64x2.splat(4.0);
  const noise = f64x2.splat(NOISE);
  const converged = f64x2.splat(CONVERGED);
  const quarter = f64x2.splat(0.25);
  const expansion = f64x2.splat(step == 0 ? 1.0 : EXPANSION);
  let left = 0;
  let roots = 0;
  fillUp(count);
  for (let group = 0; group < count; group += 4) {
    const o = (<usize>group) << 3;
    const crA = v128.load(TRY_C_RE + o);
    const crB = v128.load(TRY_C_RE + o, 16);
    const ciA = v128.load(TRY_C_IM + o);
    const ciB = v128.load(TRY_C_IM + o, 16);
    const rrA = v128.load(TRY_RE + o);
    const rrB = v128.load(TRY_RE + o, 16);
    const riA = v128.load(TRY_IM + o);
    const riB = v128.load(TRY_IM + o, 16);
    let zrA = rrA;
    let zrB = rrB;
    let ziA = riA;
    let ziB = riB;
    let drA = one;
    let drB = one;
    let diA = f64x2.splat(0.0);
    let diB = diA;
    const periods = TRY_PERIOD + (o >> 1);
    const longest = load<i32>(periods, 12);
    const mixed = load<i32>(periods) != longest;
    let lane: usize = 0;
    for (let i = 0; i < longest;) {
      // The lanes are ascending by period: run to the end of the next one.
      const end = load<i32>(periods + (lane << 2));
      for (; i < end; i++) {
        const xA = f64x2.add(zrA, zrA);
        const xB = f64x2.add(zrB, zrB);
        const yA = f64x2.add(ziA, ziA);
        const yB = f64x2.add(ziB, ziB);
        const tA = f64x2.sub(f64x2.mul(xA, drA), f64x2.mul(yA, diA));
        const tB = f64x2.sub(f64x2.mul(xB, drB), f64x2.mul(yB, diB));
        diA = f64x2.add(f64x2.mul(xA, diA), f64x2.mul(yA, drA));
        diB = f64x2.add(f64x2.mul(xB, diB), f64x2.mul(yB, drB));
        drA = tA;
        drB = tB;
        const vA = f64x2.add(f64x2.sub(f64x2.mul(zrA, zrA), f64x2.mul(ziA, ziA)), crA);
        const vB = f64x2.add(f64x2.sub(f64x2.mul(zrB, zrB), f64x2.mul(ziB, ziB)), crB);
        ziA = f64x2.add(f64x2.mul(xA, ziA), ciA);
        ziB = f64x2.add(f64x2.mul(xB, ziB), ciB);
        zrA = vA;
        zrB = vB;
      }
      if (!mixed) break;
      v128.store(NOW, zrA);
      v128.store(NOW, zrB, 16);
      v128.store(NOW, ziA, 32);
      v128.store(NOW, ziB, 48);
      v128.store(NOW, drA, 64);
      v128.store(NOW, drB, 80);
      v128.store(NOW, diA, 96);
      v128.store(NOW, diB, 112);
      for (; lane < 4 && load<i32>(periods + (lane << 2)) == end; lane++) {
        const l = lane << 3;
        store<f64>(ZR + l, load<f64>(NOW + l));
        store<f64>(ZI + l, load<f64>(NOW + l, 32));
        store<f64>(DR + l, load<f64>(NOW + l, 64));
        store<f64>(DI + l, load<f64>(NOW + l, 96));
      }
    }
    if (mixed) {
      zrA = v128.load(ZR);
      zrB = v128.load(ZR, 16);
      ziA = v128.load(ZI);
      ziB = v128.load(ZI, 16);
      drA = v128.load(DR);
      drB = v128.load(DR, 16);
      diA = v128.load(DI);
      diB = v128.load(DI, 16);
    }
    const d2A = f64x2.add(f64x2.mul(drA, drA), f64x2.mul(diA, diA));
    const d2B = f64x2.add(f64x2.mul(drB, drB), f64x2.mul(diB, diB));
    let refusedA = v128.not(f64x2.lt(d2A, expansion));
    let refusedB = v128.not(f64x2.lt(d2B, expansion));
    if ((i64x2.bitmask(refusedA) & i64x2.bitmask(refusedB)) == 3) continue;
    const grA = f64x2.sub(drA, one);
    const grB = f64x2.sub(drB, one);
    const perG2A = f64x2.div(one, f64x2.add(f64x2.mul(grA, grA), f64x2.mul(diA, diA)));
    const perG2B = f64x2.div(one, f64x2.add(f64x2.mul(grB, grB), f64x2.mul(diB, diB)));
    const frA = f64x2.sub(zrA, rrA);
    const frB = f64x2.sub(zrB, rrB);
    const fiA = f64x2.sub(ziA, riA);
    const fiB = f64x2.sub(ziB, riB);
    const srA = f64x2.mul(f64x2.add(f64x2.mul(frA, grA), f64x2.mul(fiA, diA)), perG2A);
    const srB = f64x2.mul(f64x2.add(f64x2.mul(frB, grB), f64x2.mul(fiB, diB)), perG2B);
    const siA = f64x2.mul(f64x2.sub(f64x2.mul(fiA, grA), f64x2.mul(frA, diA)), perG2A);
    const siB = f64x2.mul(f64x2.sub(f64x2.mul(fiB, grB), f64x2.mul(frB, diB)), perG2B);
    const s2A = f64x2.add(f64x2.mul(srA, srA), f64x2.mul(siA, siA));
    const s2B = f64x2.add(f64x2.mul(srB, srB), f64x2.mul(siB, siB));
    const beforeA = v128.load(TRY_STEP2 + o);
    const beforeB = v128.load(TRY_STEP2 + o, 16);
    const quietA = f64x2.lt(s2A, noise);
    const quietB = f64x2.lt(s2B, noise);
    refusedA = v128.or(refusedA, v128.not(f64x2.lt(s2A, four)));
    refusedB = v128.or(refusedB, v128.not(f64x2.lt(s2B, four)));
    if (step > 0) {
      refusedA = v128.or(refusedA, repels(d2A, s2A));
      refusedB = v128.or(refusedB, repels(d2B, s2B));
    }
    if (step > 2) {
      refusedA = v128.or(refusedA, v128.andnot(f64x2.gt(s2A, beforeA), quietA));
      refusedB = v128.or(refusedB, v128.andnot(f64x2.gt(s2B, beforeB), quietB));
    }
    let doneA = v128.or(
      f64x2.lt(s2A, converged),
      v128.and(quietA, f64x2.ge(s2A, f64x2.mul(beforeA, quarter))),
    );
    let doneB = v128.or(
      f64x2.lt(s2B, converged),
      v128.and(quietB, f64x2.ge(s2B, f64x2.mul(beforeB, quarter))),
    );
    if (step > 0) {
      doneA = v128.or(doneA, nextIsNothing(s2A, beforeA, converged));
      doneB = v128.or(doneB, nextIsNothing(s2B, beforeB, converged));
    }
    const refused = i64x2.bitmask(refusedA) | (i64x2.bitmask(refusedB) << 2);
    const done = i64x2.bitmask(doneA) | (i64x2.bitmask(doneB) << 2);
    v128.store(TRY_RE + o, f64x2.sub(rrA, srA));
    v128.store(TRY_RE + o, f64x2.sub(rrB, srB), 16);
    v128.store(TRY_IM + o, f64x2.sub(riA, siA));
    v128.store(TRY_IM + o, f64x2.sub(riB, siB), 16);
    v128.store(TRY_STEP2 + o, s2A);
    v128.store(TRY_STEP2 + o, s2B, 16);
    const lanes = min(4, count - group);
    for (let l = 0; l < lanes; l++) {
      if ((refused >> l) & 1) continue;
      const from = group + l;
      if ((done >> l) & 1) {
        becomeRoot(from, roots);
        roots++;
      } else {
        if (left != from) moveCandidate(from, left);
        left++;
      }
    }
  }
  if (roots > 0) followRoots(roots);
  return left;
}

/** Newton closes in on a cycle that repels. */
// @ts-ignore: decorator
@inline
function repels(d2: v128, s2: v128): v128 {
  const over = f64x2.pmax(f64x2.sub(d2, f64x2.splat(1.0)), f64x2.splat(0.0));
  return f64x2.gt(f64x2.mul(over, over), f64x2.mul(f64x2.splat(VANISHING), s2));
}

/** The next step would be next to nothing. */
// @ts-ignore: decorator
@inline
function nextIsNothing(s2: v128, before: v128, converged: v128): v128 {
  return f64x2.lt(f64x2.mul(f64x2.mul(s2, s2), s2), f64x2.mul(converged, f64x2.mul(before, before)));
}

/** Completes the last group with candidates that take no longer. */
function fillUp(count: i32): void {
  const longest = load<i32>(TRY_PERIOD + ((<usize>(count - 1)) << 2));
  for (let i = count; i < ((count + 3) & ~3); i++) {
    const to = (<usize>i) << 3;
    store<i32>(TRY_PERIOD + (to >> 1), longest);
    store<f64>(TRY_C_RE + to, 0);
    store<f64>(TRY_C_IM + to, 0);
    store<f64>(TRY_RE + to, 0);
    store<f64>(TRY_IM + to, 0);
    store<f64>(TRY_STEP2 + to, 0);
  }
}

function moveCandidate(from: i32, to: i32): void {
  const f = (<usize>from) << 3;
  const t = (<usize>to) << 3;
  store<i32>(TRY_SLOT + (t >> 1), load<i32>(TRY_SLOT + (f >> 1)));
  store<i32>(TRY_PERIOD + (t >> 1), load<i32>(TRY_PERIOD + (f >> 1)));
  store<f64>(TRY_C_RE + t, load<f64>(TRY_C_RE + f));
  store<f64>(TRY_C_IM + t, load<f64>(TRY_C_IM + f));
  store<f64>(TRY_RE + t, load<f64>(TRY_RE + f));
  store<f64>(TRY_IM + t, load<f64>(TRY_IM + f));
  store<f64>(TRY_STEP2 + t, load<f64>(TRY_STEP2 + f));
}

function becomeRoot(from: i32, to: i32): void {
  const f = (<usize>from) << 3;
  const t = (<usize>to) << 3;
  store<i32>(ROOT_SLOT + (t >> 1), load<i32>(TRY_SLOT + (f >> 1)));
  store<i32>(ROOT_PERIOD + (t >> 1), load<i32>(TRY_PERIOD + (f >> 1)));
  store<f64>(ROOT_C_RE + t, load<f64>(TRY_C_RE + f));
  store<f64>(ROOT_C_IM + t, load<f64>(TRY_C_IM + f));
  store<f64>(ROOT_RE + t, load<f64>(TRY_RE + f));
  store<f64>(ROOT_IM + t, load<f64>(TRY_IM + f));
}
