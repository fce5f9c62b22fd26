// Sorting the candidates by period, so that neighbours in a group take equally long.
import { KEYS, KEYS_OTHER } from './planes';

/** Below this many, insertion beats distribution. */
const FEW: i32 = 48;

// @ts-ignore: decorator
@inline
function at(plane: usize, i: i32): usize {
  return plane + ((<usize>i) << 3);
}

/** Sorts the first `count` keys ascending by their upper half, keeping the order of equal ones; `largest` bounds it. */
export function sortKeys(count: i32, largest: u32): void {
  if (count <= FEW) insert(count);
  else distribute(count, largest);
}

function insert(count: i32): void {
  for (let i = 1; i < count; i++) {
    const key = load<u64>(at(KEYS, i));
    let j = i;
    while (j > 0 && load<u64>(at(KEYS, j - 1)) > key) {
      store<u64>(at(KEYS, j), load<u64>(at(KEYS, j - 1)));
      j--;
    }
    store<u64>(at(KEYS, j), key);
  }
}

const COUNTS = memory.data(256 * 4, 16);

function distribute(count: i32, largest: u32): void {
  for (let shift: u64 = 32; shift < 64 && (largest >> <u32>(shift - 32)) > 0; shift += 8) {
    memory.fill(COUNTS, 0, 1024);
    for (let i = 0; i < count; i++) {
      const bucket = COUNTS + ((<usize>(load<u64>(at(KEYS, i)) >> shift) & 255) << 2);
      store<i32>(bucket, load<i32>(bucket) + 1);
    }
    let sum = 0;
    for (let b: usize = 0; b < 256; b++) {
      const bucket = COUNTS + (b << 2);
      const here = load<i32>(bucket);
      store<i32>(bucket, sum);
      sum += here;
    }
    for (let i = 0; i < count; i++) {
      const key = load<u64>(at(KEYS, i));
      const bucket = COUNTS + ((<usize>(key >> shift) & 255) << 2);
      const to = load<i32>(bucket);
      store<i32>(bucket, to + 1);
      store<u64>(at(KEYS_OTHER, to), key);
    }
    memory.copy(KEYS, KEYS_OTHER, (<usize>count) << 3);
  }
}
