// Where everything stands in the module's memory: 24 pages of 64 KiB, which scripts/build-wasm.js asks for.

/** Bytes of one call at the most. */
export const CAPACITY: i32 = 512 * 1024;
/** Tokens of one block: enough for its Huffman codes to pay, few enough for them to fit the place. */
export const BLOCK_TOKENS: i32 = 32768;
/** Farthest distance of a match, RFC 1951, section 2. */
export const WINDOW: i32 = 32768;
/** Bits of the hash by which strings are found. */
export const HASH_BITS: i32 = 15;

/** Below it stand AssemblyScript's own data. */
const BASE: usize = 65536;

/** The input, and 8 bytes behind it that may be read. */
export const INPUT: usize = BASE;
/** The output: stored blocks make it longer than the input by 5 bytes a block, and 8 bytes are written at a time. */
export const OUTPUT: usize = INPUT + CAPACITY + 64;
/** i32 a hash: the last place that has it, plus 1; 0 is none. */
export const HEAD: usize = OUTPUT + CAPACITY + 4096;
/** i32 a place in the window: the place before with the same hash, plus 1. */
export const PREVIOUS: usize = HEAD + (4 << HASH_BITS);
/** u32 a token: a literal, or MATCH | (distance - 1) << 8 | (length - 3). */
export const TOKENS: usize = PREVIOUS + 4 * WINDOW;

/** u32 a symbol: how often it stands in the block. */
export const LITERAL_COUNTS: usize = TOKENS + 4 * BLOCK_TOKENS;
export const DISTANCE_COUNTS: usize = LITERAL_COUNTS + 4 * 288;
export const LENGTH_COUNTS: usize = DISTANCE_COUNTS + 4 * 32;
/** u32 a symbol: its code, first bit lowest, and above 16 bits the code's length in bits. */
export const LITERAL_CODES: usize = LENGTH_COUNTS + 4 * 32;
export const DISTANCE_CODES: usize = LITERAL_CODES + 4 * 288;
export const LENGTH_CODES: usize = DISTANCE_CODES + 4 * 32;
/** u16 an item of the packed code lengths: symbol | extra bits << 8. */
export const PACKED_LENGTHS: usize = LENGTH_CODES + 4 * 32;

/** u32 a used symbol: count << 9 | symbol, ascending. */
export const SORTED: usize = PACKED_LENGTHS + 2 * 320;
/** Huffman's tree: u32 weights, and the parents of the nodes, which become their depths. */
export const WEIGHTS: usize = SORTED + 4 * 288;
export const PARENTS: usize = WEIGHTS + 4 * 576;
/** i32 a length: how many codes have it. */
export const LENGTHS: usize = PARENTS + 4 * 576;
/** u32 a length: the next code. */
export const NEXT_CODES: usize = LENGTHS + 4 * 64;

/** The top bit tells a match from a literal. */
export const MATCH: u32 = 0x80000000;
/** Ends a block. */
export const END_OF_BLOCK: i32 = 256;
