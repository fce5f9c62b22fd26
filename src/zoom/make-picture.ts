import { makeFolder } from '../cache/files.js';
import { assertWay } from '../cache/folders.js';
import type { Layout } from '../cache/layout.js';
import type { Address } from '../tile/address.js';
import { frameKey } from './frame-key.js';
import { Leader, type FilmProgress } from './leader.js';
import { pathOf } from './make-film.js';
import type { ZoomRequest } from './request.js';

/** What a picture is made of. */
export interface MakePictureOptions {
  readonly layout: Layout;
  /** A film of one frame; its format does not matter. */
  readonly request: ZoomRequest;
  /** Gives it up. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FilmProgress) => void;
  /** Told again and again which tiles are waited for. */
  readonly onLacking: (tiles: readonly Address[]) => void;
}

/**
 * Makes the first frame of a film and no film: its tiles are asked for in the cache, and it is painted when whoever serves the cache has made them.
 *
 * @returns red, green and blue of each pixel, row by row from the top
 * @throws RequestError, CacheError, FilmTilesError, the signal's reason, or a system error. What was computed is kept
 */
export async function makePicture({
  layout,
  request,
  signal,
  onProgress,
  onLacking,
}: MakePictureOptions): Promise<Uint8Array> {
  const path = pathOf(request, layout);
  await assertWay(layout.root, layout.frame(frameKey(path.frame(0), request)));
  await makeFolder(layout.frameFolder);
  let picture: Uint8Array | null = null;
  const leader = new Leader({
    layout,
    request,
    path,
    workers: 1,
    signal,
    onProgress,
    onLacking,
    onFrame: async (rgb) => {
      picture = rgb;
      await Promise.resolve();
    },
  });
  await leader.run();
  if (picture === null) throw new RangeError('expected a film of one frame');
  return picture;
}
