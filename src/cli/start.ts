import { readFileSync } from 'node:fs';
import { main } from './main.js';

/** Runs the command line of this process and sets its exit code. */
export async function start(): Promise<void> {
  const packageFile = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  // A reader that has seen enough (head, less) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const terminal = {
    out: process.stdout,
    err: process.stderr,
    interactive: process.stderr.isTTY,
    // A terminal that does not know its size says 0.
    columns: process.stderr.columns || process.stdout.columns || 100,
  };
  process.exitCode = await main(process.argv.slice(2), terminal, version);
}
