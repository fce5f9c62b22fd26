import { availableParallelism } from 'node:os';
import type { Argv } from 'yargs';
import { parseShare } from '../../volunteer/duty-cycle.js';
import { ALWAYS, parseHours } from '../../volunteer/hours.js';
import { parseHubAddress } from '../../volunteer/hub-address.js';
import type { Progress } from '../../volunteer/options.js';
import { Volunteer } from '../../volunteer/volunteer.js';
import { jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { readToken } from '../hub-token.js';
import { LOG_LEVELS } from '../log-levels.js';
import { createLogger, ProgressLine } from '../progress-line.js';
import { runToEnd } from '../run-to-end.js';
import { stateFolder } from '../state-folder.js';
import { systemClock } from '../system-clock.js';
import { say } from '../terminal.js';
import { optionalWholeNumber } from '../whole-number.js';

interface JoinArguments {
  readonly url: string;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly workers: number | undefined;
  readonly cpu: string;
  readonly hours: string | undefined;
  readonly state: string | undefined;
  readonly maxTiles: number | undefined;
  readonly untilIdle: boolean;
  readonly logLevel: string;
  readonly json: boolean;
}

/** Without a terminal, the log tells the progress this often, in milliseconds. */
const LOG_MS = 60_000;

/** `mandeld join URL`: until Ctrl-C. */
async function runJoin(
  args: JoinArguments,
  { terminal, environment, version }: Omit<Context, 'finish'>,
): Promise<number> {
  const hub = parseHubAddress(args.url);
  const token = readToken({ ...args, variable: environment['MANDELD_TOKEN'] });
  const workers = optionalWholeNumber(args.workers, '--workers', 1, 1024) ?? availableParallelism();
  const maxTiles = optionalWholeNumber(args.maxTiles, '--max-tiles', 1, Number.MAX_SAFE_INTEGER);
  const share = parseShare(args.cpu);
  const hours = args.hours === undefined ? ALWAYS : parseHours(args.hours);
  const progressLine = terminal.interactive ? new ProgressLine(terminal) : null;
  const logger = createLogger(args.logLevel, terminal, progressLine);
  const volunteer = await Volunteer.create({
    hub,
    token,
    version,
    workers,
    share,
    hours,
    state: args.state ?? stateFolder(environment),
    maxTiles,
    untilIdle: args.untilIdle,
    clock: systemClock,
    random: Math.random,
    logger,
    ...(args.json && { onEvent: (event) => say(terminal, JSON.stringify(event)) }),
  });
  logger.info({ hub: hub.url, workers, cpu: args.cpu, version }, 'started');
  const progress = await runToEnd(volunteer, {
    logger,
    progressLine,
    logMs: LOG_MS,
    describe,
    summary,
    end: summary,
    ending: 'finishing what is being computed; once more to end at once',
    isLast: false,
  });
  if (args.json) say(terminal, JSON.stringify({ event: 'stopped', ...summary(progress) }));
  return EXIT.ok;
}

const HUB_TEXTS = { unknown: '', up: '', away: ', the hub does not answer' } as const;

function describe({ mode, hub, uploaded, rate, waiting, pending }: Progress): string {
  const counts = `${uploaded} tiles done, ${rate.toFixed(1)} tiles/s, ${waiting} waiting, ${pending} to upload`;
  return `${mode}: ${counts}${HUB_TEXTS[hub]}`;
}

function summary({ rate, ...counts }: Progress): object {
  return { ...counts, tilesPerSecond: Number(rate.toFixed(2)) };
}

/** The token is no option for {@link withEnvironment}, or `--help` would print the variable as its default. */
function withToken<T>(y: Argv<T>): Argv<T & { token: string | undefined }> {
  return y.option('token', {
    type: 'string',
    describe: 'what the hub knows you by; other users of this machine may see it in the list of processes',
  });
}

/** Declares the command. */
export function joinCommand(y: Argv, { finish, ...context }: Context): Argv {
  return y.command(
    'join <url>',
    'Give computing time to a hub: get tiles over HTTP, subdivide them, send them back',
    (c) =>
      withToken(
        withEnvironment(
          c
            .positional('url', { type: 'string', demandOption: true, describe: 'address of the hub' })
            .option('token-file', {
              type: 'string',
              describe: 'file that the token stands in [variable MANDELD_TOKEN]',
            })
            .option('workers', { type: 'number', describe: 'threads that compute [all cores]' })
            .option('cpu', {
              type: 'string',
              default: '100%',
              describe: 'share of the time that each thread works',
            })
            .option('hours', {
              type: 'string',
              describe: 'work at these hours only, such as 22-6 or 12:30-14,22-6 [always]',
            })
            .option('state', {
              type: 'string',
              describe: 'folder for finished tiles until the hub has them [~/.local/state/mandeld/join]',
            })
            .option('max-tiles', { type: 'number', describe: 'end after so many tiles' })
            .option('until-idle', {
              type: 'boolean',
              default: false,
              alias: 'once-idle',
              describe: 'end when the hub has no work',
            })
            .option('log-level', { choices: LOG_LEVELS, default: 'info' as const, describe: 'what to log' })
            .option('json', { ...jsonOption, describe: 'print a line of JSON for everything that happens' }),
          context.environment,
        ),
      )
        .example('$0 join https://hub.example.org/ --token-file token.txt', 'compute until Ctrl-C')
        .example('$0 join https://hub.example.org/ --cpu 50% --hours 22-6', 'half of each core, at night'),
    async (args) => await finish(runJoin(args, context)),
  );
}
