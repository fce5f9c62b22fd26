// The reference orbit Z_0 = 0, Z_1 = C, ... Z_length in the module's memory, as doubles; the few that are too small for
// doubles stand in a list beside it. After Z_length, a perturbed orbit goes on from Z_0: where the reference is a nucleus,
// Z_length is 0, and elsewhere any place will do (Zhuoran's rebasing).
import { WIDE, add, copy, exponent, isSmaller, plainIm, plainRe, set, square } from './wide';

/** Steps of the reference. */
export let length: i32 = 0;
export let Z_RE: usize = 0;
export let Z_IM: usize = 0;
/** Below this |Z| stands in the list. */
const TINY: f64 = reinterpret<f64>((<u64>(1023 - 900)) << 52);

/** Numbers in the list. */
export let tinyCount: i32 = 0;
/** Numbers that it has room for. */
const MAX_TINY: i32 = 4096;
let TINY_LIST: usize = 0;
/** Index and number: 8 bytes more than a wide number. */
const ENTRY: usize = WIDE + 8;

/** Makes room for an orbit and its list, which the host then fills. */
export function place(at: usize, steps: i32): usize {
  length = steps;
  tinyCount = 0;
  Z_RE = at;
  Z_IM = Z_RE + ((<usize>steps + 1) << 3);
  TINY_LIST = Z_IM + ((<usize>steps + 1) << 3);
  return TINY_LIST + <usize>MAX_TINY * ENTRY;
}

/** Whether it is a nucleus' orbit. */
export function isPeriodic(): bool {
  const end = (<usize>length) << 3;
  return load<f64>(Z_RE + end) == 0 && load<f64>(Z_IM + end) == 0;
}

/** Sets Z_m. One that the list has no room for is 0 when it is too small for a double. */
export function setPoint(m: i32, from: usize): void {
  const at = (<usize>m) << 3;
  const x = plainRe(from);
  const y = plainIm(from);
  store<f64>(Z_RE + at, x);
  store<f64>(Z_IM + at, y);
  if (square(from) == 0 || abs(x) >= TINY || abs(y) >= TINY) return;
  const known = entryOf(m);
  if (known == 0 && tinyCount == MAX_TINY) return;
  const entry = known != 0 ? known : TINY_LIST + <usize>tinyCount * ENTRY;
  if (known == 0) tinyCount++;
  store<i32>(entry, m);
  memory.copy(entry + 8, from, WIDE);
}

/** The list's entry of Z_m, or 0. */
function entryOf(m: i32): usize {
  for (let entry = TINY_LIST; entry < TINY_LIST + <usize>tinyCount * ENTRY; entry += ENTRY) {
    if (load<i32>(entry) == m) return entry;
  }
  return 0;
}

/** Address of the number in the list's i-th entry; its index m stands 8 bytes before. */
export function tinyAt(i: i32): usize {
  return TINY_LIST + <usize>i * ENTRY + 8;
}

/** Z_m of whatever size. */
export function pointAt(to: usize, m: i32): void {
  const x = load<f64>(Z_RE + ((<usize>m) << 3));
  const y = load<f64>(Z_IM + ((<usize>m) << 3));
  if (abs(x) < TINY && abs(y) < TINY && m > 0) {
    const entry = entryOf(m);
    if (entry != 0) {
      memory.copy(to, entry + 8, WIDE);
      return;
    }
  }
  set(to, x, y, 0);
}

const POINT: usize = memory.data(WIDE, 16);
const FULL: usize = memory.data(WIDE, 16);

/**
 * Whether a perturbed orbit must go on from Z_0: at the reference's end, and where Z_m + z is nearer to 0 than z. Then z becomes
 * Z_m + z, the whole orbit's point.
 */
export function rebase(z: usize, m: i32): bool {
  pointAt(POINT, m);
  const isAtEnd = m == length;
  if (!isAtEnd && exponent(POINT) > exponent(z) + 2) return false;
  add(FULL, POINT, z);
  if (!isAtEnd && !isSmaller(FULL, z)) return false;
  copy(z, FULL);
  return true;
}
