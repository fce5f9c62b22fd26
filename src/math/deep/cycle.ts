// The attracting cycle of one point, by Newton's method on perturbed orbits, its multiplier and the interior distance: the
// formulas of src/math/cycle.ts with wide numbers and the table's skips. The derivatives of a skip are those of its
// quadratic map, so they carry its relative error.
import { log2 } from '../simd/logarithm';
import * as orbit from './orbit';
import { SPACING } from './pixel';
import { followPlainly, HOPELESS } from './plain-follow';
import * as table from './table';
import * as wide from './wide';
import { pow2, WIDE } from './wide';

const MAX_STEPS: i32 = 24;
/** log2 of |F''| |step| / |F' - 1| at which the root is good enough: the multiplier is then known to 2^-26 |F' - 1|. */
const LOG2_CONVERGED: i32 = -26;
/** 1 - |multiplier|^2 below this is no proof of contraction. */
const CERTAIN: f64 = 1.0 / 16777216.0;

export let foundPeriod: i32 = 0;
/** log2 of the interior distance in spacings. */
export let foundLog2: f64 = 0;

// The state of `follow`.
const Z: usize = memory.data(WIDE, 16);
const DZ: usize = memory.data(WIDE, 16);
const DC: usize = memory.data(WIDE, 16);
const DZDZ: usize = memory.data(WIDE, 16);
const DCDZ: usize = memory.data(WIDE, 16);
const ROOT: usize = memory.data(WIDE, 16);

const A: usize = memory.data(WIDE, 16);
const B: usize = memory.data(WIDE, 16);
const Q: usize = memory.data(WIDE, 16);
const P: usize = memory.data(WIDE, 16);
const T: usize = memory.data(WIDE, 16);
const U: usize = memory.data(WIDE, 16);
const FULL: usize = memory.data(WIDE, 16);
const ONE: usize = memory.data(WIDE, 16);

/** The point minus the reference. */
let point: usize = 0;

/** Follows `period` steps from ROOT; leaves the end in Z and the four derivatives. */
function follow(period: i32): void {
  wide.set(ONE, 1, 0, 0);
  if (!followPlainly(period, ROOT, point, Z, DZ, DC, DZDZ, DCDZ)) followWidely(period);
}

function followWidely(period: i32): void {
  wide.copy(Z, ROOT);
  wide.copy(DZ, ONE);
  wide.set(DC, 0, 0, 0);
  wide.copy(DZDZ, DC);
  wide.copy(DCDZ, DC);
  let m = 0;
  for (let n = 0; n < period;) {
    const entry = m > 0 ? table.search(m, wide.squareExponent(Z), period - n) : 0;
    if (entry != 0) {
      table.takeA(A, entry, point);
      table.takeB(B, entry, point);
      table.takeQ(Q, entry);
      table.takeP(P, entry);
      wide.multiply(T, Q, Z);
      wide.double(Q);
      wide.add(A, A, T); // A + Q z
      wide.copy(FULL, Z);
      wide.multiply(Z, Z, A);
      wide.add(A, A, T); // A + 2 Q z, the derivative
      wide.multiply(T, B, point);
      wide.add(Z, Z, T);
      table.toDerivative(B, entry, point, FULL);
      wide.multiply(DCDZ, DCDZ, A);
      wide.multiply(T, DZ, DC);
      wide.multiply(T, T, Q);
      wide.add(DCDZ, DCDZ, T);
      wide.multiply(T, DZ, SPACING);
      wide.multiply(T, T, P);
      wide.add(DCDZ, DCDZ, T);
      wide.multiply(DC, DC, A);
      wide.multiply(T, B, SPACING);
      wide.add(DC, DC, T);
      wide.multiply(DZDZ, DZDZ, A);
      wide.multiply(T, DZ, DZ);
      wide.multiply(T, T, Q);
      wide.add(DZDZ, DZDZ, T);
      wide.multiply(DZ, DZ, A);
      n += 1 << table.found;
      m += 1 << table.found;
    } else {
      orbit.pointAt(A, m);
      wide.add(FULL, A, Z);
      wide.multiply(T, FULL, DCDZ);
      wide.multiply(U, DZ, DC);
      wide.add(DCDZ, T, U);
      wide.double(DCDZ);
      wide.multiply(DC, FULL, DC);
      wide.double(DC);
      wide.add(DC, DC, SPACING);
      wide.multiply(T, DZ, DZ);
      wide.multiply(U, FULL, DZDZ);
      wide.add(DZDZ, T, U);
      wide.double(DZDZ);
      wide.multiply(DZ, FULL, DZ);
      wide.double(DZ);
      wide.add(T, FULL, A);
      wide.multiply(Z, T, Z);
      wide.add(Z, Z, point);
      n++;
      m++;
    }
    if (orbit.rebase(Z, m)) m = 0;
    // Hopeless: an orbit that escapes.
    if (wide.exponent(Z) > HOPELESS) return;
  }
  orbit.pointAt(A, m);
  wide.add(Z, A, Z);
}

