import type { Logger } from 'pino';
import type { Statistics } from '../subdivide/statistics.js';

/** How a daemon works; all of it is decided by the command line. */
export interface DaemonOptions {
  /** The cache's directory. */
  readonly root: string;
  readonly client: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Worker threads, at least 1. */
  readonly workers: number;
  /** Tiles up to this level are made; the raw files of this level stay in todo/. */
  readonly maxLevel: number;
  /** Ends after so many tiles; null for no end. */
  readonly maxTiles: number | null;
  /** Ends when no tile within the limits is left anywhere. */
  readonly untilIdle: boolean;
  /** Bytes of free disk space below which no work is taken. */
  readonly minFree: number;
  /** Now, by the local clock; only to be shown. */
  readonly started: Date;
  readonly logger: Logger;
}

/** What a daemon is doing; the way from one mode to the next stands at {@link import('./daemon.js').Daemon}. */
export type Mode = 'joining' | 'working' | 'idle' | 'waiting for space' | 'stopping' | 'stopped';

/** A look at a daemon from outside. */
export interface Progress {
  readonly mode: Mode;
  /** Tiles subdivided since the start. */
  readonly subdivided: number;
  /** Tiles in todo/ when it was listed last. */
  readonly todo: number;
  /** Level of the tiles made last. */
  readonly level: number;
  /** Tiles a second over the last minute. */
  readonly rate: number;
  readonly statistics: Statistics;
}
