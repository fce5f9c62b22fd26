import type { Argv } from 'yargs';
import { checkCache, type CheckOptions, type StepReport } from '../../cache/check/check.js';
import { chooseSome, deepStep } from '../../cache/check/deep.js';
import type { Problem } from '../../cache/check/problem.js';
import { repairCache } from '../../cache/check/repair.js';
import { Layout } from '../../cache/layout.js';
import { readSettings } from '../../cache/settings.js';
import { createMaker } from '../../daemon/maker.js';
import { themeOf } from '../../daemon/open-cache.js';
import { directoryPositional, jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { ProgressLine } from '../progress-line.js';
import { oneLine, say, type Terminal } from '../terminal.js';
import { wholeNumber } from '../whole-number.js';

interface CheckArguments {
  readonly directory: string;
  readonly json: boolean;
  readonly repair: boolean;
  readonly deep: number;
}

/** `mandeld check DIR`: proves the cache's invariant, or tells what is wrong, or mends it. */
async function runCheck(args: CheckArguments, terminal: Terminal): Promise<number> {
  const settings = await readSettings(args.directory);
  const layout = new Layout(args.directory, settings.image);
  const maker = createMaker(themeOf(args.directory, settings), settings.image);
  const samples = wholeNumber(args.deep, '--deep', 0, 2 ** 31);
  const progress = terminal.interactive && !args.json ? new ProgressLine(terminal) : null;
  const more =
    samples === 0
      ? []
      : [
          deepStep(
            maker,
            (all) => chooseSome(all, samples, Math.random),
            (done, of) => progress?.show(`${done} of ${of} tiles made anew`),
          ),
        ];
  const onStep = (report: StepReport): void => {
    progress?.end();
    if (!args.json) say(terminal, describeStep(report));
  };
  const options: CheckOptions = { name: `check-${process.pid}`, lease: settings.lease, more, onStep };
  const onMended = (problem: Problem): void => {
    if (!args.json) say(terminal, oneLine(`${problem.address}: ${problem.kind}: mended`));
  };
  const { mended, left } = args.repair
    ? await repairCache(layout, options, maker, onMended)
    : { mended: [], left: await checkCache(layout, options) };
  if (args.json) {
    const plain = (problems: readonly Problem[]): object[] =>
      problems.map(({ heal: _heal, ...rest }) => rest);
    const repair = args.repair ? { mended: plain(mended) } : {};
    say(terminal, JSON.stringify({ ok: left.length === 0, problems: plain(left), ...repair }));
  } else {
    for (const problem of left) say(terminal, oneLine(describeProblem(problem)));
    say(terminal, summary(mended.length, left));
  }
  return left.length === 0 ? EXIT.ok : EXIT.problems;
}

function describeStep({ step, examined, problems, milliseconds }: StepReport): string {
  const verdict = problems.length === 0 ? 'ok' : count(problems.length);
  return `${step}: ${verdict} (${examined} examined, ${milliseconds.toFixed(0)} ms)`;
}

function describeProblem({ address, kind, found, remedy }: Problem): string {
  return `${address}: ${kind}: ${found}. Remedy: ${remedy}.`;
}

function summary(mended: number, left: readonly Problem[]): string {
  const begin = mended === 0 ? '' : `${count(mended)} mended. `;
  if (left.length === 0) return `${begin}The cache is sound.`;
  return `${begin}${count(left.length)} found${left.some(({ heal }) => heal !== null) ? '; --repair mends them' : ''}.`;
}

function count(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`;
}

/** Declares the command. */
export function checkCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'check <directory>',
    'Prove that a cache is sound, tell what is wrong, or mend it',
    (c) =>
      withEnvironment(
        c
          .positional('directory', directoryPositional)
          .option('repair', {
            type: 'boolean',
            default: false,
            describe: 'mend what is wrong; daemons may run meanwhile',
          })
          .option('deep', {
            type: 'number',
            default: 0,
            describe: 'compute so many tiles anew, chosen at random, and compare every byte',
          })
          .option('json', jsonOption)
          .example('$0 check /mnt/mandel', 'exit code 1 when something is wrong')
          .example('$0 check /mnt/mandel --deep 1000 --repair', 'after a disk has failed'),
        environment,
      ),
    async ({ directory, json, repair, deep }) =>
      await finish(runCheck({ directory, json, repair, deep }, terminal)),
  );
}
