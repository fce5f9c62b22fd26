import type { Argv } from 'yargs';
import { directoryPositional, jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { setTimeout as delay } from 'node:timers/promises';
import { rm } from 'node:fs/promises';
import { readBoring } from '../../cache/boring-file.js';
import { heldBy, takeCensus, type WorkCensus } from '../../cache/census.js';
import { systemCode } from '../../cache/cache-error.js';
import { freeSpace } from '../../cache/free-space.js';
import { Layout } from '../../cache/layout.js';
import { isAlive, seeClients, type SeenClient } from '../../cache/liveness.js';
import { processTable } from '../../cache/process-table.js';
import { serverTime } from '../../cache/server-time.js';
import { readSettings, type Settings } from '../../cache/settings.js';
import { levelOf, type Address } from '../../tile/address.js';
import { EXIT } from '../exit-codes.js';
import { say, table, type Terminal } from '../terminal.js';

interface StatusArguments {
  readonly directory: string;
  readonly json: boolean;
  readonly watch: boolean;
}

/** What `status --json` prints. */
interface Status {
  readonly settings: Settings;
  readonly totals: { todo: number; working: number; done: number; boring: number; wanted: number };
  readonly levels: { level: number; todo: number; working: number; done: number; boring: number }[];
  readonly clients: {
    name: string;
    alive: boolean;
    heartbeatAge: number | null;
    state: string | null;
    host: string | null;
    workers: number | null;
    subdivided: number | null;
    tilesPerSecond: number | null;
    holding: number;
  }[];
  readonly freeBytes: number;
}

/** Pause between two looks of `--watch`, in milliseconds. */
const WATCH_MS = 2000;

/** `mandeld status DIR`: what is there, who works, how fast. */
async function runStatus(args: StatusArguments, terminal: Terminal): Promise<number> {
  for (;;) {
    const status = await readStatusOf(args.directory);
    if (args.watch && !args.json) terminal.out.write('\u001b[2J\u001b[H');
    say(terminal, args.json ? JSON.stringify(status) : describe(args.directory, status));
    if (!args.watch) return EXIT.ok;
    await delay(WATCH_MS);
  }
}

async function readStatusOf(directory: string): Promise<Status> {
  const settings = await readSettings(directory);
  const layout = new Layout(directory, settings.image);
  const [census, boring, now, freeBytes] = await Promise.all([
    takeCensus(layout),
    readBoring(layout.boring),
    timeOf(layout),
    freeSpace(directory),
  ]);
  const working = census.work.flatMap(heldBy);
  const clients = await seeClients(layout, now);
  const states = { todo: census.todo, working, done: census.done, boring: [...boring.tiles.keys()] };
  return {
    settings,
    totals: {
      todo: census.todo.length,
      working: working.length,
      done: census.done.length,
      boring: boring.tiles.size,
      wanted: census.want.length,
    },
    levels: countLevels(states),
    clients: clients.map((client) => describeClient(client, settings, census.work)),
    freeBytes,
  };
}

/** The file server's time, or the local one where this user may not write. */
async function timeOf(layout: Layout): Promise<number> {
  const clock = layout.clock(`status-${process.pid}`);
  try {
    return await serverTime(clock);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM', 'ENOENT', 'ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? ''))
      throw error;
    return Date.now();
  } finally {
    await rm(clock, { force: true }).catch(() => undefined);
  }
}

function countLevels(
  states: Readonly<Record<'todo' | 'working' | 'done' | 'boring', readonly Address[]>>,
): Status['levels'] {
  const levels: Status['levels'] = [];
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

function describeClient(
  client: SeenClient,
  settings: Settings,
  work: readonly WorkCensus[],
): Status['clients'][number] {
  const { name, age, status } = client;
  const own = work.find((folder) => folder.client === name);
  return {
    name,
    alive: isAlive(client, settings.lease, processTable()),
    heartbeatAge: Number.isFinite(age) ? Number(age.toFixed(1)) : null,
    state: status?.state ?? null,
    host: status?.host ?? null,
    workers: status?.workers ?? null,
    subdivided: status?.subdivided ?? null,
    tilesPerSecond: status?.rate ?? null,
    holding: own ? heldBy(own).length : 0,
  };
}

function describe(directory: string, status: Status): string {
  const { settings, totals, levels, clients, freeBytes } = status;
  const header = ['level', 'todo', 'working', 'done', 'boring'];
  const rows = levels
    .map(({ level, todo, working, done, boring }) => [level, todo, working, done, boring])
    .filter(([, ...counts]) => counts.some((count) => count > 0));
  const people = clients.map((client) => [
    client.name,
    client.alive ? (client.state ?? 'joining') : 'dead',
    client.host ?? '-',
    client.workers ?? 0,
    client.subdivided ?? 0,
    client.tilesPerSecond ?? 0,
    client.holding,
    client.heartbeatAge === null ? '-' : `${client.heartbeatAge} s`,
  ]);
  const speed = clients.reduce(
    (sum, { alive, tilesPerSecond }) => sum + (alive ? (tilesPerSecond ?? 0) : 0),
    0,
  );
  return [
    `${directory}: theme ${settings.theme}, ${settings.image}, lease ${settings.lease} s, ` +
      `${(freeBytes / 2 ** 30).toFixed(1)} GiB free`,
    '',
    table([header, ...rows, ['all', totals.todo, totals.working, totals.done, totals.boring]]),
    ...(totals.wanted > 0 ? [`${totals.wanted} tiles are asked for out of turn.`] : []),
    '',
    people.length === 0
      ? 'No client works here.'
      : table([
          ['client', 'state', 'host', 'workers', 'tiles', 'tiles/s', 'holding', 'heartbeat'],
          ...people,
        ]) + `\n${speed.toFixed(1)} tiles/s together`,
  ].join('\n');
}

/** Declares the command. */
export function statusCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'status <directory>',
    'Tell what is there, who works and how fast',
    (c) =>
      withEnvironment(
        c
          .positional('directory', directoryPositional)
          .option('json', jsonOption)
          .option('watch', { type: 'boolean', default: false, describe: 'look again every 2 seconds' })
          .example('$0 status /mnt/mandel --watch', 'follow the work'),
        environment,
      ),
    async ({ directory, json, watch }) => await finish(runStatus({ directory, json, watch }, terminal)),
  );
}
