import yargs, { type Argv } from 'yargs';
import { CacheError, systemCode } from '../cache/cache-error.js';
import { FormatError } from '../tile/format-error.js';
import type { Context } from './context.js';
import { declaredOptions, PARSING, readConfig, type Environment } from './environment.js';
import { EXIT } from './exit-codes.js';
import { shieldNumbers } from './negative-numbers.js';
import { suggest } from './suggest.js';
import type { Terminal } from './terminal.js';
import { VolunteerError } from '../volunteer/volunteer-error.js';
import { FilmTilesError } from '../zoom/film-error.js';
import { FilmError } from '../zoom/film/film-error.js';
import { RequestError } from '../zoom/request-error.js';
import { HubDataError } from '../hub/data-error.js';
import { UsageError } from './usage-error.js';

/** Declares a command. */
type Declare = (y: Argv, context: Context) => Argv;

/** What stands where a command does when there is none. */
const DEFAULT = 'daemon';
/** Each is loaded when it is needed: all of them take longer than what many commands do. */
const COMMANDS: Readonly<Record<string, () => Promise<Declare>>> = {
  [DEFAULT]: async () => (await import('./commands/daemon.js')).daemonCommand,
  init: async () => (await import('./commands/init.js')).initCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  inspect: async () => (await import('./commands/inspect.js')).inspectCommand,
  point: async () => (await import('./commands/point.js')).pointCommand,
  area: async () => (await import('./commands/area.js')).areaCommand,
  render: async () => (await import('./commands/render.js')).renderCommand,
  want: async () => (await import('./commands/want.js')).wantCommand,
  serve: async () => (await import('./commands/serve.js')).serveCommand,
  hub: async () => (await import('./commands/hub.js')).hubCommand,
  join: async () => (await import('./commands/join.js')).joinCommand,
  zoom: async () => (await import('./commands/zoom.js')).zoomCommand,
};
const COMMAND_NAMES = [...Object.keys(COMMANDS).filter((name) => name !== DEFAULT), 'completion'];

/** The command that is asked for, or all of them: for help, and where none is named. */
async function loadCommands([first = '']: readonly string[]): Promise<Declare[]> {
  const isNamed = first !== DEFAULT && Object.hasOwn(COMMANDS, first);
  return await Promise.all(
    (isNamed ? [first] : Object.keys(COMMANDS)).map(async (name) => await COMMANDS[name]()),
  );
}

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
  for (const declare of await loadCommands(argv)) parser = declare(parser, context);
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
  const refusals = [CacheError, FilmError, FilmTilesError, HubDataError, VolunteerError];
  if (refusals.some((refusal) => error instanceof refusal) && error instanceof Error && 'code' in error)
    return { code: EXIT.cache, text: `${error.message} (${String(error.code)})` };
  const text = error instanceof Error ? error.message : String(error);
  if (systemCode(error) !== undefined) return { code: EXIT.cache, text };
  return {
    code: EXIT.internal,
    text: `this is a bug in mandeld: ${text}. Please report it with the command you gave.`,
  };
}
