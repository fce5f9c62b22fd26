import type { Key } from '../../cache/layout.js';
import { frameKey } from '../../zoom/frame-key.js';
import { deepestLevelOf } from '../../zoom/make-film.js';
import { FilmPath } from '../../zoom/path.js';
import { RequestError } from '../../zoom/request-error.js';
import { checkRequest, type ZoomRequest } from '../../zoom/request.js';
import type { PlaceText } from './place.js';

/** Pixels of a picture. Its samples are twice as many each way, so its tiles are those that a map 800 pixels high shows of the same view. */
export const PICTURE = { width: 600, height: 400, supersample: 2 } as const;

/** What of a place its picture depends on. */
export type PlaceView = Pick<PlaceText, 're' | 'im' | 'radius' | 'theme'>;

/** How the picture of a place is made. */
export interface PictureFrame {
  /** The film whose only frame it is. */
  readonly request: ZoomRequest;
  /** A hash of what determines its pixels. */
  readonly key: Key;
  /** Deepest level of whose tiles it is made. */
  readonly level: number;
}

/** How to make the picture of a view; null when there is nothing to be seen there, outside of the root. */
export function pictureFrameOf({ re, im, radius, theme }: PlaceView): PictureFrame | null {
  const { width, height, supersample } = PICTURE;
  try {
    const request = checkRequest({
      START: [re, im],
      RADIUS: radius,
      THEME: theme,
      ZOOM: '1x',
      NUM_FRAMES: 1,
      FPS: 1,
      SIZE: `${width}x${height}`,
      SUPERSAMPLE: supersample,
    });
    const path = new FilmPath(request);
    return { request, key: frameKey(path.frame(0), request), level: deepestLevelOf(path, request) };
  } catch (error) {
    if (error instanceof RequestError || error instanceof RangeError) return null;
    throw error;
  }
}
