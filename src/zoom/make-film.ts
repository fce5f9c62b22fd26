import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { deepestLevel, type Layout } from '../cache/layout.js';
import { ROOT_SPACING_BITS } from '../tile/grid.js';
import { openFilm } from './film/film.js';
import { filmKey } from './frame-key.js';
import { Leader, type FilmProgress } from './leader.js';
import { FilmPath } from './path.js';
import { RequestError, type ZoomRequest } from './request.js';

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
 * @throws RequestError for what lies outside the root or too deep for the cache; FilmTilesError, FilmError, the signal's reason, or a system
 *   error. Then there is no film, nor half of one, and what was computed is kept
 */
export async function makeFilm(options: MakeFilmOptions): Promise<FilmReport> {
  const { layout, request, out, workers, ffmpeg, signal, onProgress } = options;
  const path = pathOf(request, layout);
  const { FORMAT: format, FPS: fps } = request;
  const stored = layout.movie(filmKey(request, ffmpeg === null ? 'bundled' : 'any'), format);
  const isReused = await stat(stored).then(
    () => true,
    () => false,
  );
  let last: FilmProgress | null = null;
  if (!isReused) {
    await mkdir(layout.movieFolder, { recursive: true });
    const { width, height, length: frames } = path;
    const chosen = ffmpeg === undefined ? {} : { ffmpeg };
    const film = await openFilm({ path: stored, format, width, height, fps, frames, ...chosen });
    try {
      const leader = new Leader({
        layout,
        request,
        path,
        workers,
        signal,
        onFrame: async (rgb) => await film.add(rgb),
        onProgress: (progress) => {
          last = progress;
          onProgress(progress);
        },
      });
      await leader.run();
      await film.finish();
    } finally {
      // Of a finished film nothing is left to give up.
      await film.abort();
    }
  }
  if (out !== null) await copyFilm(stored, resolve(out));
  return { stored, isReused, progress: last };
}

/** The way of a request that a cache can hold. */
function pathOf(request: ZoomRequest, layout: Layout): FilmPath {
  let path: FilmPath;
  try {
    path = new FilmPath(request);
  } catch (error) {
    if (error instanceof RangeError) throw new RequestError([error.message]);
    throw error;
  }
  const level = Math.ceil(-path.log2Deepest - ROOT_SPACING_BITS + Math.log2(request.SUPERSAMPLE));
  const storable = deepestLevel(layout.root);
  if (level > storable) {
    throw new RequestError([
      `ZOOM: expected a film down to level ${storable}, got level ${level}: the paths of deeper tiles are too long for a file system`,
    ]);
  }
  return path;
}

/** Under another name until it is whole. */
async function copyFilm(from: string, to: string): Promise<void> {
  const part = join(dirname(to), `.${basename(to)}.${process.pid}.part`);
  try {
    await cp(from, part, { recursive: true });
    // A folder cannot be renamed onto one that holds something.
    if ((await stat(part)).isDirectory()) await rm(to, { recursive: true, force: true });
    await rename(part, to);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
