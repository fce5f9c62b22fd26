/**
 * The blank tile: a PNG of one transparent pixel. A page shows nothing of it, where a 404 would be an error in its console; the header
 * `X-Mandeld-Blank` tells a program which of the two it is. contrib/blank.png has the same bytes, for other servers.
 */
export const BLANK_PNG: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACklEQVR4AWMAAQAABQABNtCI3QAAAABJRU5ErkJggg==',
  'base64',
);
