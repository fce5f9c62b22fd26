/**
 * What the stream says of itself (the sequence parameter set, SPS), corrected: the bundled encoder states neither the colours
 * nor that its baseline profile is the constrained one, which is what most decoders have, and knows nothing of frame rates.
 *
 * @see ITU-T H.264, sections 7.3.2.1.1 (SPS), 7.4.1 (emulation prevention), A.3 (levels), E.1.1 (VUI)
 */

/** A stream of the baseline profile that is one of the main profile as well: constraint_set0_flag and constraint_set1_flag. */
const CONSTRAINED = 0xc0;
const CONSTRAINTS_AT = 2;
const LEVEL_AT = 3;

/** Level times ten, macroblocks a second, macroblocks a frame: table A-1. */
const LEVELS: readonly (readonly [number, number, number])[] = [
  [10, 1485, 99],
  [11, 3000, 396],
  [12, 6000, 396],
  [13, 11_880, 396],
  [21, 19_800, 792],
  [22, 20_250, 1620],
  [30, 40_500, 1620],
  [31, 108_000, 3600],
  [32, 216_000, 5120],
  [40, 245_760, 8192],
  [42, 522_240, 8704],
  [50, 589_824, 22_080],
  [51, 983_040, 36_864],
  [52, 2_073_600, 36_864],
];

/**
 * The VUI parameters: no aspect ratio, no overscan; a video signal type: 5 (unspecified), limited range, with the primaries,
 * transfer and matrix of BT.709 (1 each); no chroma location, timing, HRD (two), picture structure and restrictions.
 */
const VUI: string = ['001', '101', '0', '1', '00000001'.repeat(3), '000000'].join('');

/**
 * The corrected SPS.
 *
 * @param sps from its header byte 0x67, without the VUI parameters
 * @param fps frames a second
 * @throws Error when it has VUI parameters: the encoder is not the one that this was made for
 */
export function describeStream(sps: Uint8Array, width: number, height: number, fps: number): Uint8Array {
  const plain = [...withoutEmulation(sps)];
  const bits = plain.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  // It ends with vui_parameters_present_flag, a 1 and zeros.
  const flag = bits.lastIndexOf('1') - 1;
  if (bits[flag] !== '0') throw new Error('expected an SPS without VUI parameters, got one with them');
  const described = `${bits.slice(0, flag)}1${VUI}1`;
  const bytes = described.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
  bytes[CONSTRAINTS_AT] |= CONSTRAINED;
  bytes[LEVEL_AT] = Math.max(bytes[LEVEL_AT], levelFor(width, height, fps));
  return withEmulation(bytes);
}

/** The lowest level that allows the frames, times ten; the highest that there is, where none does. */
function levelFor(width: number, height: number, fps: number): number {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const level = LEVELS.find(([, perSecond, perFrame]) => blocks <= perFrame && blocks * fps <= perSecond);
  return (level ?? LEVELS.at(-1)!)[0];
}

/** 0 0 3 stands for 0 0, so that the start code 0 0 1 occurs nowhere. */
function withoutEmulation(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => !(byte === 3 && at >= 2 && bytes[at - 1] === 0 && bytes[at - 2] === 0));
}

function withEmulation(bytes: readonly number[]): Uint8Array {
  const result: number[] = [];
  for (const byte of bytes) {
    if (byte <= 3 && result.at(-1) === 0 && result.at(-2) === 0) result.push(3);
    result.push(byte);
  }
  return Uint8Array.from(result);
}
