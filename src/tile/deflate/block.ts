// Writes one block: with Huffman codes of its own, or stored where that is shorter.
import { alignToByte, bitsToByte, writeBits, writeBytes } from './bits';
import { makeCodes } from './huffman';
import {
  DISTANCE_CODES,
  DISTANCE_COUNTS,
  END_OF_BLOCK,
  INPUT,
  LENGTH_CODES,
  LENGTH_COUNTS,
  LITERAL_CODES,
  LITERAL_COUNTS,
  MATCH,
  PACKED_LENGTHS,
  TOKENS,
} from './memory';
import { distanceExtraBits, distanceSymbol, lengthExtraBits, lengthSymbol } from './symbols';

const LITERALS: i32 = 286;
const DISTANCES: i32 = 30;
/** Symbols of the code lengths, and the order in which theirs stand, RFC 1951, section 3.2.7. */
const LENGTH_SYMBOLS: i32 = 19;
const LENGTH_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
const MAX_STORED: i32 = 65535;

/** Writes the bytes from `from` to before `to`, of which there are `count` tokens with their symbols counted. */
export function writeBlock(from: i32, to: i32, count: i32, final: bool): void {
  store<u32>(LITERAL_COUNTS + (END_OF_BLOCK << 2), 1);
  makeCodes(LITERAL_COUNTS, LITERALS, 15, LITERAL_CODES);
  makeCodes(DISTANCE_COUNTS, DISTANCES, 15, DISTANCE_CODES);
  const literals = usedOf(LITERAL_CODES, LITERALS);
  const distances = usedOf(DISTANCE_CODES, DISTANCES);
  const items = packLengths(literals, distances);
  makeCodes(LENGTH_COUNTS, LENGTH_SYMBOLS, 7, LENGTH_CODES);
  let lengths = LENGTH_SYMBOLS;
  while (lengthOf(LENGTH_CODES, load<u8>(LENGTH_ORDER + lengths - 1)) == 0) lengths--;

  if (storedBits(to - from) < codedBits(items, lengths)) {
    writeStored(from, to, final);
    return;
  }
  writeBits((final ? 1 : 0) | (2 << 1), 3);
  writeBits((literals - 257) | ((distances - 1) << 5) | ((lengths - 4) << 10), 14);
  for (let i = 0; i < lengths; i++) writeBits(lengthOf(LENGTH_CODES, load<u8>(LENGTH_ORDER + i)), 3);
  for (let i = 0; i < items; i++) {
    const item: u32 = load<u16>(PACKED_LENGTHS + (i << 1));
    writeCode(LENGTH_CODES, item & 255);
    writeBits(item >> 8, repeatBits(item & 255));
  }
  writeTokens(count);
  writeCode(LITERAL_CODES, END_OF_BLOCK);
}

// @ts-ignore: decorator
@inline
function lengthOf(codes: usize, symbol: u32): u32 {
  return load<u32>(codes + (symbol << 2)) >> 16;
}

// @ts-ignore: decorator
@inline
function writeCode(codes: usize, symbol: u32): void {
  const code = load<u32>(codes + (symbol << 2));
  writeBits(code & 0xffff, code >> 16);
}

/** Symbols up to the last one that has a code. */
function usedOf(codes: usize, symbols: i32): i32 {
  let used = symbols;
  while (lengthOf(codes, used - 1) == 0) used--;
  return used;
}

/** Length of the code of the i-th symbol, literals first, then distances. */
function lengthAt(i: i32, literals: i32): u32 {
  return i < literals ? lengthOf(LITERAL_CODES, i) : lengthOf(DISTANCE_CODES, i - literals);
}

/** Bits behind a symbol of the code lengths: how often one is repeated. */
function repeatBits(symbol: u32): u32 {
  return symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
}

