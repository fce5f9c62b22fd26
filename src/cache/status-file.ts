import { readBounded, publish } from './files.js';

/** What a client is doing. */
export type ClientState = 'working' | 'idle' | 'waiting for space' | 'stopping';

/** A tile that a thread has in hand. */
export interface CurrentTile {
  readonly address: string;
  /** `subdivide`, `make` or `remake`. */
  readonly task: string;
  /** Seconds since it was begun, at the time of the heartbeat. */
  readonly seconds: number;
}

/** The last error that a client has logged. */
export interface LastError {
  readonly text: string;
  /** Seconds since then, at the time of the heartbeat. */
  readonly seconds: number;
}

/** work/CLIENT/status.json, the heartbeat: its modification time, by the server's clock, says when. */
export interface ClientStatus {
  readonly client: string;
  /** Differs from start to start, so that a client knows its own heartbeat. */
  readonly session: string;
  readonly host: string;
  readonly pid: number;
  /** Names the process table that `pid` belongs to. */
  readonly processes: string;
  readonly version: string;
  readonly state: ClientState;
  /** ISO 8601, by the client's own clock. */
  readonly started: string;
  readonly workers: number;
  /** Tiles subdivided since the start. */
  readonly subdivided: number;
  /** Tiles subdivided or made a second, over the last minute. */
  readonly rate: number;
  /** Tiles that it holds, as many as there is room for. */
  readonly holding: readonly string[];

  // What follows was not written by the first versions: where it is missing, it is unknown.

  /** Tiles made because somebody asked for them, since the start. */
  readonly made?: number;
  /** As `rate`, over the last five minutes. */
  readonly rate5m?: number;
  /** What its threads have in hand, the longest first, as many as there is room for. */
  readonly current?: readonly CurrentTile[];
  /** Seconds that it has waited for the lock, the mean over the last minute. */
  readonly lockWait?: number;
  /** Errors logged since the start. */
  readonly errors?: number;
  /** Null when there was none. */
  readonly lastError?: LastError | null;
  /** Whether it holds tiles for others, who may not come, and computes none itself: a hub. */
  readonly lends?: boolean;
}

/** A status.json is refused beyond this size, in bytes. */
const MAX_STATUS_BYTES = 1_000_000;
/** Characters of addresses that are written of each list: at level 20,000 one address fills a fifth of it. */
const MAX_ADDRESS_TEXT = 100_000;
/** Characters of an error's text that are written. */
const MAX_ERROR_TEXT = 300;

export async function writeStatus(path: string, status: ClientStatus): Promise<void> {
  const { holding, current, lastError } = status;
  const bounded: ClientStatus = {
    ...status,
    holding: withinRoom(holding, (address) => address),
    ...(current && { current: withinRoom(current, ({ address }) => address) }),
    ...(lastError && {
      lastError: { ...lastError, text: lastError.text.replace(/\p{Cc}+/gu, ' ').slice(0, MAX_ERROR_TEXT) },
    }),
  };
  await publish(path, `${JSON.stringify(bounded, null, 2)}\n`);
}

/** The first of a list, as many as there is room for. */
function withinRoom<T>(list: readonly T[], addressOf: (one: T) => string): readonly T[] {
  // Quotation marks and the other fields count too, so that a thousand short ones are bounded as well.
  let room = MAX_ADDRESS_TEXT;
  const end = list.findIndex((one) => (room -= addressOf(one).length + 64) < 0);
  return end < 0 ? list : list.slice(0, end);
}

/** Texts of a status are shown in one line, and so have no control characters, and an end. */
const TEXT = /^\P{Cc}{0,300}$/u;

/** Reads a status; null when it is missing, torn or no status at all. */
export async function readStatus(path: string): Promise<ClientStatus | null> {
  let value: unknown;
  try {
    const bytes = await readBounded(path, MAX_STATUS_BYTES);
    if (bytes === null) return null;
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const texts = ['client', 'session', 'host', 'processes', 'version', 'state', 'started'];
  const numbers = ['pid', 'workers', 'subdivided', 'rate'];
  const holding = value['holding'];
  const valid =
    texts.every((name) => isText(value[name])) &&
    numbers.every((name) => Number.isFinite(value[name])) &&
    Array.isArray(holding) &&
    holding.every((entry) => typeof entry === 'string');
  if (!valid) return null;
  // A version to come may write them otherwise; its heartbeat counts all the same.
  const known = Object.entries(value).filter(([name, field]) => LATER_FIELDS[name]?.(field) ?? true);
  return Object.fromEntries(known) as unknown as ClientStatus;
}

/** The fields that may be missing: whether a value can be one. */
const LATER_FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  made: Number.isFinite,
  rate5m: Number.isFinite,
  lockWait: Number.isFinite,
  errors: Number.isFinite,
  lends: (value) => typeof value === 'boolean',
  current: (value) =>
    Array.isArray(value) &&
    value.every(
      (one) =>
        isObject(one) &&
        typeof one['address'] === 'string' &&
        isText(one['task']) &&
        Number.isFinite(one['seconds']),
    ),
  lastError: (value) =>
    value === null || (isObject(value) && isText(value['text']) && Number.isFinite(value['seconds'])),
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && TEXT.test(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
