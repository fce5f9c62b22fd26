import { FormatError, quote } from '../tile/format-error.js';
import { QUADRANTS } from '../tile/address.js';
import { MAX_RAW_BYTES } from '../tile/raw.js';

/**
 * What a volunteer uploads for one tile: its four children, each a raw file or a period. One line of JSON says what follows, and
 * the raw files follow it, in the order of the quadrants and without gaps:
 *
 * ```
 * {"children":[{"raw":57211},{"boring":0},{"raw":40127},{"boring":3}]}\n <57211 bytes> <40127 bytes>
 * ```
 *
 * The same children always give the same bytes, so that results of two machines are compared byte by byte.
 */

/** A child: the bytes of its raw file, or the period of a boring one. */
export type ResultChild = { readonly raw: Uint8Array } | { readonly boring: number };

/** The line is never longer. */
const MAX_HEADER_BYTES = 256;
/** Media type of an upload. */
export const RESULT_TYPE = 'application/vnd.mandeld.result';
/** No upload is larger. */
export const MAX_RESULT_BYTES: number = MAX_HEADER_BYTES + QUADRANTS.length * MAX_RAW_BYTES;
const LARGEST_PERIOD = 2 ** 31 - 1;
const NEWLINE = 10;

/** Writes an upload. */
export function encodeResult(children: readonly ResultChild[]): Uint8Array {
  const header = JSON.stringify({
    children: children.map((child) =>
      'raw' in child ? { raw: child.raw.length } : { boring: child.boring },
    ),
  });
  const parts = children.flatMap((child) => ('raw' in child ? [child.raw] : []));
  return Buffer.concat([Buffer.from(`${header}\n`), ...parts]);
}

/**
 * Reads an upload, trusting none of it; the raw files are not looked into.
 *
 * @throws FormatError for anything that {@link encodeResult} would not have written
 */
export function decodeResult(bytes: Uint8Array): ResultChild[] {
  const end = bytes.subarray(0, MAX_HEADER_BYTES).indexOf(NEWLINE);
  if (end < 0) throw new FormatError('a line of JSON', `${bytes.length} bytes without one`);
  const line = Buffer.from(bytes.subarray(0, end)).toString('latin1');
  const children = parseHeader(line);
  let at = end + 1;
  const found = children.map((child): ResultChild => {
    if ('boring' in child) return child;
    const raw = bytes.subarray(at, at + child.raw);
    at += child.raw;
    return { raw };
  });
  if (at !== bytes.length) throw new FormatError(`${at} bytes, by the first line`, `${bytes.length}`);
  // A header with other spaces, orders or numbers would be another upload of the same children.
  const canonical = JSON.stringify({ children });
  if (canonical !== line) throw new FormatError(canonical, quote(line));
  return found;
}

function parseHeader(line: string): ({ raw: number } | { boring: number })[] {
  let header: unknown;
  try {
    header = JSON.parse(line);
  } catch {
    throw new FormatError('a line of JSON', quote(line));
  }
  const list = (header as { children?: unknown } | null)?.children;
  if (!Array.isArray(list) || list.length !== QUADRANTS.length) {
    throw new FormatError(`"children" of ${QUADRANTS.length} tiles`, quote(line));
  }
  return list.map((child: unknown) => {
    const { raw, boring } = (child ?? {}) as { raw?: unknown; boring?: unknown };
    if (isCount(raw, MAX_RAW_BYTES) && raw > 0 && boring === undefined) return { raw };
    if (isCount(boring, LARGEST_PERIOD) && raw === undefined) return { boring };
    throw new FormatError('children with "raw", a number of bytes, or "boring", a period', quote(line));
  });
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
