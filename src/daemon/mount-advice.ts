import { readFile, realpath } from 'node:fs/promises';
import type { Logger } from 'pino';
import { mountFlaws, mountOf, NFS_OPTIONS, parseMounts, type MountFlaw } from '../cache/mount.js';

const ADVICE: Readonly<Record<MountFlaw, string>> = {
  soft:
    'the cache is on an NFS mount that is soft: when the server does not answer in time, writes fail and what others then ' +
    `see is not certain. Mount it with ${NFS_OPTIONS}`,
  late:
    'the cache is on an NFS mount that shows changes of other machines up to 30 s late, which costs time, never tiles. ' +
    `Mount it with ${NFS_OPTIONS}`,
};

/**
 * Tells what should be different about the mount that holds the cache. Where mounts cannot be read, there is nothing to tell.
 *
 * @param mountInfo where the kernel tells of them
 */
export async function adviseOnMount(
  root: string,
  logger: Logger,
  mountInfo = '/proc/self/mountinfo',
): Promise<void> {
  let mount;
  try {
    mount = mountOf(parseMounts(await readFile(mountInfo, 'utf8')), await realpath(root));
  } catch {
    return; // not Linux, or no /proc
  }
  if (mount === null) return;
  for (const flaw of mountFlaws(mount)) {
    logger.warn({ mount: mount.point, type: mount.type, options: mount.options.join(',') }, ADVICE[flaw]);
  }
}
