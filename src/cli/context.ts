import type { Environment } from './environment.js';
import type { Terminal } from './terminal.js';

/** What a command needs beside its arguments. */
export interface Context {
  readonly terminal: Terminal;
  readonly environment: Environment;
  /** Version of mandeld. */
  readonly version: string;
  /** Every command ends by handing over its exit code. */
  readonly finish: (code: number | Promise<number>) => Promise<void>;
}

/** `--json`, the same for all commands that have it. */
export const jsonOption = {
  type: 'boolean',
  default: false,
  describe: 'print JSON for a program to read',
} as const;

/** The cache as a positional argument. */
export const directoryPositional = { type: 'string', demandOption: true, describe: 'the cache' } as const;
