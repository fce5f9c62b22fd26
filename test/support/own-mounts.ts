import { spawnSync, type SpawnSyncReturns } from 'node:child_process';

/** A file system of its own needs a name space of its own. */
const OWN_MOUNTS = ['--user', '--map-root-user', '--mount'];

/** Whether this machine allows small file systems to be mounted. */
export function canMount(): boolean {
  return spawnSync('unshare', [...OWN_MOUNTS, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
}

/**
 * Runs a shell script whose mounts nobody else sees, and which end with it.
 *
 * @param args its $1, $2 ...
 * @param timeout milliseconds
 */
export function runWithMounts(
  script: string,
  args: readonly string[],
  timeout: number,
): SpawnSyncReturns<string> {
  return spawnSync('unshare', [...OWN_MOUNTS, 'sh', '-c', script, 'sh', ...args], {
    encoding: 'utf8',
    timeout,
  });
}
