import { hostname } from 'node:os';
import { clientNameFrom } from '../cache/client-name.js';
import { MAX_LEVEL } from '../tile/grid.js';
import { createLogger } from './progress-line.js';
import type { Terminal } from './terminal.js';

/** Bytes that stay free on the disk. */
const MIN_FREE = 256 * 2 ** 20;

/** A daemon in this process that makes what is asked for. */
export interface LocalDaemon {
  readonly stop: () => Promise<void>;
}

/**
 * Starts a daemon beside another command. What it takes is loaded here only.
 *
 * @param kind first part of its name as a client
 */
export async function startLocalDaemon(
  kind: string,
  root: string,
  workers: number,
  terminal: Terminal,
  version: string,
): Promise<LocalDaemon> {
  const { Daemon } = await import('../daemon/daemon.js');
  const daemon = await Daemon.start({
    root,
    client: clientNameFrom(`${kind}-${process.pid}-${hostname()}`),
    host: hostname(),
    pid: process.pid,
    version,
    workers,
    maxLevel: MAX_LEVEL,
    maxTiles: null,
    onlyWants: true,
    untilIdle: false,
    minFree: MIN_FREE,
    started: new Date(),
    logger: createLogger('error', terminal, null),
  });
  const run = daemon.run();
  // Whoever stops it sees the error; until then what was asked for waits.
  run.catch(() => undefined);
  return {
    stop: async () => {
      daemon.stop();
      await run;
    },
  };
}
