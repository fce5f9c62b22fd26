// The orbit of cycle.ts and its four derivatives in ordinary doubles: for the depths at which they do not leave the range of
// doubles, which is most of them. The operations are those of the wide numbers, in the same order, so it gives the same bits
// several times as fast. In vectors, for dz goes with dc, and dzdz with dcdz.
import * as orbit from './orbit';
import { SPACING } from './pixel';
import * as table from './table';
import * as wide from './wide';
import { exponentOf, pow2 } from './wide';

/** z, dz, the spacing and the point are above 2^-400 here: what their squares and products lose then counts nowhere. */
const SMALLEST: i32 = -400;
/** An orbit that has come so far is not followed any more: the exponent of z. */
export const HOPELESS: i32 = 20;

/** Sum of products a b + c d, and difference. */
// @ts-ignore: decorator
@inline
function plus(a: v128, b: v128, c: v128, d: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), f64x2.mul(c, d));
}
// @ts-ignore: decorator
@inline
function minus(a: v128, b: v128, c: v128, d: v128): v128 {
  return f64x2.sub(f64x2.mul(a, b), f64x2.mul(c, d));
}
// @ts-ignore: decorator
@inline
function first(a: v128): v128 {
  return v128.shuffle<f64>(a, a, 0, 0);
}

/** Whether a number that is not zero may take part. */
// @ts-ignore: decorator
@inline
function fits(a: usize): bool {
  return wide.square(a) == 0 || (wide.exponent(a) > SMALLEST && wide.exponent(a) <= HOPELESS);
}

/**
 * Follows `period` steps from `root`.
 *
 * @param point the point minus the reference
 * @param z receives the end
 * @param dz and the other three receive the derivatives
 * @returns false where a number has left the range, and nothing has been received
 */
