// Huffman codes of limited length, RFC 1951, section 3.2.2.
import { LENGTHS, NEXT_CODES, PARENTS, SORTED, WEIGHTS } from './memory';

/** No code is longer before the limit: the counts of a block, 2^16 in all at the most, make a tree of depth below 32. */
const DEEPEST: i32 = 32;

/**
 * Makes the codes of symbols from how often they occur. At least two get one, since not every reader takes fewer.
 *
 * @param counts u32 a symbol
 * @param symbols how many there are, 2 to 288
 * @param limit bits of the longest code
 * @param codes u32 a symbol, written: its code, first bit lowest | length << 16; 0 for a symbol that does not occur
 */
export function makeCodes(counts: usize, symbols: i32, limit: i32, codes: usize): void {
  const used = sortSymbols(counts, symbols);
  memory.fill(codes, 0, <usize>symbols << 2);
  memory.fill(LENGTHS, 0, (DEEPEST + 1) << 2);
  growTree(used);
  limitLengths(limit);
  assignCodes(limit, codes, symbols);
}

/** Writes the used symbols to SORTED, rare ones first, and returns their number, at least 2. */
function sortSymbols(counts: usize, symbols: i32): i32 {
  let used = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    if (load<u32>(counts + (<usize>symbol << 2)) != 0) used++;
  }
  for (let symbol = 0; used < 2; symbol++) {
    const at = counts + (<usize>symbol << 2);
    if (load<u32>(at) != 0) continue;
    store<u32>(at, 1);
    used++;
  }
  let sorted = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const occurs = load<u32>(counts + (<usize>symbol << 2));
    if (occurs == 0) continue;
    const key = (occurs << 9) | <u32>symbol;
    let place = SORTED + (<usize>sorted << 2);
    while (place > SORTED && load<u32>(place - 4) > key) {
      store<u32>(place, load<u32>(place - 4));
      place -= 4;
    }
    store<u32>(place, key);
    sorted++;
  }
  return used;
}

/** Joins the two lightest nodes until one is left; leaves and joined nodes are both ascending. Counts depths in LENGTHS. */
function growTree(used: i32): void {
  for (let leaf = 0; leaf < used; leaf++) {
    const at = <usize>leaf << 2;
    store<u32>(WEIGHTS + at, load<u32>(SORTED + at) >> 9);
  }
  let leaf = 0;
  let joined = used;
  const root = 2 * used - 2;
  for (let node = used; node <= root; node++) {
    let weight: u32 = 0;
    for (let child = 0; child < 2; child++) {
      let lightest: i32;
      if (
        leaf < used &&
        (joined == node || load<u32>(WEIGHTS + (<usize>leaf << 2)) <= load<u32>(WEIGHTS + (<usize>joined << 2)))
      ) {
        lightest = leaf++;
      } else {
        lightest = joined++;
      }
      weight += load<u32>(WEIGHTS + (<usize>lightest << 2));
      store<i32>(PARENTS + (<usize>lightest << 2), node);
    }
    store<u32>(WEIGHTS + (<usize>node << 2), weight);
  }
  store<i32>(PARENTS + (<usize>root << 2), 0);
  for (let node = root - 1; node >= 0; node--) {
    const at = PARENTS + (<usize>node << 2);
    const depth = load<i32>(PARENTS + (<usize>load<i32>(at) << 2)) + 1;
    store<i32>(at, depth);
    if (node < used) {
      const length = LENGTHS + (<usize>depth << 2);
      store<i32>(length, load<i32>(length) + 1);
    }
  }
}

/**
 * Shortens the codes that are longer than the limit; to make room, the longest others become one bit longer, until the
 * sum of 2^-length is 1 again. Not the best codes of that length, but that costs less than one byte in ten thousand.
 */
function limitLengths(limit: i32): void {
  let total: u32 = 0;
  for (let length = limit + 1; length <= DEEPEST; length++) {
    store<i32>(LENGTHS + (limit << 2), load<i32>(LENGTHS + (limit << 2)) + load<i32>(LENGTHS + (length << 2)));
  }
  for (let length = 1; length <= limit; length++) {
    total += <u32>load<i32>(LENGTHS + (length << 2)) << (limit - length);
  }
  for (; total > <u32>1 << limit; total--) {
    let length = limit - 1;
    while (load<i32>(LENGTHS + (length << 2)) == 0) length--;
    const at = LENGTHS + (length << 2);
    store<i32>(at, load<i32>(at) - 1);
    store<i32>(at + 4, load<i32>(at + 4) + 2);
    store<i32>(LENGTHS + (limit << 2), load<i32>(LENGTHS + (limit << 2)) - 1);
  }
}

/** Gives the rare symbols the long codes, and all the codes of section 3.2.2. */
function assignCodes(limit: i32, codes: usize, symbols: i32): void {
  let place = SORTED;
  let code: u32 = 0;
  for (let length = limit; length > 0; length--) {
    for (let left = load<i32>(LENGTHS + (length << 2)); left > 0; left--) {
      store<u32>(codes + (<usize>(load<u32>(place) & 511) << 2), <u32>length << 16);
      place += 4;
    }
  }
  for (let length = 1; length <= limit; length++) {
    store<u32>(NEXT_CODES + (length << 2), code);
    code = (code + load<u32>(LENGTHS + (length << 2))) << 1;
  }
  for (let symbol = 0; symbol < symbols; symbol++) {
    const at = codes + (<usize>symbol << 2);
    const length = load<u32>(at) >> 16;
    if (length == 0) continue;
    const next = NEXT_CODES + (length << 2);
    store<u32>(at, (length << 16) | reversed(load<u32>(next), length));
    store<u32>(next, load<u32>(next) + 1);
  }
}

/** The lowest `count` bits in the other order. */
function reversed(code: u32, count: u32): u32 {
  let result: u32 = 0;
  for (let i: u32 = 0; i < count; i++) result |= ((code >> i) & 1) << (count - 1 - i);
  return result;
}
