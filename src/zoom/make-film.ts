import { makeFolder } from '../cache/files.js';
import { assertWay, kindAt } from '../cache/folders.js';
import { deepestLevel, type Key, type Layout } from '../cache/layout.js';
import { ROOT_SPACING_BITS } from '../tile/grid.js';
import { clear } from './film/film-error.js';
import { openFilm } from './film/film.js';
import { Workplace } from './film/workplace.js';
import { filmKey, frameKey } from './frame-key.js';
import { Leader, type FilmProgress } from './leader.js';
import { FilmPath } from './path.js';
import { ProgressFile } from './progress-file.js';
import { type ZoomRequest } from './request.js';
import { RequestError } from './request-error.js';

/** What a film is made of, and where it goes. */
export interface MakeFilmOptions {
  readonly layout: Layout;
  readonly request: ZoomRequest;
  /** A file, or for the format png a folder; null leaves it in the cache only. */
  readonly out: string | null;
  /** Threads that paint frames. */
  readonly workers: number;
  /** A name or path; null does without ffmpeg; undefined takes the system's where there is one. */
  readonly ffmpeg: string | null | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FilmProgress) => void;
  /** Told the names of frames that are in the film and kept in the cache. */
  readonly onFrame?: (frame: Key) => void;
  /** Awaited before anything is computed; not for a film that is there. */
  readonly onBegin?: () => Promise<void>;
  /** Who makes it, for whoever looks at what the cluster does. */
  readonly leader?: string;
}

/** A film that is there. */
export interface FilmReport {
  /** Where it is kept in the cache. */
  readonly stored: string;
  /** Whether it was there before. */
  readonly isReused: boolean;
  /** The last progress; null of one that was there. */
  readonly progress: FilmProgress | null;
}

/**
 * Makes a film, or finds the one that the same request has given before.
 *
 * @throws RequestError for what lies outside the root or too deep for the cache; CacheError EFOLDER when movie/ leads out of the cache;
 *   FilmTilesError, FilmError, the signal's reason, or a system error. Then there is no film, nor half of one, and what was computed is kept
 */
export async function makeFilm(options: MakeFilmOptions): Promise<FilmReport> {
  const { layout, request, out, workers, ffmpeg, signal, onProgress } = options;
  const path = pathOf(request, layout);
  const { FORMAT: format, FPS: fps } = request;
  const { key, path: stored } = placeOfFilm(layout, request, ffmpeg);
  const isFolder = format === 'png';
  if (out !== null) await Workplace.try(out, isFolder);
  await assertWay(layout.root, layout.frame(key));
  const isReused = (await kindAt(stored)) === (isFolder ? 'folder' : 'file');
  let last: FilmProgress | null = null;
  if (!isReused) {
    await makeFolder(layout.frameFolder);
    await options.onBegin?.();
    const { width, height, length: frames } = path;
    const chosen = ffmpeg === undefined ? {} : { ffmpeg };
    const film = await openFilm({ path: stored, format, width, height, fps, frames, ...chosen });
    const progressFile = new ProgressFile(layout, key, request, options.leader ?? '', () =>
      framesOf(path, request),
    );
    try {
      const leader = new Leader({
        layout,
        request,
        path,
        workers,
        signal,
        onFrame: async (rgb, frame) => {
          await film.add(rgb);
          progressFile.note(frame);
          options.onFrame?.(frame);
        },
        onProgress: (progress) => {
          last = progress;
          progressFile.show(progress);
          onProgress(progress);
        },
      });
      await leader.run();
      await film.finish();
    } finally {
      // Of a finished film nothing is left to give up.
      await film.abort();
      await progressFile.remove();
    }
  }
  if (out !== null) await copyFilm(stored, out, isFolder);
  return { stored, isReused, progress: last };
}

/**
 * The name of a request's film, and where it is kept in the cache.
 *
 * @param ffmpeg as {@link MakeFilmOptions.ffmpeg}
 */
export function placeOfFilm(
  layout: Layout,
  request: ZoomRequest,
  ffmpeg: string | null | undefined,
): { readonly key: Key; readonly path: string } {
  const key = filmKey(request, ffmpeg === null ? 'bundled' : 'any');
  return { key, path: layout.movie(key, request.FORMAT) };
}

/**
 * The way of a request that a cache can hold.
 *
 * @throws RequestError for what lies outside the root or too deep
 */
export function pathOf(request: ZoomRequest, layout: Layout): FilmPath {
  let path: FilmPath;
  try {
    path = new FilmPath(request);
  } catch (error) {
    if (error instanceof RangeError) throw new RequestError([error.message]);
    throw error;
  }
  const level = deepestLevelOf(path, request);
  const storable = deepestLevel(layout.root);
  if (level > storable) {
    throw new RequestError([
      `ZOOM: expected a film down to level ${storable}, got level ${level}: the paths of deeper tiles are too long for a file system`,
    ]);
  }
  return path;
}

/** The deepest level of whose tiles a film is made. */
export function deepestLevelOf(path: FilmPath, { SUPERSAMPLE }: ZoomRequest): number {
  return Math.ceil(-path.log2Deepest - ROOT_SPACING_BITS + Math.log2(SUPERSAMPLE));
}

/** The names of all frames. */
function framesOf(path: FilmPath, request: ZoomRequest): ReadonlySet<Key> {
  const keys = Array.from({ length: path.length }, (_, i) => frameKey(path.frame(i), request));
  return new Set(keys);
}

/** Puts a copy of a film into its place, whole or not at all. */
async function copyFilm(from: string, to: string, isFolder: boolean): Promise<void> {
  const workplace = await Workplace.make(to, isFolder);
  try {
    await workplace.copy(from, isFolder);
    await workplace.publish(isFolder);
  } catch (error) {
    throw clear(workplace.target, error);
  } finally {
    await workplace.remove();
  }
}
