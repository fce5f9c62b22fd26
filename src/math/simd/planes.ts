// The kernel's memory: planes of one value a point, so that two neighbouring points are one vector.

/** Points of one call at the most: about four tiles. */
export const CAPACITY: i32 = 262144 + 4096;
/** Orbits that are followed at a time at the most. */
export const ORBITS: i32 = 32768;
/** Points that are begun together; what is in work then fits into the second-level cache. */
export const BLOCK: i32 = 8192;

/** Below it stand AssemblyScript's own data. */
const START: usize = 65536;
/** Bytes of a plane of doubles with an entry a point. */
const POINTS: usize = (<usize>CAPACITY) * 8;
/** Bytes of a plane of doubles with an entry an orbit, with room for a last group that is not full. */
const PLANE: usize = (<usize>ORBITS + 8) * 8;

// Input and output, indexed by the point's number in the call.
export const IN_RE: usize = START;
export const IN_IM: usize = START + POINTS;
export const OUT_LOG2: usize = START + 2 * POINTS;
export const OUT_PERIOD: usize = START + 3 * POINTS; // i32
const BASE: usize = START + 4 * POINTS - 4 * PLANE;

// Orbits that are being followed, without gaps.
export const ID: usize = BASE + 4 * PLANE; // i32: number of the point
export const ALIVE: usize = BASE + 5 * PLANE; // u8
export const C_RE: usize = BASE + 6 * PLANE;
export const C_IM: usize = BASE + 7 * PLANE;
export const Z_RE: usize = BASE + 8 * PLANE;
export const Z_IM: usize = BASE + 9 * PLANE;
export const D_RE: usize = BASE + 10 * PLANE;
export const D_IM: usize = BASE + 11 * PLANE;
export const W_RE: usize = BASE + 12 * PLANE;
export const W_IM: usize = BASE + 13 * PLANE;
export const CLOSEST: usize = BASE + 14 * PLANE;
export const LAST: usize = BASE + 15 * PLANE; // i32
export const BEFORE_LAST: usize = BASE + 16 * PLANE; // i32

// Orbits that have escaped.
export const ESCAPED_ID: usize = BASE + 17 * PLANE; // i32
export const ESCAPED_Z2: usize = BASE + 18 * PLANE;
export const ESCAPED_D2: usize = BASE + 19 * PLANE;

// Candidates of Newton's method, ascending by period.
export const TRY_SLOT: usize = BASE + 20 * PLANE; // i32: place among the orbits
export const TRY_PERIOD: usize = BASE + 21 * PLANE; // i32
export const TRY_C_RE: usize = BASE + 22 * PLANE;
export const TRY_C_IM: usize = BASE + 23 * PLANE;
export const TRY_RE: usize = BASE + 24 * PLANE;
export const TRY_IM: usize = BASE + 25 * PLANE;
export const TRY_STEP2: usize = BASE + 26 * PLANE;

// Roots that were found, ascending by period.
export const ROOT_SLOT: usize = BASE + 27 * PLANE; // i32
export const ROOT_PERIOD: usize = BASE + 28 * PLANE; // i32
export const ROOT_C_RE: usize = BASE + 29 * PLANE;
export const ROOT_C_IM: usize = BASE + 30 * PLANE;
export const ROOT_RE: usize = BASE + 31 * PLANE;
export const ROOT_IM: usize = BASE + 32 * PLANE;

// Sorting: keys and places, twice.
export const KEYS: usize = BASE + 33 * PLANE; // u64: period << 32 | slot
export const KEYS_OTHER: usize = BASE + 34 * PLANE;

/** Vectors that leave the registers for a moment. */
export const SCRATCH: usize = BASE + 35 * PLANE;

/** Pages of 64 KiB that the host must give. */
export const PAGES: i32 = <i32>((BASE + 36 * PLANE + 65535) >> 16);
