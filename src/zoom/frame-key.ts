import { createHash } from 'node:crypto';
import { ALGORITHM_VERSION } from '../cache/settings.js';
import { parseKey, type Key } from '../cache/layout.js';
import type { Frame } from './path.js';
import type { ZoomRequest } from './request.js';

/** Raised when frames come out otherwise for the same request. */
const PAINTING_VERSION = 1;

/** The name of a frame: a hash of everything that determines its pixels. */
export function frameKey(frame: Frame, { THEME, SUPERSAMPLE }: ZoomRequest): Key {
  const { re, im, bits, log2Spacing, angle, width, height } = frame;
  return hash([
    PAINTING_VERSION,
    ALGORITHM_VERSION,
    `${re}`,
    `${im}`,
    bits,
    log2Spacing,
    angle,
    width,
    height,
    THEME,
    SUPERSAMPLE,
  ]);
}

/**
 * The name of a film.
 *
 * @param encoder name and version of what encodes it
 */
export function filmKey(request: ZoomRequest, encoder: string): Key {
  const sorted = Object.entries(request).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return hash([PAINTING_VERSION, ALGORITHM_VERSION, encoder, sorted]);
}

function hash(parts: readonly unknown[]): Key {
  return parseKey(createHash('sha256').update(JSON.stringify(parts)).digest('hex'));
}
