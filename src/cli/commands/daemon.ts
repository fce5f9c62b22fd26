import type { Argv } from 'yargs';
import type { Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { availableParallelism, hostname } from 'node:os';
import { clientNameFrom } from '../../cache/client-name.js';
import { Daemon } from '../../daemon/daemon.js';
import type { DaemonOptions, Progress } from '../../daemon/options.js';
import { MAX_LEVEL } from '../../tile/grid.js';
import { EXIT } from '../exit-codes.js';
import { LOG_LEVELS } from '../log-levels.js';
import { createLogger, ProgressLine } from '../progress-line.js';
import { runToEnd } from '../run-to-end.js';
import type { Terminal } from '../terminal.js';
import { serveMetrics } from '../metrics-option.js';
import { UsageError } from '../usage-error.js';
import { parseBytes } from '../bytes.js';
import { optionalWholeNumber } from '../whole-number.js';

/** The daemon's options as the command line gives them. */
interface DaemonArguments {
  readonly cache: string | undefined;
  readonly client: string | undefined;
  readonly workers: number | undefined;
  readonly maxLevel: number | undefined;
  readonly onlyWants: boolean;
  readonly maxTiles: number | undefined;
  readonly untilIdle: boolean;
  readonly minFree: string;
  readonly logLevel: string;
  readonly metricsPort: number | undefined;
  readonly metricsHost: string;
}

/** Without a terminal, the log tells the progress this often, in milliseconds. */
const LOG_MS = 30_000;

/** `mandeld --cache DIR --client ID`: works until there is a reason to end. */
async function runDaemon(args: DaemonArguments, terminal: Terminal, version: string): Promise<number> {
  // Not demanded by yargs: a misspelt option is then named before a missing one.
  if (args.cache === undefined || args.cache === '') {
    throw new UsageError('expected --cache DIR, the shared directory to work in. Try "mandeld --help".');
  }
  const progressLine = terminal.interactive ? new ProgressLine(terminal) : null;
  const logger = createLogger(args.logLevel, terminal, progressLine);
  const client = args.client ?? clientNameFrom(hostname());
  const workers = optionalWholeNumber(args.workers, '--workers', 1, 1024) ?? availableParallelism();
  const options: DaemonOptions = {
    root: args.cache,
    client,
    host: hostname(),
    pid: process.pid,
    version,
    workers,
    maxLevel: optionalWholeNumber(args.maxLevel, '--max-level', 0, MAX_LEVEL) ?? MAX_LEVEL,
    onlyWants: args.onlyWants,
    maxTiles: optionalWholeNumber(args.maxTiles, '--max-tiles', 0, Number.MAX_SAFE_INTEGER),
    untilIdle: args.untilIdle,
    minFree: parseBytes(args.minFree, '--min-free'),
    started: new Date(),
    logger,
  };
  const metricsPort = optionalWholeNumber(args.metricsPort, '--metrics-port', 0, 65_535);
  let daemon: Daemon | null = null;
  // Before the daemon joins: a port that is in use is to be told before anything is claimed.
  const metrics =
    metricsPort === null
      ? null
      : await serveMetrics(args.metricsHost, metricsPort, () => daemon?.progress ?? null, {
          client,
          version,
        });
  try {
    daemon = await Daemon.start(metrics ? { ...options, onSection: metrics.onSection } : options);
    logger.info({ cache: args.cache, client, workers, version }, 'started');
    if (metrics) logger.info({ url: metrics.server.url }, 'serving metrics');
    await runToEnd(daemon, {
      logger,
      progressLine,
      logMs: LOG_MS,
      describe,
      summary,
      end: (progress) => ({ ...summary(progress), samples: progress.statistics }),
      ending: 'finishing what is being computed; once more to end at once (nothing is lost)',
      isLast: true,
    });
    return EXIT.ok;
  } finally {
    await metrics?.server.close();
  }
}

function describe({ mode, subdivided, made, todo, level, rate }: Progress): string {
  const asked = made > 0 ? `, ${made} asked for` : '';
  return `${mode}: ${subdivided} tiles done${asked}, ${todo} todo, level ${level}, ${rate.toFixed(1)} tiles/s`;
}

function summary({ mode, subdivided, made, todo, level, rate, errors }: Progress): object {
  return { mode, subdivided, made, todo, level, tilesPerSecond: Number(rate.toFixed(2)), errors };
}

/** Declares the command, the default one. */
export function daemonCommand(y: Argv, { terminal, environment, version, finish }: Context): Argv {
  return y.command(
    '$0',
    'Render tiles into a cache, together with every other daemon on it',
    (c) =>
      withEnvironment(
        c
          .option('cache', { type: 'string', describe: 'the shared directory (required)' })
          .option('client', {
            type: 'string',
            describe: 'name of this daemon, unique in the cache [host name]',
          })
          .option('workers', { type: 'number', describe: 'threads that compute [all cores]' })
          .option('max-level', {
            type: 'number',
            describe: 'make tiles up to this level; its tiles stay in todo/',
          })
          .option('only-wants', {
            type: 'boolean',
            default: false,
            describe: 'make only what was asked for, by people or films',
          })
          .option('max-tiles', {
            type: 'number',
            describe: 'end after so many tiles, subdivided or made because they were asked for',
          })
          .option('until-idle', {
            type: 'boolean',
            default: false,
            describe: 'end when no tile within the limits is left anywhere',
          })
          .option('min-free', {
            type: 'string',
            default: '256M',
            describe: 'take no work while less disk space is free',
          })
          .option('log-level', { choices: LOG_LEVELS, default: 'info' as const, describe: 'what to log' })
          .option('metrics-port', {
            type: 'number',
            describe: 'serve metrics for Prometheus at this port, 0 for any [off]',
          })
          .option('metrics-host', {
            type: 'string',
            default: '127.0.0.1',
            describe: 'address to serve them at; 0.0.0.0 for all',
          })
          .example('$0 --cache /mnt/mandel --client host42', 'render until Ctrl-C')
          .example(
            '$0 --cache /mnt/mandel --max-level 7 --until-idle',
            'all tiles down to level 7, then end',
          ),
        environment,
      ),
    async (args) => await finish(runDaemon(args, terminal, version)),
  );
}
