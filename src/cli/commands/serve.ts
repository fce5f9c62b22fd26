import { hostname } from 'node:os';
import type { Argv } from 'yargs';
import { MAX_LEVEL } from '../../tile/grid.js';
import { LIMITS } from '../../zoom/request.js';
import { DEFAULT_FILM_LIMITS } from '../../serve/film-limits.js';
import type { FilmOptions } from '../../serve/films.js';
import { DEFAULT_MAX_WANTS } from '../../serve/options.js';
import { directoryPositional, jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { LOG_LEVELS } from '../log-levels.js';
import { serveMap, type MapServerOptions } from '../map-server.js';
import { nextSignal } from '../next-signal.js';
import { createLogger, ProgressLine } from '../progress-line.js';
import { say, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { wholeNumber } from '../whole-number.js';

/** What the command line says of a server; the hub has the same. */
export interface ServeArguments {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly wants: boolean;
  readonly maxWants: number;
  readonly maxLevel: number;
  readonly films: boolean;
  readonly filmFrames: number;
  readonly filmSize: string;
  readonly filmSupersample: number;
  readonly filmLevel: number;
  readonly filmQueue: number;
  readonly filmThreads: number;
  readonly trustProxy: boolean;
  readonly logLevel: string;
  readonly json: boolean;
}

/** `mandeld serve DIR`: until Ctrl-C. */
async function runServe(args: ServeArguments, terminal: Terminal, version: string): Promise<number> {
  const options = serverOptions(args, version);
  const port = wholeNumber(args.port, '--port', 0, 65_535);
  const logger = createLogger(
    args.logLevel,
    terminal,
    terminal.interactive ? new ProgressLine(terminal) : null,
  );
  const stopped = nextSignal();
  try {
    const server = await serveMap(args.directory, args.host, [port], { ...options, logger });
    say(terminal, args.json ? JSON.stringify({ url: server.url }) : `mandeld serve: ${server.url}`);
    const signal = await stopped.signal;
    logger.info({ signal }, 'ending; once more to end at once');
    await server.close();
    return EXIT.ok;
  } finally {
    stopped.forget();
  }
}

/** @throws UsageError for limits that are none */
export function serverOptions(args: ServeArguments, version: string): Omit<MapServerOptions, 'logger'> {
  const films = filmOptions(args);
  return {
    version,
    wants: args.wants,
    maxWants: wholeNumber(args.maxWants, '--max-wants', 0, 100_000),
    maxLevel: wholeNumber(args.maxLevel, '--max-level', 0, MAX_LEVEL),
    films: args.films ? films : null,
    trustProxy: args.trustProxy,
  };
}

/** @throws UsageError for limits that are none, also where no films are made */
function filmOptions(args: ServeArguments): FilmOptions {
  const [, width, height] = /^(\d{1,4})x(\d{1,4})$/.exec(args.filmSize) ?? [];
  if (!(Number(width) >= 2 && Number(height) >= 2))
    throw new UsageError(`--film-size: expected a size such as 1280x720, got ${args.filmSize}`);
  return {
    frames: wholeNumber(args.filmFrames, '--film-frames', 1, LIMITS.frames),
    width: Number(width),
    height: Number(height),
    supersample: wholeNumber(args.filmSupersample, '--film-supersample', 1, LIMITS.supersample),
    level: wholeNumber(args.filmLevel, '--film-level', 0, MAX_LEVEL),
    waiting: wholeNumber(args.filmQueue, '--film-queue', 0, 1000),
    threads: wholeNumber(args.filmThreads, '--film-threads', 1, 64),
    leader: `serve-${process.pid} on ${hostname()}`,
  };
}

/** Declares the command. */
export function serveCommand(y: Argv, { terminal, environment, version, finish }: Context): Argv {
  return y.command(
    'serve <directory>',
    'Serve the map over HTTP, and ask for the tiles that people look at',
    (c) =>
      withEnvironment(
        declareServer(c)
          .example('$0 serve /mnt/mandel', 'the map at http://127.0.0.1:8080/')
          .example('$0 serve /mnt/mandel --host 0.0.0.0 --port 80', 'for everybody')
          .example('$0 serve /mnt/mandel --films', 'with zoom movies')
          .example('$0 serve /mnt/mandel --no-wants', 'change nothing in the cache'),
        environment,
      ),
    async (args) => await finish(runServe(args, terminal, version)),
  );
}

/** Declares the options of a server. */
export function declareServer(c: Argv): Argv<ServeArguments> {
  return c
    .positional('directory', directoryPositional)
    .option('port', {
      type: 'number',
      default: 8080,
      describe: 'port to listen at, 0 for any that is free',
    })
    .option('host', {
      type: 'string',
      default: '127.0.0.1',
      describe: 'address to listen at; 0.0.0.0 for all',
    })
    .option('wants', {
      type: 'boolean',
      default: true,
      describe: 'ask the daemons for missing tiles; --no-wants for a mere file server',
    })
    .option('max-wants', {
      type: 'number',
      default: DEFAULT_MAX_WANTS,
      describe: 'tiles that may be asked for at a time; the oldest one goes for a new one',
    })
    .option('max-level', { type: 'number', default: MAX_LEVEL, describe: 'ask for no deeper tiles' })
    .option('films', {
      type: 'boolean',
      default: false,
      describe: 'make films for visitors; their tiles take computing time of all daemons',
    })
    .option('film-frames', {
      type: 'number',
      default: DEFAULT_FILM_LIMITS.frames,
      describe: 'the longest film, in frames',
    })
    .option('film-size', {
      type: 'string',
      default: `${DEFAULT_FILM_LIMITS.width}x${DEFAULT_FILM_LIMITS.height}`,
      describe: 'the largest frames; others may have as many pixels',
    })
    .option('film-supersample', {
      type: 'number',
      default: DEFAULT_FILM_LIMITS.supersample,
      describe: 'the most samples a side of a pixel',
    })
    .option('film-level', {
      type: 'number',
      default: DEFAULT_FILM_LIMITS.level,
      describe: 'the deepest tiles of films',
    })
    .option('film-queue', {
      type: 'number',
      default: DEFAULT_FILM_LIMITS.waiting,
      describe: 'films that may wait for the one that is being made',
    })
    .option('film-threads', { type: 'number', default: 1, describe: 'threads that paint frames' })
    .option('trust-proxy', {
      type: 'boolean',
      default: false,
      describe: 'behind a proxy: believe its X-Forwarded-For',
    })
    .option('log-level', { choices: LOG_LEVELS, default: 'info' as const, describe: 'what to log' })
    .option('json', jsonOption) as unknown as Argv<ServeArguments>;
}
