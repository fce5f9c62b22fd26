import yargs, { type Argv } from 'yargs';
import { CacheError, systemCode } from '../cache/cache-error.js';
import { FormatError } from '../tile/format-error.js';
import { areaCommand } from './commands/area.js';
import { checkCommand } from './commands/check.js';
import { daemonCommand } from './commands/daemon.js';
import { initCommand } from './commands/init.js';
import { inspectCommand } from './commands/inspect.js';
import { joinCommand } from './commands/join.js';
import { pointCommand } from './commands/point.js';
import { renderCommand } from './commands/render.js';
import { serveCommand } from './commands/serve.js';
import { statusCommand } from './commands/status.js';
import { wantCommand } from './commands/want.js';
import { zoomCommand } from './commands/zoom.js';
import type { Context } from './context.js';
import { declaredOptions, PARSING, readConfig, type Environment } from './environment.js';
import { EXIT } from './exit-codes.js';
import { shieldNumbers } from './negative-numbers.js';
import { suggest } from './suggest.js';
import type { Terminal } from './terminal.js';
import { VolunteerError } from '../volunteer/volunteer-error.js';
import { FilmTilesError } from '../zoom/film-error.js';
import { FilmError } from '../zoom/film/film-error.js';
import { RequestError } from '../zoom/request.js';
import { UsageError } from './usage-error.js';

const COMMANDS = [
  daemonCommand,
  initCommand,
  statusCommand,
  checkCommand,
  inspectCommand,
  pointCommand,
  areaCommand,
  renderCommand,
  wantCommand,
  serveCommand,
  zoomCommand,
  joinCommand,
];
const COMMAND_NAMES = [
  'init',
  'status',
  'check',
  'inspect',
  'point',
  'area',
  'render',
  'want',
  'serve',
  'zoom',
  'join',
  'completion',
];

/**
 * The command line.
 *
 * @param argv arguments without node and script
 * @param environment variables, of which MANDELD_* are taken
 * @returns the exit code, see exit-codes.ts
 */
export async function main(
  argv: readonly string[],
  environment: Environment,
  terminal: Terminal,
  version: string,
): Promise<number> {
  let code: number = EXIT.ok;
  const finish = async (running: number | Promise<number>): Promise<void> => {
    code = await running;
  };
  try {
    await parse(argv, { terminal, environment, version, finish });
    return code;
  } catch (error) {
    const failure = explain(error);
    terminal.err.write(`mandeld: ${failure.text}\n`);
    return failure.code;
  }
}

/** The parts of yargs' completion that its types leave out. */
type Done = (names: string[]) => void;
type Complete = (whenKnown: (error: Error | null, names: string[] | undefined) => void) => void;

async function parse(argv: readonly string[], context: Context): Promise<void> {
  const { terminal, version } = context;
  let parser: Argv = yargs()
    .scriptName('mandeld')
    .locale('en')
    .config('config', 'JSON file with options, below the command line', readConfig)
    .version(version)
    .strict()
    .wrap(Math.min(110, Math.max(60, terminal.columns)))
    .exitProcess(false)
    .parserConfiguration(PARSING)
    // The command is declared by hand: beside a default command, yargs' own would never be reached.
    .completion(
      'yargs-completion',
      false,
      (_current: string, _args: unknown, complete: Complete, done: Done) => {
        complete((_error, names) => done((names ?? []).filter((name) => !name.startsWith('$0'))));
      },
    )
    .command(
      'completion',
      'Print a script that completes mandeld commands in bash or zsh',
      (c) => c.example('$0 completion >> ~/.bashrc', 'complete in every new shell'),
      () => void parser.showCompletionScript(),
    )
    .epilogue('Options may also be given as MANDELD_* variables, such as MANDELD_CACHE=/mnt/mandel.')
    .fail((message: string | null, error: Error | undefined) => {
      throw (
        error ??
        new UsageError(
          describeMistake(message ?? 'expected a command', argv[0], Object.keys(declaredOptions(parser).key)),
        )
      );
    });
  for (const declare of COMMANDS) parser = declare(parser, context);
  await parser.parseAsync(shieldNumbers(argv), {}, (_error: unknown, _args: unknown, output: string) => {
    if (output !== '') terminal.out.write(`${output}\n`);
  });
}

/** One sentence for what yargs found wrong, with a suggestion where a name was misspelt. */
function describeMistake(message: string, first: string | undefined, options: readonly string[]): string {
  const unknown = /^Unknown (?:arguments?|commands?): (.*)$/.exec(message)?.[1].split(', ')[0];
  const program = first !== undefined && COMMAND_NAMES.includes(first) ? `mandeld ${first}` : 'mandeld';
  const help = `Try "${program} --help".`;
  const few = /^Not enough non-option arguments: got (\d+), need at least (\d+)/.exec(message);
  if (few !== null) return `${program} expects ${few[2]} or more words after it, got ${few[1]}. ${help}`;
  if (unknown === undefined) return `${message}. ${help}`;
  const option = suggest(unknown, options);
  if (option !== null) return `there is no option --${unknown}; did you mean --${option}? ${help}`;
  const command = suggest(unknown, COMMAND_NAMES);
  if (command !== null) return `there is no command ${unknown}; did you mean "mandeld ${command}"? ${help}`;
  return `"${unknown}" is neither a command nor an option of mandeld. ${help}`;
}

/** Exit code and text for whatever ended a command; a person never sees a stack trace. */
function explain(error: unknown): { code: number; text: string } {
  const mistakes = [UsageError, RangeError, SyntaxError, FormatError, RequestError];
  if (error instanceof Error && mistakes.some((mistake) => error instanceof mistake)) {
    return { code: EXIT.usage, text: error.message };
  }
  // What yargs itself refuses, a config file that cannot be read for one.
  if (error instanceof Error && error.name === 'YError') return { code: EXIT.usage, text: error.message };
  if (error instanceof CacheError) return { code: EXIT.cache, text: `${error.message} (${error.code})` };
  if (error instanceof VolunteerError) return { code: EXIT.cache, text: `${error.message} (${error.code})` };
  if (error instanceof FilmError || error instanceof FilmTilesError)
    return { code: EXIT.cache, text: `${error.message} (${error.code})` };
  const text = error instanceof Error ? error.message : String(error);
  if (systemCode(error) !== undefined) return { code: EXIT.cache, text };
  return {
    code: EXIT.internal,
    text: `this is a bug in mandeld: ${text}. Please report it with the command you gave.`,
  };
}
