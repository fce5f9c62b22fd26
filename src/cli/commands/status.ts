import { setTimeout as delay } from 'node:timers/promises';
import type { Argv } from 'yargs';
import { directoryPositional, jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { reportStatus } from '../../cache/status-report.js';
import { describeStatus } from '../status-text.js';
import { say, type Terminal } from '../terminal.js';

interface StatusArguments {
  readonly directory: string;
  readonly json: boolean;
  readonly watch: boolean;
}

/** Pause between two looks of `--watch`, in milliseconds. */
const WATCH_MS = 2000;

/** `mandeld status DIR`: what is there, who works, how fast. */
async function runStatus(args: StatusArguments, terminal: Terminal): Promise<number> {
  if (args.watch) return await watch(args, terminal);
  await show(args, terminal);
  return EXIT.ok;
}

/** Looks again and again until Ctrl-C, which ends it tidily; a second one does not wait for a file server that hangs. */
async function watch(args: StatusArguments, terminal: Terminal): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    while (!stop.signal.aborted) {
      await show(args, terminal);
      await delay(WATCH_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    return EXIT.ok;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function show({ directory, json, watch: again }: StatusArguments, terminal: Terminal): Promise<void> {
  const status = await reportStatus(directory);
  if (json) say(terminal, JSON.stringify(status));
  // Cleared only now that the next picture is there, so that it does not flicker.
  else say(terminal, `${again ? '\u001b[2J\u001b[H' : ''}${describeStatus(directory, status)}`);
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
          .option('watch', {
            type: 'boolean',
            default: false,
            describe: 'look again every 2 seconds, until Ctrl-C',
          })
          .example('$0 status /mnt/mandel --watch', 'follow the work')
          .example('$0 status /mnt/mandel --json', 'everything, for a program to read'),
        environment,
      ),
    async ({ directory, json, watch: again }) =>
      await finish(runStatus({ directory, json, watch: again }, terminal)),
  );
}
