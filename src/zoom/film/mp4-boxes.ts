import { concatenate } from '../../image/png-chunks.js';

/**
 * The boxes that MP4 files are made of: a length in 32 bits, or 1 and then one in 64 behind the type; a type of four letters; content.
 *
 * @see ISO/IEC 14496-12, section 4.2
 */

/** A box with its content. */
export function box(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concatenate(content);
  return concatenate([uint32(8 + body.length), letters(type), body]);
}

/** A box whose content begins with its version, 0, and flags. */
export function fullBox(type: string, flags: number, ...content: readonly Uint8Array[]): Uint8Array {
  return box(type, uint32(flags), ...content);
}

/** The head of a box whose content is too long for memory. */
export function longBoxHead(type: string, length: number): Uint8Array {
  return concatenate([uint32(1), letters(type), uint64([16 + length])]);
}

export function letters(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function uint16(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  for (const [i, value] of values.entries()) view.setUint16(2 * i, value);
  return new Uint8Array(view.buffer);
}

export function uint32(...values: readonly number[]): Uint8Array {
  return uint32s(values);
}

export function uint32s(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value);
  return new Uint8Array(view.buffer);
}

export function uint64(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [i, value] of values.entries()) view.setBigUint64(8 * i, BigInt(value));
  return new Uint8Array(view.buffer);
}

/**
 * The content of the first box that is reached by a path of types.
 *
 * @throws Error when there is none
 */
export function contentOf(boxes: Uint8Array, path: readonly string[]): Uint8Array {
  let content = boxes;
  for (const type of path) {
    const inner = find(content, type);
    if (inner === undefined) throw new Error(`expected a box ${path.join('/')}, got no ${type}`);
    content = inner;
  }
  return content;
}

function find(boxes: Uint8Array, wanted: string): Uint8Array | undefined {
  const view = new DataView(boxes.buffer, boxes.byteOffset, boxes.byteLength);
  for (let at = 0; at + 8 <= boxes.length;) {
    const isLong = view.getUint32(at) === 1;
    const length = isLong ? Number(view.getBigUint64(at + 8)) : view.getUint32(at);
    const head = isLong ? 16 : 8;
    if (length < head || at + length > boxes.length) return undefined;
    const type = String.fromCharCode(...boxes.subarray(at + 4, at + 8));
    if (type === wanted) return boxes.subarray(at + head, at + length);
    at += length;
  }
  return undefined;
}