const G: usize = memory.data(WIDE, 16);
const STEP: usize = memory.data(WIDE, 16);

/** Newton's method from ROOT. */
function converge(period: i32): bool {
  for (let step = 0; step < MAX_STEPS; step++) {
    follow(period);
    if (!wide.isBelow(DZ, step < 2 ? 1 : 0) || wide.exponent(Z) > 10) return false;
    wide.subtract(G, ONE, DZ);
    if (wide.exponent(G) < -200) return false;
    wide.subtract(STEP, Z, ROOT);
    wide.divide(STEP, STEP, G);
    if (wide.exponent(STEP) > 2) return false;
    wide.add(ROOT, ROOT, STEP);
    wide.multiply(T, DZDZ, STEP);
    if (wide.isBelow(T, wide.exponent(G) + LOG2_CONVERGED)) return true;
  }
  return false;
}

/**
 * Looks for an attracting cycle of a period near a start and proves it; finds a shorter cycle when there is one.
 *
 * @param dc the point minus the reference
 * @returns whether there is one, in foundPeriod and foundLog2
 */
export function find(period: i32, start: usize, dc: usize): bool {
  point = dc;
  wide.copy(ROOT, start);
  if (!converge(period)) return false;
  const contraction = 1.0 - wide.square(DZ) * pow2(2 * wide.exponent(DZ));
  if (!(contraction > CERTAIN)) return false;
  // |dcdz + dzdz dc / (1 - dz)|
  wide.multiply(T, DZDZ, DC);
  wide.divide(T, T, G);
  wide.add(T, T, DCDZ);
  const size = wide.square(T);
  if (!(size > 0)) return false;
  foundPeriod = period;
  foundLog2 = log2(contraction) - 0.5 * log2(size) - <f64>wide.exponent(T);
  return !isShorter(period) || find(shorter, SHORTER_START, dc);
}

let shorter: i32 = 0;
const SHORTER_START: usize = memory.data(WIDE, 16);
const CYCLE_POINT: usize = memory.data(WIDE, 16);

/**
 * Whether the cycle through ROOT has a proper divisor of its period, which is then left in `shorter`: F^d leads back much nearer
 * than its derivative explains for any other point.
 */
function isShorter(period: i32): bool {
  wide.copy(CYCLE_POINT, ROOT);
  let left = period;
  for (let prime = 2; left > 1; prime++) {
    if (prime * prime > left) prime = left;
    if (left % prime != 0) continue;
    while (left % prime == 0) left /= prime;
    const divisor = period / prime;
    wide.copy(ROOT, CYCLE_POINT);
    if (converge(divisor)) {
      const attracts = wide.square(DZ) * pow2(2 * wide.exponent(DZ)) < 1;
      wide.subtract(T, ROOT, CYCLE_POINT);
      // The same point, not another cycle: nearer than a thousandth of where Newton's method converges.
      wide.multiply(T, T, DZDZ);
      if (attracts && wide.isBelow(T, wide.exponent(G) - 10)) {
        shorter = divisor;
        wide.copy(SHORTER_START, ROOT);
        return true;
      }
    }
  }
  return false;
}
