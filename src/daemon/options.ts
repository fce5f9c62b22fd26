import type { Logger } from 'pino';
import type { DiskRoom } from '../cache/free-space.js';
import type { SectionTimes } from '../cache/lock.js';
import type { CurrentTile, LastError } from '../cache/status-file.js';
import type { CrewParts, Workforce } from './crew.js';
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
  /** Only tiles that were asked for are made. */
  readonly onlyWants: boolean;
  /** Ends after so many tiles, subdivided and made together; null for no end. */
  readonly maxTiles: number | null;
  /** Ends when no tile within the limits is left anywhere. */
  readonly untilIdle: boolean;
  /** Bytes of free disk space below which no work is taken. */
  readonly minFree: number;
  /** Now, by the local clock; only to be shown. */
  readonly started: Date;
  readonly logger: Logger;
  /** Whether tiles that were asked for are made from nothing. */
  readonly makes?: boolean;
  /** Whether it holds tiles for others, who may not come: then what somebody looks at below them is made all the same. */
  readonly lends?: boolean;
  /** Who computes; without it, threads of this process. */
  readonly workforce?: (parts: CrewParts) => Workforce;
  /** Told after every section under the lock. */
  readonly onSection?: (times: SectionTimes) => void;
}

/** What a daemon is doing; the way from one mode to the next stands at {@link import('./daemon.js').Daemon}. */
export type Mode = 'joining' | 'working' | 'idle' | 'waiting for space' | 'stopping' | 'stopped';

/** A look at a daemon from outside. */
export interface Progress {
  readonly mode: Mode;
  /** Tiles subdivided since the start. */
  readonly subdivided: number;
  /** Tiles made because somebody asked for them, since the start. */
  readonly made: number;
  /** Lines written to boring.txt since the start. */
  readonly boring: number;
  /** Clients recovered since the start. */
  readonly recovered: number;
  /** Abandoned locks broken since the start. */
  readonly brokenLocks: number;
  /** Errors logged since the start. */
  readonly errors: number;
  readonly lastError: LastError | null;
  readonly workers: number;
  /** Tiles that it holds. */
  readonly holding: readonly string[];
  /** What its threads have in hand, the longest first. */
  readonly current: readonly CurrentTile[];
  /** Tiles in todo/ when it was listed last. */
  readonly todo: number;
  /** Level of the tiles made last. */
  readonly level: number;
  /** Tiles subdivided or made a second, over the last minute. */
  readonly rate: number;
  /** The same over the last five minutes. */
  readonly rate5m: number;
  /** Seconds that it has waited for the lock, the mean over the last minute. */
  readonly lockWait: number;
  /** Seconds since a heartbeat was written. */
  readonly heartbeatAge: number;
  /** What was left on the disk at the last look; null before the first. */
  readonly room: DiskRoom | null;
  readonly statistics: Statistics;
}
