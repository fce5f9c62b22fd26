import type { Argv } from 'yargs';
import { directoryPositional, jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { checkCache } from '../../cache/check.js';
import { Layout } from '../../cache/layout.js';
import { readSettings } from '../../cache/settings.js';
import { EXIT } from '../exit-codes.js';
import { oneLine, say, type Terminal } from '../terminal.js';

interface CheckArguments {
  readonly directory: string;
  readonly json: boolean;
}

/** `mandeld check DIR`: proves the cache's invariant, or tells what is wrong. */
async function runCheck(args: CheckArguments, terminal: Terminal): Promise<number> {
  const settings = await readSettings(args.directory);
  const layout = new Layout(args.directory, settings.image);
  const problems = await checkCache(layout, `check-${process.pid}`, (report) => {
    if (args.json) return;
    const verdict = report.problems.length === 0 ? 'ok' : `${report.problems.length} problems`;
    say(
      terminal,
      `${report.step}: ${verdict} (${report.examined} examined, ${report.milliseconds.toFixed(0)} ms)`,
    );
  });
  if (args.json) {
    say(terminal, JSON.stringify({ ok: problems.length === 0, problems }));
  } else {
    for (const { address, kind, found, remedy } of problems) {
      say(terminal, oneLine(`${address}: ${kind}: ${found}. Remedy: ${remedy}.`));
    }
    say(terminal, problems.length === 0 ? 'The cache is sound.' : `${problems.length} problems found.`);
  }
  return problems.length === 0 ? EXIT.ok : EXIT.problems;
}

/** Declares the command. */
export function checkCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'check <directory>',
    'Prove that a cache is sound, or tell what is wrong',
    (c) =>
      withEnvironment(
        c
          .positional('directory', directoryPositional)
          .option('json', jsonOption)
          .example('$0 check /mnt/mandel', 'exit code 1 when something is wrong'),
        environment,
      ),
    async ({ directory, json }) => await finish(runCheck({ directory, json }, terminal)),
  );
}