/** Writes the code lengths to PACKED_LENGTHS, runs as one item, counts the symbols, and returns the number of items. */
function packLengths(literals: i32, distances: i32): i32 {
  memory.fill(LENGTH_COUNTS, 0, LENGTH_SYMBOLS << 2);
  const all = literals + distances;
  let items = 0;
  for (let i = 0; i < all; ) {
    const length = lengthAt(i, literals);
    let run = 1;
    while (i + run < all && lengthAt(i + run, literals) == length) run++;
    i += run;
    if (length != 0) {
      packLength(items++, length, 0);
      run--;
    }
    while (run > 0) {
      if (run < 3) {
        packLength(items++, length, 0);
        run--;
      } else if (length != 0) {
        const times = min(run, 6);
        packLength(items++, 16, times - 3);
        run -= times;
      } else if (run <= 10) {
        packLength(items++, 17, run - 3);
        run = 0;
      } else {
        const times = min(run, 138);
        packLength(items++, 18, times - 11);
        run -= times;
      }
    }
  }
  return items;
}

function packLength(item: i32, symbol: u32, extra: u32): void {
  store<u16>(PACKED_LENGTHS + (item << 1), <u16>(symbol | (extra << 8)));
  const at = LENGTH_COUNTS + (symbol << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Bits of the block with codes. */
function codedBits(items: i32, lengths: i32): u32 {
  let bits: u32 = 17 + 3 * lengths;
  for (let i = 0; i < items; i++) {
    const symbol: u32 = load<u8>(PACKED_LENGTHS + (i << 1));
    bits += lengthOf(LENGTH_CODES, symbol) + repeatBits(symbol);
  }
  for (let symbol = 0; symbol < LITERALS; symbol++) {
    const extra = symbol < 265 || symbol == 285 ? 0 : (symbol - 261) >> 2;
    bits += load<u32>(LITERAL_COUNTS + (symbol << 2)) * (lengthOf(LITERAL_CODES, symbol) + extra);
  }
  for (let symbol = 0; symbol < DISTANCES; symbol++) {
    const extra = symbol < 4 ? 0 : (symbol - 2) >> 1;
    bits += load<u32>(DISTANCE_COUNTS + (symbol << 2)) * (lengthOf(DISTANCE_CODES, symbol) + extra);
  }
  return bits;
}

/** Bits of a stored block; one that would be too long for that has matches enough to be shorter with codes. */
function storedBits(bytes: i32): u32 {
  return bytes > MAX_STORED ? u32.MAX_VALUE : 3 + bitsToByte(3) + 32 + 8 * bytes;
}

function writeStored(from: i32, to: i32, final: bool): void {
  const bytes = to - from;
  writeBits(final ? 1 : 0, 3);
  alignToByte();
  writeBits(<u64>bytes | (<u64>(bytes ^ 0xffff) << 16), 32);
  writeBytes(INPUT + from, bytes);
}

function writeTokens(count: i32): void {
  const end = TOKENS + (<usize>count << 2);
  for (let at = TOKENS; at < end; at += 4) {
    const token = load<u32>(at);
    if ((token & MATCH) == 0) {
      writeCode(LITERAL_CODES, token);
      continue;
    }
    const length = token & 255;
    const distance = (token & ~MATCH) >> 8;
    const lengthCode = load<u32>(LITERAL_CODES + (lengthSymbol(length) << 2));
    const distanceCode = load<u32>(DISTANCE_CODES + (distanceSymbol(distance) << 2));
    const lengthExtra = lengthExtraBits(length);
    const distanceExtra = distanceExtraBits(distance);
    // 15 + 5 + 15 + 13 bits at the most.
    let bits = lengthCode >> 16;
    let value = <u64>(lengthCode & 0xffff) | (<u64>(length & ((1 << lengthExtra) - 1)) << bits);
    bits += lengthExtra;
    value |= <u64>(distanceCode & 0xffff) << bits;
    bits += distanceCode >> 16;
    value |= <u64>(distance & ((1 << distanceExtra) - 1)) << bits;
    writeBits(value, bits + distanceExtra);
  }
}
