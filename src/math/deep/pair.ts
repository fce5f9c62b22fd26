// Single steps of two pixels at a time, side by side in vectors. One step waits for the one before, four operations long, and
// the processor does a second pixel's in the meantime.
import * as orbit from './orbit';
import {
  D_IM,
  D_RE,
  DC_IM,
  DC_RE,
  END,
  ESCAPE_RADIUS_SQUARED,
  H,
  LARGE_DERIVATIVE,
  M,
  N,
  PLAIN_SQUARE,
  SMALL_DERIVATIVE,
  Z_IM,
  Z_RE,
} from './pixel';
import * as table from './table';
import { exponentOf } from './wide';

/** Steps between looks at the derivative: inside the escape radius they multiply it by less than 2^400. */
const MAX_STRETCH: i32 = 16;

// @ts-ignore: decorator
@inline
function gather(a: usize, b: usize, field: usize): v128 {
  return v128.load_lane<f64>(b + field, v128.load64_zero(a + field), 1);
}
// @ts-ignore: decorator
@inline
function scatter(a: usize, b: usize, field: usize, values: v128): void {
  v128.store_lane<f64>(a + field, values, 0);
  v128.store_lane<f64>(b + field, values, 1);
}

/** Goes on with two pixels that pixel.settle has found ready, one step at least, until it must look after one of them. */
export function run(a: usize, b: usize): void {
  let zr = gather(a, b, Z_RE);
  let zi = gather(a, b, Z_IM);
  let dr = gather(a, b, D_RE);
  let di = gather(a, b, D_IM);
  const h = gather(a, b, H);
  const cr = gather(a, b, DC_RE);
  const ci = gather(a, b, DC_IM);
  const escape = f64x2.splat(ESCAPE_RADIUS_SQUARED);
  const plain = f64x2.splat(PLAIN_SQUARE);
  const large = f64x2.splat(LARGE_DERIVATIVE);
  const small = f64x2.splat(SMALL_DERIVATIVE);
  const REF_RE = orbit.Z_RE;
  const REF_IM = orbit.Z_IM;
  let ma = load<i32>(a, M);
  let mb = load<i32>(b, M);
  let left = min(load<i32>(a, END) - load<i32>(a, N), load<i32>(b, END) - load<i32>(b, N));
  let done = 0;
  let ata = (<usize>ma) << 3;
  let atb = (<usize>mb) << 3;
  let pr = gather(REF_RE + ata, REF_RE + atb, 0);
  let pi = gather(REF_IM + ata, REF_IM + atb, 0);
  let fr = f64x2.add(pr, zr);
  let fi = f64x2.add(pi, zi);
  for (;;) {
    let stretch = min(min(left, MAX_STRETCH), orbit.length - max(ma, mb));
    stretch = min(stretch, min(table.stepsToNext(ma), table.stepsToNext(mb)));
    let taken = 0;
    let isOver = false;
    let z2: v128;
    do {
      const xr = f64x2.add(fr, fr);
      const xi = f64x2.add(fi, fi);
      const s = f64x2.add(f64x2.sub(f64x2.mul(xr, dr), f64x2.mul(xi, di)), h);
      di = f64x2.add(f64x2.mul(xr, di), f64x2.mul(xi, dr));
      dr = s;
      // 2 Z z + z^2 = (2 Z + z) z, where 2 Z need not wait for z.
      const gr = f64x2.add(f64x2.add(pr, pr), zr);
      const gi = f64x2.add(f64x2.add(pi, pi), zi);
      const t = f64x2.add(f64x2.sub(f64x2.mul(gr, zr), f64x2.mul(gi, zi)), cr);
      zi = f64x2.add(f64x2.add(f64x2.mul(gr, zi), f64x2.mul(gi, zr)), ci);
      zr = t;
      ata += 8;
      atb += 8;
      taken++;
      pr = gather(REF_RE + ata, REF_RE + atb, 0);
      pi = gather(REF_IM + ata, REF_IM + atb, 0);
      fr = f64x2.add(pr, zr);
      fi = f64x2.add(pi, zi);
      const f2 = f64x2.add(f64x2.mul(fr, fr), f64x2.mul(fi, fi));
      z2 = f64x2.add(f64x2.mul(zr, zr), f64x2.mul(zi, zi));
      isOver = v128.any_true(
        v128.or(v128.or(f64x2.lt(f2, z2), f64x2.gt(f2, escape)), f64x2.lt(z2, plain)),
      );
    } while (!isOver && taken < stretch);
    ma += taken;
    mb += taken;
    left -= taken;
    done += taken;
    if (isOver || left == 0 || max(ma, mb) == orbit.length) break;
    const size = f64x2.max(f64x2.abs(dr), f64x2.abs(di));
    if (v128.any_true(v128.or(f64x2.ge(size, large), f64x2.lt(size, small)))) break;
    if (table.begins(ma) && table.reaches(ma, exponentOf(f64x2.extract_lane(z2, 0), 0))) break;
    if (table.begins(mb) && table.reaches(mb, exponentOf(f64x2.extract_lane(z2, 1), 0))) break;
  }
  scatter(a, b, Z_RE, zr);
  scatter(a, b, Z_IM, zi);
  scatter(a, b, D_RE, dr);
  scatter(a, b, D_IM, di);
  store<i32>(a, ma, M);
  store<i32>(b, mb, M);
  store<i32>(a, load<i32>(a, N) + done, N);
  store<i32>(b, load<i32>(b, N) + done, N);
}
