import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { systemCode } from '../cache/cache-error.js';
import { processTable } from '../cache/process-table.js';
import { HubDataError } from './data-error.js';

/**
 * Where a hub keeps what does not belong into the cache:
 *
 * ```
 * mandel.hub/database/   the embedded database
 * mandel.hub/in-use      the process that has it open
 * ```
 */
export class DataFolder {
  readonly database: string;
  readonly #mark: string;

  private constructor(folder: string) {
    this.database = join(folder, 'database');
    this.#mark = join(folder, 'in-use');
  }

  /** The folder beside a cache that is used when nothing else is said. */
  static besides(root: string): string {
    const whole = resolve(root);
    return join(dirname(whole), `${basename(whole)}.hub`);
  }

  /**
   * Opens the folder, and makes it where it is missing. Only one process may have it open: the embedded database would be destroyed.
   *
   * @throws HubDataError when it is within the cache or another process has it
   */
  static async open(folder: string, root: string): Promise<DataFolder> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const [own, cache] = [await realpath(folder), await realpath(root)];
    if (`${own}${sep}`.startsWith(`${cache}${sep}`))
      throw new HubDataError(
        folder,
        `${folder} is within the cache ${root}, which others mount and a web server shows. Give a folder of this machine with --data.`,
      );
    const opened = new DataFolder(own);
    await opened.#take(own);
    return opened;
  }

  async close(): Promise<void> {
    await rm(this.#mark, { force: true });
  }

  async #take(folder: string): Promise<void> {
    const mine = JSON.stringify({ pid: process.pid, processes: processTable() });
    for (;;) {
      try {
        await writeFile(this.#mark, mine, { flag: 'wx' });
        return;
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
      }
      const holder = await readHolder(this.#mark);
      if (holder !== null && holder.processes === processTable() && isRunning(holder.pid))
        throw new HubDataError(
          folder,
          `${folder} is in use by process ${holder.pid}, another hub. Stop that one first, or give this one another folder with --data.`,
        );
      // Of a process that was killed.
      await rm(this.#mark, { force: true });
    }
  }
}

async function readHolder(path: string): Promise<{ pid: number; processes: string } | null> {
  try {
    const { pid, processes } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return typeof pid === 'number' && typeof processes === 'string' ? { pid, processes } : null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
