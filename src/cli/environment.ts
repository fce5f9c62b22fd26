import { readFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import { UsageError } from './usage-error.js';

/** The environment's variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How arguments are taken apart. */
export const PARSING = {
  'parse-positional-numbers': false,
  'duplicate-arguments-array': false,
  'populate--': false,
} as const;

/** The parts of yargs' state that its types leave out. */
interface DeclaredOptions {
  readonly key: Readonly<Record<string, unknown>>;
  readonly boolean: readonly string[];
  readonly number: readonly string[];
}

/** Names and types of the options that are declared so far. */
export function declaredOptions(y: Argv<unknown>): DeclaredOptions {
  return (y as unknown as { getOptions(): DeclaredOptions }).getOptions();
}

/**
 * Takes the defaults of a command's options from MANDELD_* variables: MANDELD_MAX_LEVEL for --max-level. (yargs' own way
 * refuses variables that this command has no option for, so that MANDELD_CACHE would forbid `status`.)
 */
export function withEnvironment<T>(y: Argv<T>, environment: Environment): Argv<T> {
  const { key, boolean, number } = declaredOptions(y);
  for (const name of Object.keys(key)) {
    const text = environment[`MANDELD_${name.toUpperCase().replaceAll('-', '_')}`];
    if (text === undefined || name === 'help' || name === 'version') continue;
    if (number.includes(name)) y.default(name, Number(text === '' ? NaN : text));
    else if (boolean.includes(name)) y.default(name, text !== '' && text !== '0' && text !== 'false');
    else y.default(name, text);
  }
  return y;
}

/**
 * Reads a config file.
 *
 * @throws UsageError when it is no JSON object
 */
export function readConfig(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--config ${path} cannot be read as JSON: ${reason}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`expected an object of options in --config ${path}, such as {"max-level": 7}`);
  }
  return value as Record<string, unknown>;
}
