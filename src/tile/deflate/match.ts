// Finds strings that have stood before: chains of places with one hash, newest first, and greedy choice.
import {
  BLOCK_TOKENS,
  DISTANCE_COUNTS,
  HASH_BITS,
  HEAD,
  INPUT,
  LITERAL_COUNTS,
  MATCH,
  PREVIOUS,
  TOKENS,
  WINDOW,
} from './memory';
import { distanceSymbol, lengthSymbol } from './symbols';

/** Candidates that are looked at. 8 save 1.4 % of the bytes for 11 % of the time. */
const MAX_CANDIDATES: i32 = 4;
/** A match as long as this is taken without looking at further candidates. */
const GOOD_LENGTH: i32 = 32;
const MAX_LENGTH: i32 = 258;
/** Bytes that are hashed, hence the shortest match. */
const MIN_LENGTH: i32 = 4;

/** Where the block that is being made ends so far. */
export let position: i32 = 0;
/** Tokens of the block. */
export let tokens: i32 = 0;

export function beginInput(): void {
  position = 0;
  memory.fill(HEAD, 0, 4 << HASH_BITS);
}

// @ts-ignore: decorator
@inline
function headOf(at: i32): usize {
  return HEAD + ((<usize>((load<u32>(INPUT + at) * 0x9e3779b1) >> (32 - HASH_BITS))) << 2);
}

// @ts-ignore: decorator
@inline
function previousOf(at: i32): usize {
  return PREVIOUS + ((<usize>(at & (WINDOW - 1))) << 2);
}

// @ts-ignore: decorator
@inline
function count(symbol: usize): void {
  store<u32>(symbol, load<u32>(symbol) + 1);
}

/** How many bytes, up to `limit`, are the same in two places. */
// @ts-ignore: decorator
@inline
function commonLength(a: usize, b: usize, limit: i32): i32 {
  let length = 0;
  while (length < limit) {
    const difference = load<u64>(a + length) ^ load<u64>(b + length);
    if (difference != 0) return min(length + <i32>(ctz(difference) >> 3), limit);
    length += 8;
  }
  return limit;
}

/**
 * Makes the tokens of the next block, and counts their symbols, from `position` on: until there are BLOCK_TOKENS of them
 * or the input, `end` bytes long, has ended.
 */
export function findTokens(end: i32): void {
  let at = position;
  let made = 0;
  while (at < end && made < BLOCK_TOKENS) {
    let length = 0;
    let distance = 0;
    const limit = min(MAX_LENGTH, end - at);
    if (limit >= MIN_LENGTH) {
      const head = headOf(at);
      let candidate = load<i32>(head) - 1;
      store<i32>(head, at + 1);
      store<i32>(previousOf(at), candidate + 1);
      const oldest = max(0, at - WINDOW);
      const here = INPUT + at;
      const first = load<u32>(here);
      for (let left = MAX_CANDIDATES; left > 0 && candidate >= oldest; left--) {
        const there = INPUT + candidate;
        if (load<u32>(there) == first && load<u8>(there + length) == load<u8>(here + length)) {
          const common = commonLength(here, there, limit);
          if (common > length) {
            length = common;
            distance = at - candidate;
            if (length >= GOOD_LENGTH || length == limit) break;
          }
        }
        candidate = load<i32>(previousOf(candidate)) - 1;
      }
    }
    const token = TOKENS + (<usize>made << 2);
    made++;
    if (length == 0) {
      const literal = <usize>load<u8>(INPUT + at);
      count(LITERAL_COUNTS + (literal << 2));
      store<u32>(token, <u32>literal);
      at++;
    } else {
      store<u32>(token, MATCH | (<u32>(distance - 1) << 8) | <u32>(length - 3));
      count(LITERAL_COUNTS + (<usize>lengthSymbol(length - 3) << 2));
      count(DISTANCE_COUNTS + (<usize>distanceSymbol(distance - 1) << 2));
      insert(at + 1, min(at + length, end - MIN_LENGTH + 1));
      at += length;
    }
  }
  position = at;
  tokens = made;
}

/** Lets the places from `from` to before `to` be found later. */
// @ts-ignore: decorator
@inline
function insert(from: i32, to: i32): void {
  for (let at = from; at < to; at++) {
    const head = headOf(at);
    store<i32>(previousOf(at), load<i32>(head));
    store<i32>(head, at + 1);
  }
}
