import { readFileSync, readlinkSync } from 'node:fs';
import { systemCode } from './cache-error.js';

/** A process, named so that others can tell whether they could see it. */
export interface ProcessName {
  readonly pid: number;
  /** Names the process table that `pid` belongs to, see {@link processTable}. */
  readonly processes: string;
}

/**
 * Names the process table of this process: this boot of this machine, and the container in it. Host names would not do:
 * many machines are called localhost.
 *
 * @returns an empty text where there is no telling; then no process is known to have ended
 */
export function processTable(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/**
 * Whether a process is known to have ended: it ran here and is gone. (When its number is in use again it counts as alive,
 * until its lease is over.)
 *
 * @param table the caller's own process table
 */
export function processHasEnded({ pid, processes }: ProcessName, table: string): boolean {
  if (table === '' || processes !== table || !Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}
