import { link, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
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
    const mine = `${this.#mark}.${process.pid}`;
    // With all that is in it at once: who read half of a mark would take it for a dead one's.
    await writeFile(mine, JSON.stringify({ pid: process.pid, processes: processTable() }));
    try {
      while (!(await this.#mayLink(mine))) await this.#clear(folder, `${mine}.old`);
    } finally {
      await rm(mine, { force: true });
    }
  }

  /** Makes the mark, unless there is one. */
  async #mayLink(mine: string): Promise<boolean> {
    try {
      await link(mine, this.#mark);
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Removes the mark of a process that was killed. @throws HubDataError when it is alive */
  async #clear(folder: string, aside: string): Promise<void> {
    assertDead(folder, await readHolder(this.#mark));
    try {
      await rename(this.#mark, aside);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return;
      throw error;
    }
    try {
      // Another one may have done so first, and this be his.
      assertDead(folder, await readHolder(aside));
    } catch (error) {
      await link(aside, this.#mark).catch(() => undefined);
      throw error;
    } finally {
      await rm(aside, { force: true });
    }
  }
}

function assertDead(folder: string, holder: Holder | null): void {
  if (holder !== null && holder.processes === processTable() && isRunning(holder.pid))
    throw new HubDataError(
      folder,
      `${folder} is in use by process ${holder.pid}, another hub. Stop that one first, or give this one another folder with --data.`,
    );
}

interface Holder {
  readonly pid: number;
  readonly processes: string;
}

async function readHolder(path: string): Promise<Holder | null> {
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
