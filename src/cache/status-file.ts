import { readBounded, publish } from './files.js';

/** What a client is doing. */
export type ClientState = 'working' | 'idle' | 'waiting for space' | 'stopping';

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
  /** The same a second, over the last minute. */
  readonly rate: number;
  /** Tiles that it holds. */
  readonly holding: readonly string[];
}

/** A status.json is refused beyond this size, in bytes. */
const MAX_STATUS_BYTES = 1_000_000;

export async function writeStatus(path: string, status: ClientStatus): Promise<void> {
  await publish(path, `${JSON.stringify(status, null, 2)}\n`);
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
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>;
  const texts = ['client', 'session', 'host', 'processes', 'version', 'state', 'started'];
  const numbers = ['pid', 'workers', 'subdivided', 'rate'];
  const valid =
    texts.every((name) => typeof fields[name] === 'string' && TEXT.test(fields[name])) &&
    numbers.every((name) => Number.isFinite(fields[name])) &&
    Array.isArray(fields['holding']) &&
    fields['holding'].every((entry) => typeof entry === 'string');
  return valid ? (value as ClientStatus) : null;
}
