import { readFileSync } from 'node:fs';
import { EXIT } from './exit-codes.js';
import { main } from './main.js';

/** Runs the command line of this process and sets its exit code. */
export async function start(): Promise<void> {
  const packageFile = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  // A reader that has seen enough (head, less) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    process.stderr.write(
      `mandeld: nothing can be written to standard output (${error.code ?? error.message}).\n`,
    );
    process.exit(EXIT.cache);
  });
  // A log that nobody can keep (its disk is full, its reader gone) is no reason to end.
  process.stderr.on('error', () => undefined);
  const terminal = {
    out: process.stdout,
    err: process.stderr,
    interactive: process.stderr.isTTY,
    // A terminal that does not know its size says 0.
    columns: process.stderr.columns || process.stdout.columns || 100,
  };
  process.exitCode = await main(process.argv.slice(2), process.env, terminal, version);
}
