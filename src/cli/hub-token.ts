import { readFileSync, statSync } from 'node:fs';
import { systemCode } from '../cache/cache-error.js';
import { UsageError } from './usage-error.js';

/** Longest token. */
const MAX_TOKEN = 4096;

/** Where a token may come from; the first that is given is taken. */
export interface TokenSources {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** MANDELD_TOKEN. */
  readonly variable: string | undefined;
}

/**
 * The token of a volunteer; no message repeats it.
 *
 * @throws UsageError when there is none, or it cannot be one
 */
export function readToken({ token, tokenFile, variable }: TokenSources): string {
  const [text, from] =
    token !== undefined
      ? [token, '--token']
      : tokenFile !== undefined
        ? [readTokenFile(tokenFile), `--token-file ${tokenFile}`]
        : [variable, 'MANDELD_TOKEN'];
  if (text === undefined) {
    throw new UsageError('expected a token, by --token-file FILE, the variable MANDELD_TOKEN or --token T');
  }
  // It becomes a header: anything else could become another one.
  if (/^[\x21-\x7e]+$/.test(text) && text.length <= MAX_TOKEN) return text;
  throw new UsageError(
    `expected a token of letters, digits and signs without spaces from ${from}, got something else (${text.length} characters)`,
  );
}

function readTokenFile(path: string): string {
  try {
    if (statSync(path).size > 2 * MAX_TOKEN)
      throw new UsageError(`--token-file ${path} is too long for a token`);
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof UsageError || code === undefined) throw error;
    throw new UsageError(`--token-file ${path} cannot be read (${code})`, { cause: error });
  }
}
