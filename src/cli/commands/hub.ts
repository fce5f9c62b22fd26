import { hostname } from 'node:os';
import type { Argv } from 'yargs';
import { clientNameFrom } from '../../cache/client-name.js';
import type { Role } from '../../hub/db/schema.js';
import { parseBytes } from '../bytes.js';
import type { Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { startLocalDaemon, type LocalDaemon } from '../local-daemon.js';
import { readHubPages, serveMap } from '../map-server.js';
import { nextSignal } from '../next-signal.js';
import { createLogger, ProgressLine } from '../progress-line.js';
import { say, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { wholeNumber } from '../whole-number.js';
import { declareServer, serverOptions, type ServeArguments } from './serve.js';

interface HubArguments extends ServeArguments {
  readonly data: string | undefined;
  readonly db: string | undefined;
  readonly client: string | undefined;
  readonly workers: number;
  readonly judges: number;
  readonly stock: number;
  readonly lease: number;
  readonly patience: number;
  readonly audits: number;
  readonly periods: number;
  readonly secure: boolean;
  readonly admin: string | undefined;
  readonly minFree: string;
}

/** `mandeld hub DIR`: until Ctrl-C. */
async function runHub(args: HubArguments, terminal: Terminal, version: string): Promise<number> {
  const options = serverOptions(args, version);
  const port = wholeNumber(args.port, '--port', 0, 65_535);
  const workers = wholeNumber(args.workers, '--workers', 0, 1024);
  const minFree = parseBytes(args.minFree, '--min-free');
  if (args.db !== undefined && !/^postgres(ql)?:\/\//.test(args.db))
    throw new UsageError(
      '--db: expected the address of a PostgreSQL server, as postgres://user@host/database',
    );
  const logger = createLogger(
    args.logLevel,
    terminal,
    terminal.interactive ? new ProgressLine(terminal) : null,
  );
  const { DataFolder } = await import('../../hub/data-folder.js');
  const { Hub } = await import('../../hub/hub.js');
  const stopped = nextSignal();
  const folder =
    args.db === undefined
      ? await DataFolder.open(args.data ?? DataFolder.besides(args.directory), args.directory)
      : null;
  let local: LocalDaemon | null = null;
  try {
    const hub = await Hub.start({
      root: args.directory,
      database: folder ? { folder: folder.database } : { url: args.db ?? '' },
      client: args.client ?? clientNameFrom(`hub-${hostname()}`),
      host: hostname(),
      pid: process.pid,
      version,
      threads: wholeNumber(args.judges, '--judges', 1, 1024),
      stock: wholeNumber(args.stock, '--stock', 1, 1_000_000),
      maxLevel: options.maxLevel,
      lease: wholeNumber(args.lease, '--lease', 1, 86_400),
      patience: wholeNumber(args.patience, '--patience', 0, 10_000_000),
      audits: wholeNumber(args.audits, '--audits', 0, 100) / 100,
      periods: wholeNumber(args.periods, '--periods', 0, 20),
      isSecure: args.secure,
      minFree,
      started: new Date(),
      logger,
      clock: () => performance.now(),
    });
    try {
      if (args.admin !== undefined) await appoint(hub.accounts, args.admin, 'admin');
      hub.run();
      if (workers > 0) local = await startLocalDaemon('hub', args.directory, workers, terminal, version);
      const server = await serveMap(args.directory, args.host, [port], {
        ...options,
        logger,
        onMiss: (address, from) => hub.missed(address, from),
        hubPages: await readHubPages(),
        extend: async (app) => await hub.serve(app),
      });
      say(terminal, args.json ? JSON.stringify({ url: server.url }) : `mandeld hub: ${server.url}`);
      const signal = await stopped.signal;
      logger.info({ signal }, 'ending; once more to end at once');
      await server.close();
      return EXIT.ok;
    } finally {
      await local?.stop();
      await hub.close();
    }
  } finally {
    await folder?.close();
    stopped.forget();
  }
}

async function appoint(
  accounts: { setRole(name: string, role: Role): Promise<boolean> },
  name: string,
  role: Role,
): Promise<void> {
  if (await accounts.setRole(name, role)) return;
  throw new UsageError(
    `--admin: there is no account named ${name}. Sign up first, then start the hub with --admin once.`,
  );
}

/** Declares the command. */
export function hubCommand(y: Argv, { terminal, environment, version, finish }: Context): Argv {
  return y.command(
    'hub <directory>',
    'Serve the map, and give tiles to volunteers over HTTP',
    (c) =>
      withEnvironment(
        declareServer(c)
          .option('data', {
            type: 'string',
            describe: 'folder of its database, on this machine [DIR.hub beside the cache]',
          })
          .option('db', {
            type: 'string',
            describe: 'a PostgreSQL server instead of the embedded database: postgres://user@host/database',
          })
          .option('client', { type: 'string', describe: 'its name in the cache [hub- and the host name]' })
          .option('workers', {
            type: 'number',
            default: 1,
            describe: 'threads that make what visitors look at; 0 where daemons do that',
          })
          .option('judges', { type: 'number', default: 1, describe: 'threads that look into uploads' })
          .option('stock', { type: 'number', default: 256, describe: 'tiles that are held ready' })
          .option('lease', {
            type: 'number',
            default: 600,
            describe: 'seconds that a volunteer has for a tile',
          })
          .option('patience', {
            type: 'number',
            default: 300,
            describe: 'seconds that a result waits for another volunteer’s, before the hub computes the tile',
          })
          .option('audits', {
            type: 'number',
            default: 10,
            describe: 'percent of a thread’s idle time in which it computes what it believed without that',
          })
          .option('periods', {
            type: 'number',
            default: 12,
            describe: 'list all components up to this period; 12 takes some seconds, once',
          })
          .option('secure', {
            type: 'boolean',
            default: false,
            describe: 'cookies over HTTPS only: behind a proxy that speaks it',
          })
          .option('admin', { type: 'string', describe: 'makes the account of this name an administrator' })
          .option('min-free', {
            type: 'string',
            default: '256M',
            describe: 'take no tiles while less disk space is free',
          })
          .example('$0 hub /mnt/mandel', 'the map and the hub at http://127.0.0.1:8080/')
          .example('$0 hub /mnt/mandel --host 0.0.0.0 --port 80', 'for everybody')
          .example('$0 hub /mnt/mandel --db postgres://mandeld@db/hub', 'several hubs on one database'),
        environment,
      ),
    async (args) => await finish(runHub(args, terminal, version)),
  );
}
