import type { Logger } from 'pino';
import type { Address } from '../tile/address.js';
import type { Receipt } from '../wire/messages.js';
import type { Clock } from './clock.js';
import type { Hours } from './hours.js';
import type { HubAddress } from './hub-address.js';
import type { HubState } from './hub-link.js';
import type { TilePool } from './job.js';

/** How a volunteer works; all of it is decided by the command line. */
export interface VolunteerOptions {
  readonly hub: HubAddress;
  readonly token: string;
  readonly version: string;
  /** Worker threads, at least 1. */
  readonly workers: number;
  /** Share of the time that each of them works, above 0 up to 1. */
  readonly share: number;
  readonly hours: Hours;
  /** Folder of finished tiles that the hub does not have yet. */
  readonly state: string;
  /** Ends after so many tiles; null for no end. */
  readonly maxTiles: number | null;
  /** Ends when the hub has no work. */
  readonly untilIdle: boolean;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly onEvent?: (event: VolunteerEvent) => void;
  /** What computes; threads of its own unless a test has something else. */
  readonly pool?: TilePool;
  /** Milliseconds; unless a test is in a hurry. */
  readonly times?: Partial<Times>;
}

/** Times in milliseconds. */
export interface Times {
  /** A request that carries no tile takes no longer. */
  readonly request: number;
  /** At the end, what is computed may take so long; beyond that it is given back. */
  readonly finish: number;
  /** At the end, uploads may take so long; beyond that they are kept for the next start. */
  readonly flush: number;
}

export const TIMES: Times = { request: 30_000, finish: 5_000, flush: 15_000 };

/** What a volunteer is doing; the way from one mode to the next stands at {@link import('./volunteer.js').Volunteer}. */
export type Mode = 'starting' | 'working' | 'idle' | 'off hours' | 'finishing' | 'stopped';

/** A look at a volunteer from outside. */
export interface Progress {
  readonly mode: Mode;
  readonly hub: HubState;
  /** Tiles that the hub has taken in since the start. */
  readonly uploaded: number;
  /** Tiles computed since the start. */
  readonly computed: number;
  /** Results that came to nothing: too late, or refused. */
  readonly dropped: number;
  /** Tiles given back. */
  readonly returned: number;
  /** Tiles in hand that are not begun. */
  readonly waiting: number;
  /** Tiles that threads have in hand. */
  readonly computing: number;
  /** Results that the hub does not have yet. */
  readonly pending: number;
  /** Tiles computed a second, over the last minute. */
  readonly rate: number;
}

/** What has happened, for programs: `--json`. */
export type VolunteerEvent =
  | { readonly event: 'leased'; readonly tiles: readonly Address[] }
  | { readonly event: 'computed'; readonly address: Address; readonly ms: number; readonly bytes: number }
  | {
      readonly event: 'uploaded';
      readonly lease: number;
      readonly attempt: number;
      readonly result: number;
      readonly state: Receipt['state'];
    }
  | { readonly event: 'dropped'; readonly lease: number; readonly attempt: number; readonly code: string }
  | {
      readonly event: 'returned';
      readonly address: Address;
      readonly reason: string | null;
    }
  | { readonly event: 'hub'; readonly state: HubState; readonly message: string | null };
