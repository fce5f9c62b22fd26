import { writeFilmStatus } from '../cache/film-status.js';
import { remove } from '../cache/files.js';
import { sweepMovies } from '../cache/movie-sweep.js';
import type { Key, Layout } from '../cache/layout.js';
import type { FilmProgress } from './leader.js';
import type { ZoomRequest } from './request.js';

/** The file is written so often, milliseconds. It is its leader's heartbeat as well. */
const WRITE_MS = 1000;

/**
 * Tells whoever looks at the cache how far a film is. That it cannot be written is no reason to make no film: a disk that is full stops
 * more important things.
 */
export class ProgressFile {
  readonly #layout: Layout;
  readonly #key: Key;
  readonly #request: ZoomRequest;
  readonly #leader: string;
  readonly #ownFrames: () => ReadonlySet<Key>;
  readonly #start: number = performance.now();
  #frame: Key | null = null;
  #next = 0;
  #isFirst = true;
  #writing: Promise<void> | null = null;

  /**
   * @param leader who makes the film
   * @param ownFrames all frames of the film
   */
  constructor(
    layout: Layout,
    key: Key,
    request: ZoomRequest,
    leader: string,
    ownFrames: () => ReadonlySet<Key>,
  ) {
    this.#layout = layout;
    this.#key = key;
    this.#request = request;
    this.#ownFrames = ownFrames;
    this.#leader = leader.replace(/\p{Cc}+/gu, ' ').slice(0, 300);
  }

  /** There is a newer frame. */
  note(frame: Key): void {
    this.#frame = frame;
  }

  /** Writes how far it is, unless that was done a moment ago. */
  show({ frames, done, cached, computed, missing }: FilmProgress): void {
    const now = performance.now();
    if (this.#writing !== null || now < this.#next) return;
    this.#next = now + WRITE_MS;
    const { FORMAT: format, THEME: theme, SIZE: size, FPS: fps } = this.#request;
    const seconds = Number(((now - this.#start) / 1000).toFixed(1));
    this.#writing = this.#write({
      leader: this.#leader,
      format,
      theme,
      size,
      fps,
      seconds,
      frame: this.#frame,
      frames,
      done,
      cached,
      computed,
      missing,
    }).finally(() => (this.#writing = null));
  }

  /** Writes no more, and removes the file. */
  async remove(): Promise<void> {
    this.#next = Infinity;
    await this.#writing;
    await remove(this.#layout.movieStatus(this.#key)).catch(() => undefined);
  }

  async #write(status: Parameters<typeof writeFilmStatus>[2]): Promise<void> {
    try {
      await writeFilmStatus(this.#layout, this.#key, status);
      const isFirst = this.#isFirst;
      this.#isFirst = false;
      if (isFirst) await sweepMovies(this.#layout, this.#key, this.#ownFrames);
    } catch {
      // The next one may succeed.
    }
  }
}