export function followPlainly(
  period: i32,
  root: usize,
  point: usize,
  z: usize,
  dz: usize,
  dc: usize,
  dzdz: usize,
  dcdz: usize,
): bool {
  if (!fits(root) || !fits(point) || !fits(SPACING)) return false;
  let zr = wide.plainRe(root);
  let zi = wide.plainIm(root);
  const cr = wide.plainRe(point);
  const ci = wide.plainIm(point);
  // dz and dc, then dzdz and dcdz.
  let vr = f64x2(1, 0);
  let vi = f64x2.splat(0);
  let wr = vi;
  let wi = vi;
  const hr = f64x2(0, wide.plainRe(SPACING));
  let m = 0;
  let n = 0;
  while (n < period) {
    const z2 = zr * zr + zi * zi;
    const entry = m > 0 ? table.search(m, exponentOf(z2, 0), period - n) : 0;
    const dzr = first(vr);
    const dzi = first(vi);
    const sr = minus(dzr, vr, dzi, vi);
    const si = plus(dzr, vi, dzi, vr);
    if (entry != 0) {
      const qs = pow2(table.qExponent(entry));
      const as = pow2(table.aExponent(entry));
      const bs = pow2(table.bExponent(entry));
      const qr = table.qRe(entry) * qs;
      const qi = table.qIm(entry) * qs;
      let ar = table.aRe(entry) * as;
      let ai = table.aIm(entry) * as;
      let br = table.bRe(entry) * bs;
      let bi = table.bIm(entry) * bs;
      // P z + S dc, and P dz h
      let kr: f64 = 0;
      let ki: f64 = 0;
      let lr = f64x2.splat(0);
      let li = lr;
      if (table.isMixed(entry)) {
        const ps = pow2(table.pExponent(entry));
        const ss = pow2(table.sExponent(entry));
        const pr = table.pRe(entry) * ps;
        const pi = table.pIm(entry) * ps;
        const ur = table.sRe(entry) * ss;
        const ui = table.sIm(entry) * ss;
        ar += pr * cr - pi * ci;
        ai += pr * ci + pi * cr;
        kr = ur * cr - ui * ci;
        ki = ur * ci + ui * cr;
        br += kr;
        bi += ki;
        kr += pr * zr - pi * zi;
        ki += pr * zi + pi * zr;
        lr = f64x2.mul(minus(dzr, f64x2.splat(pr), dzi, f64x2.splat(pi)), hr);
        li = f64x2.mul(plus(dzr, f64x2.splat(pi), dzi, f64x2.splat(pr)), hr);
      }
      // Q z, A + Q z, A + 2 Q z
      const tr = qr * zr - qi * zi;
      const ti = qr * zi + qi * zr;
      const gr = ar + tr;
      const gi = ai + ti;
      const t = zr * gr - zi * gi;
      zi = zr * gi + zi * gr + (br * ci + bi * cr);
      zr = t + (br * cr - bi * ci);
      const er = f64x2.splat(gr + tr);
      const ei = f64x2.splat(gi + ti);
      const q2r = f64x2.splat(qr + qr);
      const q2i = f64x2.splat(qi + qi);
      const r = f64x2.add(f64x2.add(minus(wr, er, wi, ei), minus(sr, q2r, si, q2i)), lr);
      wi = f64x2.add(f64x2.add(plus(wr, ei, wi, er), plus(sr, q2i, si, q2r)), li);
      wr = r;
      const d = f64x2.add(minus(vr, er, vi, ei), f64x2.mul(f64x2.splat(br + kr), hr));
      vi = f64x2.add(plus(vr, ei, vi, er), f64x2.mul(f64x2.splat(bi + ki), hr));
      vr = d;
      const steps = 1 << table.found;
      n += steps;
      m += steps;
    } else {
      const at = (<usize>m) << 3;
      const pr = load<f64>(orbit.Z_RE + at);
      const pi = load<f64>(orbit.Z_IM + at);
      const fr = pr + zr;
      const fi = pi + zi;
      const gr = fr + pr;
      const gi = fi + pi;
      const t = gr * zr - gi * zi + cr;
      zi = gr * zi + gi * zr + ci;
      zr = t;
      const xr = f64x2.splat(fr);
      const xi = f64x2.splat(fi);
      let r = f64x2.add(minus(xr, wr, xi, wi), sr);
      let i = f64x2.add(plus(xr, wi, xi, wr), si);
      wr = f64x2.add(r, r);
      wi = f64x2.add(i, i);
      r = minus(xr, vr, xi, vi);
      i = plus(xr, vi, xi, vr);
      vr = f64x2.add(f64x2.add(r, r), hr);
      vi = f64x2.add(i, i);
      n++;
      m++;
    }
    // Where the orbit goes on from Z_0, as orbit.rebase says.
    const at = (<usize>m) << 3;
    const fr = load<f64>(orbit.Z_RE + at) + zr;
    const fi = load<f64>(orbit.Z_IM + at) + zi;
    if (m == orbit.length || fr * fr + fi * fi < zr * zr + zi * zi) {
      zr = fr;
      zi = fi;
      m = 0;
    }
    const size = exponentOf(zr, zi);
    const dr = f64x2.extract_lane(vr, 0);
    const di = f64x2.extract_lane(vi, 0);
    if (size <= SMALLEST || exponentOf(dr, di) <= SMALLEST) return false;
    if (size > HOPELESS) break;
  }
  const at = (<usize>m) << 3;
  const all = f64x2.add(f64x2.add(f64x2.abs(vr), f64x2.abs(vi)), f64x2.add(f64x2.abs(wr), f64x2.abs(wi)));
  if (!(f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1) < Infinity)) return false;
  wide.set(z, load<f64>(orbit.Z_RE + at) + zr, load<f64>(orbit.Z_IM + at) + zi, 0);
  wide.set(dz, f64x2.extract_lane(vr, 0), f64x2.extract_lane(vi, 0), 0);
  wide.set(dc, f64x2.extract_lane(vr, 1), f64x2.extract_lane(vi, 1), 0);
  wide.set(dzdz, f64x2.extract_lane(wr, 0), f64x2.extract_lane(wi, 0), 0);
  wide.set(dcdz, f64x2.extract_lane(wr, 1), f64x2.extract_lane(wi, 1), 0);
  return true;
}
