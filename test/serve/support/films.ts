import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { DEFAULT_FILM_LIMITS } from '../../../src/serve/film-limits.js';
import type { FilmView } from '../../../src/serve/film-job.js';
import type { FilmOptions } from '../../../src/serve/films.js';

/** Small films for tests. */
export const FILMS: FilmOptions = {
  ...DEFAULT_FILM_LIMITS,
  frames: 30,
  width: 64,
  height: 36,
  waiting: 2,
  threads: 1,
  leader: 'a test',
};

/** A film whose tiles are there in a cache of level 3. */
export const TINY = `{START: [-0.75, 0.1], ZOOM: "8x", NUM_FRAMES: 5, FPS: 10, SIZE: "64x36"}`;

/** A film that waits for tiles for ever where there is no daemon; with another number, another film. */
export function endless(number = 0): string {
  return `{START: [-0.7463, 0.11${number}2], ZOOM: "1e4x", NUM_FRAMES: 30, FPS: 10, SIZE: "64x36"}`;
}

/** How a film is asked for, without a connection. */
export function asking(payload: string, headers: Record<string, string> = {}) {
  return {
    method: 'POST',
    url: '/api/zoom',
    headers: { 'content-type': 'application/json', ...headers },
    payload,
  } as const;
}

/** One who listens to a film. */
export class FilmListener {
  readonly socket: Socket;
  text = '';

  constructor(url: string, path: string) {
    this.socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.socket.setEncoding('utf8').on('data', (text: string) => (this.text += text));
    this.socket.on('error', () => undefined);
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    onTestFinished(() => void this.socket.destroy());
  }

  /** What it was told, in order. */
  get heard(): { event: string; view: FilmView }[] {
    return [...this.text.matchAll(/^event: (\w+)\ndata: (.+)\n\n/gm)].map(([, event, data]) => ({
      event,
      view: JSON.parse(data) as FilmView,
    }));
  }

  /** Waits for the end. */
  async ended(): Promise<FilmView> {
    const end = performance.now() + 60_000;
    for (;;) {
      const found = this.heard.find(({ event }) => event === 'ended');
      if (found) return found.view;
      if (performance.now() > end) throw new Error(`waited in vain for the end: ${this.text}`);
      await delay(20);
    }
  }
}
