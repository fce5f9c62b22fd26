import type { Reference } from './deep-kernel.js';
import type { Scaled } from './fixed.js';
import type { TinyPoint } from './reference.js';

/**
 * References as bytes, for a store: they take up to minutes to follow, and a fraction of a second to read.
 *
 * ```
 * u32  0x4645524d, "MREF"      u32  version      u32  bytes of the header, a multiple of 8 when 12 is added
 * ...  header: JSON, filled up with spaces
 * f64  length + 1 real parts, then as many imaginary parts; all numbers little-endian
 * ```
 */

const MAGIC = 0x4645524d;
const VERSION = 1;
const PREFIX = 12;

/** What stands in the header. */
type Header = Omit<Reference, 're' | 'im'>;

/**
 * Writes a reference.
 *
 * @param key what determines it, plain ASCII; whoever reads must name the same
 */
export function encodeReference({ re, im, ...header }: Reference, key: string): Uint8Array {
  const text = JSON.stringify({ key, ...(header satisfies Header) });
  const size = Math.ceil((PREFIX + text.length) / 8) * 8 - PREFIX;
  const bytes = new Uint8Array(PREFIX + size + 8 * (re.length + im.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, size, true);
  for (let i = 0; i < size; i++) bytes[PREFIX + i] = i < text.length ? text.charCodeAt(i) : 0x20;
  let at = PREFIX + size;
  for (const part of [re, im]) {
    for (const value of part) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}

/**
 * Reads a reference, trusting nothing.
 *
 * @returns null when the bytes are none, or those of another key
 */
export function decodeReference(bytes: Uint8Array, key: string): Reference | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX || view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION)
    return null;
  const size = view.getUint32(8, true);
  if (PREFIX + size > bytes.length) return null;
  const header = size > MAX_HEADER ? null : readHeader(textOf(bytes.subarray(PREFIX, PREFIX + size)), key);
  if (header === null || bytes.length !== PREFIX + size + 16 * (header.length + 1)) return null;
  const part = (k: number): Float64Array => {
    const first = PREFIX + size + 8 * k * (header.length + 1);
    return Float64Array.from({ length: header.length + 1 }, (_, i) => view.getFloat64(first + 8 * i, true));
  };
  const [re, im] = [part(0), part(1)];
  return isOrbit(re, im) ? { ...header, re, im } : null;
}

/** Error of a step that rounding may have, relative to 1 + |Z|^2. */
const STEP_ERROR = 1e-9;

/** Whether each point follows from the one before. */
function isOrbit(re: Float64Array, im: Float64Array): boolean {
  if (re[0] !== 0 || im[0] !== 0) return false;
  for (let n = 1; n < re.length; n++) {
    const [x, y] = [re[n - 1], im[n - 1]];
    const most = STEP_ERROR * (1 + x * x + y * y);
    const off = Math.max(Math.abs(x * x - y * y + re[1] - re[n]), Math.abs(2 * x * y + im[1] - im[n]));
    if (!(off <= most && Math.abs(re[n]) < LARGEST && Math.abs(im[n]) < LARGEST)) return false;
  }
  return true;
}

/** No point of a reference is larger: it ends when it has escaped. */
const LARGEST = 2 ** 42;
/** No exponent is larger in size: that of the deepest level is a thousandth of it. */
const MAX_EXPONENT = 2 ** 27;

/** Bytes of a header at the most. */
const MAX_HEADER = 2 ** 20;

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

function readHeader(text: string, key: string): Header | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || (value as { key?: unknown }).key !== key) return null;
  const { length, isNearNucleus, isNucleus, minima, tiny, offset } = value as Partial<
    Record<keyof Header, unknown>
  >;
  const isIndex = (n: unknown): n is number =>
    Number.isInteger(n) && (n as number) >= 0 && (n as number) <= (length as number);
  if (!Number.isSafeInteger(length) || (length as number) < 1) return null;
  if (typeof isNearNucleus !== 'boolean' || typeof isNucleus !== 'boolean') return null;
  if (!Array.isArray(minima) || !minima.every(isIndex) || !isPoint(offset)) return null;
  const isTiny = (point: unknown): point is TinyPoint =>
    isPoint(point) && isIndex((point as { index?: unknown }).index);
  if (!Array.isArray(tiny) || !tiny.every(isTiny)) return null;
  return { length: length as number, isNearNucleus, isNucleus, minima, tiny, offset };
}

function isPoint(value: unknown): value is { re: Scaled; im: Scaled } {
  if (typeof value !== 'object' || value === null) return false;
  const { re, im } = value as { re?: unknown; im?: unknown };
  return isScaled(re) && isScaled(im);
}

function isScaled(value: unknown): value is Scaled {
  if (typeof value !== 'object' || value === null) return false;
  const { mantissa, exponent } = value as { mantissa?: unknown; exponent?: unknown };
  return (
    Number.isFinite(mantissa) && Number.isSafeInteger(exponent) && Math.abs(exponent as number) < MAX_EXPONENT
  );
}
