import type { Address } from '../tile/address.js';
import type { Settings } from '../cache/settings.js';
import type { FastifyInstance } from 'fastify';
import type { FilmOptions } from './films.js';
import type { BodyPace } from './slow-bodies.js';

/** Where the server tells what an operator should know; pino's loggers will do. */
export interface ServeLogger {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A page of the hub's. */
export interface HubPage {
  /** Where it is, as `/account`. */
  readonly path: string;
  /** A whole HTML file. */
  readonly html: string;
}

/** What a server is told when it is made. */
export interface ServeOptions {
  /** The cache. */
  readonly root: string;
  readonly settings: Settings;
  /** The page: a whole HTML file. */
  readonly page: string;
  /** The dashboard: likewise. */
  readonly dashboard: string;
  /** Pages of a hub; a server that has them says so to the map, in X-Mandeld-Hub. */
  readonly hubPages?: readonly HubPage[];
  /** Version of mandeld. */
  readonly version: string;
  /** Whether tiles that are missed are asked for. */
  readonly wants: boolean;
  /** Marks of its own that may stand in want/. */
  readonly maxWants: number;
  /** Deepest level that is asked for. */
  readonly maxLevel: number;
  /** How films are made for visitors; null when they are not. */
  readonly films: FilmOptions | null;
  /** Whether the nearest proxy is believed when it says whom it speaks for. */
  readonly trustProxy: boolean;
  /** Told of looks at tiles that are missing. */
  readonly onMiss?: (address: Address, from: string) => void;
  /** How slowly bodies may come; for tests. */
  readonly bodies?: BodyPace;
  /** More that is answered, in a scope of its own. */
  readonly extend?: (app: FastifyInstance) => Promise<void>;
  readonly logger: ServeLogger;
  /** The time in milliseconds, from any beginning, never going back. */
  readonly clock: () => number;
  /** Pause between two looks for what is new where nobody gives a hint (NFS), in milliseconds. */
  readonly pollMs: number;
}

/** Default of {@link ServeOptions.maxWants}: some screens full of tiles. */
export const DEFAULT_MAX_WANTS = 256;
/** Default of {@link ServeOptions.pollMs}. */
export const DEFAULT_POLL_MS = 2000;

/** What became of a request for a missing tile. */
export type Outcome =
  | 'queued' // it will be looked at, and asked for if nothing is known of it
  | 'known' // it is in the queue already, or asked for by this server
  | 'too deep'
  | 'too many' // by this remote address at present
  | 'off';

/** Whom a missing tile is told to. */
export interface Asker {
  /** @param from remote address */
  ask(address: Address, from: string): Outcome;
}
