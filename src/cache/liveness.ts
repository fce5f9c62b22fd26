import { isClientName } from './client-name.js';
import { disk } from './disk.js';
import { isGone, modificationTime } from './files.js';
import { mapInGroups } from './groups.js';
import { kindAt } from './folders.js';
import type { Layout } from './layout.js';
import { processHasEnded } from './process-table.js';
import { readStatus, type ClientStatus } from './status-file.js';

/** Another client, seen through its heartbeat. */
export interface SeenClient {
  readonly name: string;
  /** Seconds since its last heartbeat, in the file server's time; Infinity when it has none. */
  readonly age: number;
  /** What it said last, but for the tiles, which may be many; null when that cannot be read. */
  readonly status: Omit<ClientStatus, 'holding'> | null;
}

/** Names of the clients that have a folder in work/. Whatever else stands there, a file or a link, is nobody's. */
export async function listClients(layout: Layout): Promise<string[]> {
  try {
    const entries = await disk.readdir(layout.workFolder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && isClientName(entry.name)).map(({ name }) => name);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** All clients that have a folder in work/. */
export async function seeClients(layout: Layout, now: number): Promise<SeenClient[]> {
  const names = await listClients(layout);
  return await mapInGroups(names, async (name) => await seeClient(layout, name, now));
}

/**
 * One client.
 *
 * @param now the file server's time, milliseconds
 */
export async function seeClient(layout: Layout, name: string, now: number): Promise<SeenClient> {
  const work = layout.work(name);
  const beat = await modificationTime(work.status).catch(() => null);
  if (beat !== null) {
    const said = await readStatus(work.status);
    return { name, age: ageOf(beat, now), status: said && withoutTiles(said) };
  }
  // No heartbeat: the client died while it came or went. Give it the time of its folder.
  const made = await modificationTime(work.folder).catch(() => null);
  return { name, age: made === null ? Infinity : ageOf(made, now), status: null };
}

function withoutTiles({ holding: _tiles, ...status }: ClientStatus): Omit<ClientStatus, 'holding'> {
  return status;
}

/** A heartbeat may be ahead when the server's clock was set back; one that is ahead by more, in milliseconds, was made up. */
const MAX_AHEAD_MS = 86_400_000;

/** Seconds since a time, or until it when it was made up: longer than any lease. */
function ageOf(time: number, now: number): number {
  return (time - now > MAX_AHEAD_MS ? time - now : Math.max(0, now - time)) / 1000;
}

/**
 * Whether a client counts as alive: its heartbeat is younger than the lease, and its process is not known to have ended.
 *
 * @param lease seconds
 * @param table the caller's own process table
 */
export function isAlive(client: SeenClient, lease: number, table: string): boolean {
  return client.age <= lease && !hasEndedHere(client, table);
}

/**
 * Whether a client is there and counts as dead.
 *
 * @param now the file server's time, milliseconds
 * @param lease seconds
 * @param table the caller's own process table
 */
export async function hasDied(
  layout: Layout,
  name: string,
  now: number,
  lease: number,
  table: string,
): Promise<boolean> {
  if ((await kindAt(layout.work(name).folder)) !== 'folder') return false;
  return !isAlive(await seeClient(layout, name, now), lease, table);
}

/** Whether a client is known to have ended although its heartbeat is young. */
function hasEndedHere(client: SeenClient, table: string): boolean {
  return client.status !== null && processHasEnded(client.status, table);
}
