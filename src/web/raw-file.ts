import { SAMPLES, SIDE } from '../tile/grid.js';
import { STEPS_PER_OCTAVE } from '../tile/samples.js';
import { crc32 } from './png-palette.js';

/** The .raw file of a tile (docs/format.md), read in a browser: its own inflater, and no more trust than needed to show a number. */

/** No .raw is larger, bytes. */
const MAX_BYTES = 512 * 1024;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_BYTES = 30;
const DEFLATED = 8;
const NPY_HEADER = 128;

/** What is known of one point of a tile. */
export interface Sample {
  /** Above 0 interior, 0 exterior, -1 never calculated, -2 unresolved. */
  readonly period: number;
  /** log2 of the distance estimate in pixel spacings of the tile's level. */
  readonly log2Distance: number;
}

/** The samples of a tile. */
export class RawFile {
  readonly #period: DataView;
  readonly #distance: DataView;

  private constructor(period: Uint8Array, distance: Uint8Array) {
    this.#period = new DataView(period.buffer, period.byteOffset + NPY_HEADER);
    this.#distance = new DataView(distance.buffer, distance.byteOffset + NPY_HEADER);
  }

  /** Reads a file; null when it is none. */
  static async read(bytes: Uint8Array): Promise<RawFile | null> {
    try {
      if (bytes.length > MAX_BYTES) return null;
      const first = await readEntry(bytes, 0, NPY_HEADER + 4 * SAMPLES);
      const second = await readEntry(bytes, first.end, NPY_HEADER + 2 * SAMPLES);
      return new RawFile(first.content, second.content);
    } catch {
      return null;
    }
  }

  /** A sample, by its column from the west edge and its row from the north edge, 0 to 256. */
  at(column: number, row: number): Sample {
    const index = row * SIDE + column;
    return {
      period: this.#period.getInt32(4 * index, true),
      log2Distance: this.#distance.getInt16(2 * index, true) / STEPS_PER_OCTAVE,
    };
  }
}

async function readEntry(
  zip: Uint8Array,
  at: number,
  size: number,
): Promise<{ content: Uint8Array; end: number }> {
  const view = new DataView(zip.buffer, zip.byteOffset + at, zip.byteLength - at);
  if (view.getUint32(0, true) !== LOCAL_HEADER) throw new Error('expected an entry of a ZIP archive');
  const start = at + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const end = start + view.getUint32(18, true);
  const stored = zip.subarray(start, end);
  const content = view.getUint16(8, true) === DEFLATED ? await inflate(stored, size) : stored;
  if (content.length !== size || crc32(content) !== view.getUint32(14, true))
    throw new Error('expected other bytes');
  return { content, end };
}

/** Inflates what must have so many bytes: a bomb ends early. */
async function inflate(deflated: Uint8Array, size: number): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.from(deflated)])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  const content = new Uint8Array(size);
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (length + next.value.length > size) throw new Error('expected fewer bytes');
    content.set(next.value, length);
    length += next.value.length;
  }
  if (length !== size) throw new Error('expected more bytes');
  return content;
}
