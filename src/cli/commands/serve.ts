import type { Argv } from 'yargs';
import { MAX_LEVEL } from '../../tile/grid.js';
import { DEFAULT_MAX_WANTS } from '../../serve/options.js';
import { directoryPositional, jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { LOG_LEVELS } from '../log-levels.js';
import { serveMap } from '../map-server.js';
import { createLogger, ProgressLine } from '../progress-line.js';
import { say, type Terminal } from '../terminal.js';
import { wholeNumber } from '../whole-number.js';

interface ServeArguments {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly wants: boolean;
  readonly maxWants: number;
  readonly maxLevel: number;
  readonly trustProxy: boolean;
  readonly logLevel: string;
  readonly json: boolean;
}

/** `mandeld serve DIR`: until Ctrl-C. */
async function runServe(args: ServeArguments, terminal: Terminal, version: string): Promise<number> {
  const port = wholeNumber(args.port, '--port', 0, 65_535);
  const logger = createLogger(
    args.logLevel,
    terminal,
    terminal.interactive ? new ProgressLine(terminal) : null,
  );
  const stopped = nextSignal();
  try {
    const server = await serveMap(args.directory, args.host, [port], {
      version,
      wants: args.wants,
      maxWants: wholeNumber(args.maxWants, '--max-wants', 0, 100_000),
      maxLevel: wholeNumber(args.maxLevel, '--max-level', 0, MAX_LEVEL),
      trustProxy: args.trustProxy,
      logger,
    });
    say(terminal, args.json ? JSON.stringify({ url: server.url }) : `mandeld serve: ${server.url}`);
    const signal = await stopped.signal;
    logger.info({ signal }, 'ending; once more to end at once');
    await server.close();
    return EXIT.ok;
  } finally {
    stopped.forget();
  }
}

/** The first signal that asks to end; the second one ends the process. */
function nextSignal(): { readonly signal: Promise<NodeJS.Signals>; forget(): void } {
  let onSignal: (signal: NodeJS.Signals) => void = () => undefined;
  let count = 0;
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    onSignal = (name): void => {
      if (++count > 1) process.exit(EXIT.interrupted);
      resolve(name);
    };
  });
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal, forget: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

/** Declares the command. */
export function serveCommand(y: Argv, { terminal, environment, version, finish }: Context): Argv {
  return y.command(
    'serve <directory>',
    'Serve the map over HTTP, and ask for the tiles that people look at',
    (c) =>
      withEnvironment(
        c
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
          .option('trust-proxy', {
            type: 'boolean',
            default: false,
            describe: 'behind a proxy: believe its X-Forwarded-For',
          })
          .option('log-level', { choices: LOG_LEVELS, default: 'info' as const, describe: 'what to log' })
          .option('json', jsonOption)
          .example('$0 serve /mnt/mandel', 'the map at http://127.0.0.1:8080/')
          .example('$0 serve /mnt/mandel --host 0.0.0.0 --port 80', 'for everybody')
          .example('$0 serve /mnt/mandel --no-wants', 'change nothing in the cache'),
        environment,
      ),
    async (args) => await finish(runServe(args, terminal, version)),
  );
}
