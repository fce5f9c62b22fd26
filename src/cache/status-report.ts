import { readBoring } from './boring-file.js';
import { heldBy, takeCensus, type WorkCensus } from './census.js';
import { seeFilms, type FilmReport } from './film-status.js';
import { diskRoom } from './free-space.js';
import { Layout } from './layout.js';
import { isAlive, seeClients, type SeenClient } from './liveness.js';
import { observeTime } from './observe.js';
import { oldestTile } from './oldest-tile.js';
import { processTable } from './process-table.js';
import { readSettings, type Settings } from './settings.js';
import { levelOf, type Address } from '../tile/address.js';

/** Counts of tiles by state. */
export interface StateCounts {
  todo: number;
  /** Held by clients. */
  working: number;
  done: number;
  boring: number;
}

/** A client, as `status --json` prints it; null is unknown. Ages are in seconds, and by the file server's clock. */
export interface ClientReport {
  readonly name: string;
  readonly alive: boolean;
  readonly heartbeatAge: number | null;
  readonly state: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  /** ISO 8601, by the client's clock. */
  readonly started: string | null;
  /** Threads that compute. */
  readonly workers: number | null;
  /** Since the start. */
  readonly subdivided: number | null;
  readonly made: number | null;
  /** Over the last minute. */
  readonly tilesPerSecond: number | null;
  /** Over the last five minutes. */
  readonly tilesPerSecond5m: number | null;
  /** Tiles in its folder. */
  readonly holding: number;
  /** What its threads had in hand at the last heartbeat, the longest first. */
  readonly current: readonly { address: string; task: string; age: number }[] | null;
  /** Seconds that it has waited for the lock, the mean over the last minute. */
  readonly lockWait: number | null;
  /** Since the start. */
  readonly errors: number | null;
  readonly lastError: { readonly text: string; readonly age: number } | null;
}

/** What `status --json` prints. */
export interface StatusReport {
  readonly settings: Settings;
  readonly totals: StateCounts & { wanted: number };
  readonly levels: ({ level: number } & StateCounts)[];
  /** Null while there is no tile. */
  readonly deepestLevel: number | null;
  /** Of many, only some are looked at: then it is at least so old. */
  readonly oldestTodo: { address: string; age: number; isCertain: boolean } | null;
  readonly clients: readonly ClientReport[];
  /** Those that are being made, and those whose leader is gone. */
  readonly films: readonly FilmReport[];
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Null where the file system has no such limit. */
  readonly freeInodes: number | null;
  readonly totalInodes: number | null;
}

/**
 * Looks at a cache, without the lock: tiles may move meanwhile.
 *
 * @throws CacheError ENOCACHE, EVERSION or ESETTINGS
 */
export async function reportStatus(directory: string): Promise<StatusReport> {
  const settings = await readSettings(directory);
  const layout = new Layout(directory, settings.image);
  const [census, boring, now, oldest, room] = await Promise.all([
    takeCensus(layout),
    readBoring(layout.boring),
    observeTime(layout, `status-${process.pid}`),
    oldestTile(layout.todoFolder),
    diskRoom(directory),
  ]);
  const working = census.work.flatMap(heldBy);
  const [clients, films] = [await seeClients(layout, now), await seeFilms(layout, now)];
  const states = { todo: census.todo, working, done: census.done, boring: [...boring.tiles.keys()] };
  const levels = countLevels(states);
  return {
    settings,
    totals: {
      todo: census.todo.length,
      working: working.length,
      done: census.done.length,
      boring: boring.tiles.size,
      wanted: census.want.length,
    },
    levels,
    deepestLevel: levels.at(-1)?.level ?? null,
    oldestTodo: oldest && {
      address: oldest.address,
      age: seconds(Math.max(0, now - oldest.modified) / 1000),
      isCertain: oldest.isCertain,
    },
    clients: clients
      .map((client) => reportClient(client, settings, census.work))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    films,
    ...room,
  };
}

function countLevels(
  states: Readonly<Record<keyof StateCounts, readonly Address[]>>,
): StatusReport['levels'] {
  const levels: StatusReport['levels'] = [];
  for (const state of ['todo', 'working', 'done', 'boring'] as const) {
    for (const address of states[state]) {
      const level = levelOf(address);
      while (levels.length <= level) {
        levels.push({ level: levels.length, todo: 0, working: 0, done: 0, boring: 0 });
      }
      levels[level][state]++;
    }
  }
  return levels;
}

function reportClient(client: SeenClient, settings: Settings, work: readonly WorkCensus[]): ClientReport {
  const { name, age, status } = client;
  const own = work.find((folder) => folder.client === name);
  // What it said is as old as its heartbeat.
  const since = (then: number): number => seconds(then + (Number.isFinite(age) ? age : 0));
  const { current, lastError } = status ?? {};
  return {
    name,
    alive: isAlive(client, settings.lease, processTable()),
    heartbeatAge: Number.isFinite(age) ? seconds(age) : null,
    state: status?.state ?? null,
    host: status?.host ?? null,
    pid: status?.pid ?? null,
    version: status?.version ?? null,
    started: status?.started ?? null,
    workers: status?.workers ?? null,
    subdivided: status?.subdivided ?? null,
    made: status?.made ?? null,
    tilesPerSecond: status?.rate ?? null,
    tilesPerSecond5m: status?.rate5m ?? null,
    holding: own ? heldBy(own).length : 0,
    current:
      current?.map((tile) => ({
        address: tile.address,
        task: tile.task,
        age: since(tile.seconds),
      })) ?? null,
    lockWait: status?.lockWait ?? null,
    errors: status?.errors ?? null,
    lastError: lastError ? { text: lastError.text, age: since(lastError.seconds) } : null,
  };
}

function seconds(exact: number): number {
  return Number(exact.toFixed(1));
}
