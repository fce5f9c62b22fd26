import { randomUUID } from 'node:crypto';
import type { Key } from '../cache/layout.js';
import type { FilmProgress } from '../zoom/leader.js';
import type { ZoomRequest } from '../zoom/request.js';
import { Listeners } from './listeners.js';

/** Visitors who may have asked for the same film and can say that they no longer want it. */
const MAX_TOKENS = 64;
/** Listeners are told so often, milliseconds. */
const TELL_MS = 300;

/** What became of a film. */
export type FilmState = 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';

/** A film, as it is told to visitors. */
export interface FilmView {
  readonly id: Key;
  /** Where it is when it is finished. */
  readonly url: string;
  readonly state: FilmState;
  /** Films before it. */
  readonly ahead: number;
  readonly frames: number;
  /** Frames in the film. */
  readonly done: number;
  /** Tiles: there at once, made meanwhile, waited for. */
  readonly cached: number;
  readonly computed: number;
  readonly missing: number;
  /** Where the newest frame is; null before the first. */
  readonly preview: string | null;
  /** Why it failed, in words; null when it did not. */
  readonly reason: string | null;
}

/**
 * A film that visitors have asked for.
 *
 * ```
 * waiting --> running --> finished
 *    |           |------> failed
 *    +-----------+------> cancelled      nobody wants it any more, or the server ends
 * ```
 *
 * Only #enter changes the state; the last three are the end. Each visitor who asks gets a token, and the film is wanted as long as one of them
 * has not been given back: its name is a hash of the request, and so no secret.
 */
export class FilmJob {
  readonly id: Key;
  readonly request: ZoomRequest;
  readonly url: string;
  readonly listeners: Listeners = new Listeners();
  readonly #clock: () => number;
  readonly #tokens = new Set<string>();
  readonly #stop = new AbortController();
  #state: FilmState = 'waiting';
  #progress: FilmProgress | null = null;
  #frame: Key | null = null;
  #reason: string | null = null;
  #nextTell = 0;

  constructor(id: Key, request: ZoomRequest, clock: () => number) {
    this.id = id;
    this.request = request;
    this.url = `/movie/${id}.${request.FORMAT}`;
    this.#clock = clock;
  }

  get state(): FilmState {
    return this.#state;
  }

  /** Whether nothing will happen to it any more. */
  get isOver(): boolean {
    return this.#state !== 'waiting' && this.#state !== 'running';
  }

  /** Ends the making of it. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** A token for one more visitor who wants it; null when there are too many, or it is over. */
  want(): string | null {
    if (this.isOver || this.#tokens.size >= MAX_TOKENS) return null;
    const token = randomUUID();
    this.#tokens.add(token);
    return token;
  }

  /**
   * Takes a token back; without the last one the film is cancelled.
   *
   * @returns false when it is none
   */
  giveBack(token: string): boolean {
    if (!this.#tokens.delete(token)) return false;
    if (this.#tokens.size === 0) this.cancel();
    return true;
  }

  /** It is not wanted any more. */
  cancel(): void {
    if (!this.isOver) this.#enter('cancelled');
  }

  begin(): void {
    this.#enter('running');
  }

  finish(): void {
    if (!this.isOver) this.#enter('finished');
  }

  /** @param reason in words for visitors */
  fail(reason: string): void {
    if (this.isOver) return;
    this.#reason = reason;
    this.#enter('failed');
  }

  /** A frame is in the film. */
  noteFrame(frame: Key): void {
    this.#frame = frame;
  }

  /** Tells listeners how far it is, unless that was done a moment ago. */
  show(progress: FilmProgress): void {
    this.#progress = progress;
    const now = this.#clock();
    if (this.isOver || now < this.#nextTell) return;
    this.#nextTell = now + TELL_MS;
    this.tell();
  }

  /** Tells listeners how things are. */
  tell(ahead = 0): void {
    this.listeners.tell(this.isOver ? 'ended' : 'progress', JSON.stringify(this.view(ahead)));
  }

  /** @param ahead films before it */
  view(ahead = 0): FilmView {
    const { done = 0, cached = 0, computed = 0, missing = 0 } = this.#progress ?? {};
    return {
      id: this.id,
      url: this.url,
      state: this.#state,
      ahead,
      frames: this.request.NUM_FRAMES,
      done: this.#state === 'finished' ? this.request.NUM_FRAMES : done,
      cached,
      computed,
      missing,
      preview: this.#frame && `/movie/frame/${this.#frame}.png`,
      reason: this.#reason,
    };
  }

  #enter(state: FilmState): void {
    this.#state = state;
    this.tell();
    if (!this.isOver) return;
    this.#tokens.clear();
    this.listeners.close();
    if (state !== 'finished') this.#stop.abort();
  }
}
