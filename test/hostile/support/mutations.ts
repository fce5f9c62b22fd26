import fc from 'fast-check';

/** One change of a file: where, in parts of its length, and what. */
type Change = readonly [
  kind: (typeof KINDS)[number],
  at: number,
  from: number,
  length: number,
  value: number,
];

const KINDS = ['flip', 'set', 'cut', 'insert', 'copy', 'swap', 'lie', 'splice'] as const;

/**
 * Real files, changed a few times: bits flipped, bytes set, pieces cut out, put in, copied, exchanged or taken from another file,
 * numbers of four bytes replaced by sizes that matter.
 */
export function mutationsOf(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  // Half of the places are near the ends, where the structure is.
  const place = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(-1, 2).chain(nearEnd));
  const value = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 127, 128, 255));
  const change: fc.Arbitrary<Change> = fc.tuple(
    fc.constantFrom(...KINDS),
    place,
    place,
    fc.integer({ min: 1, max: 64 }),
    value,
  );
  return fc
    .tuple(
      fc.constantFrom(...files),
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 5 }),
    )
    .map(([file, other, changes]) =>
      changes.reduce<Buffer>((bytes, one) => apply(bytes, other, one), Buffer.from(file)),
    );
}

/** A place within 200 bytes of the beginning (-1) or the end, as negative numbers and as numbers above 1. */
function nearEnd(side: number): fc.Arbitrary<number> {
  return fc.nat({ max: 199 }).map((bytes) => (side < 0 ? -1 - bytes : 2 + bytes));
}

function offset(place: number, length: number): number {
  const at = place < 0 ? -1 - place : place > 1 ? length - 1 - (place - 2) : Math.floor(place * (length - 1));
  return Math.min(Math.max(0, at), Math.max(0, length - 1));
}

const SIZES = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 22, 46, 30, 264_324, 132_226];

function apply(bytes: Buffer, other: Uint8Array, [kind, place, source, length, value]: Change): Buffer {
  if (bytes.length === 0) return bytes;
  const at = offset(place, bytes.length);
  const from = offset(source, bytes.length);
  const piece = Buffer.from(bytes.subarray(from, from + length));
  switch (kind) {
    case 'flip':
      bytes[at] ^= 1 << (value % 8);
      return bytes;
    case 'set':
      return bytes.fill(value, at, Math.min(bytes.length, at + 1 + (length % 4)));
    case 'cut':
      return value < 128
        ? Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
        : Buffer.from(bytes.subarray(0, at));
    case 'insert':
      return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(length, value), bytes.subarray(at)]);
    case 'copy':
      bytes.set(piece.subarray(0, bytes.length - at), at);
      return bytes;
    case 'swap':
      bytes.copy(bytes, from, at, at + piece.length);
      bytes.set(piece.subarray(0, bytes.length - at), at);
      return bytes;
    case 'lie':
      if (at + 4 <= bytes.length) bytes.writeUInt32LE(SIZES[value % SIZES.length], at);
      return bytes;
    case 'splice':
      return Buffer.concat([bytes.subarray(0, at), other.subarray(offset(source, other.length))]);
  }
}
