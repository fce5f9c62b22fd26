import { systemCode } from './cache-error.js';
import { disk } from './disk.js';
import type { Layout } from './layout.js';
import { CacheLock, type HeldLock } from './lock.js';
import { serverTime } from './server-time.js';
import { processTable } from './process-table.js';

/**
 * Runs a section under the lock, for a program that is no client.
 *
 * @param name unique among those who do so at the same time
 */
export async function underLock<T>(
  layout: Layout,
  name: string,
  section: (held: HeldLock) => Promise<T>,
): Promise<T> {
  const clock = layout.clock(name);
  const lock = new CacheLock(layout, {
    clock,
    holder: { pid: process.pid, processes: processTable() },
  });
  try {
    return await lock.run(section);
  } finally {
    await disk.rm(clock, { force: true }).catch(() => undefined);
  }
}

/** What says that this user may not write there, or nobody at present. */
const UNWRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOSPC', 'EDQUOT']);

/**
 * Looks at a cache while nothing moves in it: under the lock, or without it where this user may not write (then tiles may
 * move between two folders while they are listed).
 *
 * @param name unique among those who look at the same time
 * @param look given the file server's time, milliseconds
 */
export async function observe<T>(
  layout: Layout,
  name: string,
  look: (now: number) => Promise<T>,
): Promise<T> {
  let looked = false;
  try {
    return await underLock(layout, name, async () => {
      const now = await serverTime(layout.clock(name));
      looked = true;
      return await look(now);
    });
  } catch (error) {
    if (looked || !UNWRITABLE.has(systemCode(error) ?? '')) throw error;
    return await look(Date.now());
  }
}

/**
 * The file server's time in milliseconds, or the local one where this user may not write.
 *
 * @param name unique among those who look at the same time
 */
export async function observeTime(layout: Layout, name: string): Promise<number> {
  const clock = layout.clock(name);
  try {
    return await serverTime(clock);
  } catch (error) {
    // Also where there is no work/ yet.
    const code = systemCode(error) ?? '';
    if (!UNWRITABLE.has(code) && code !== 'ENOENT') throw error;
    return Date.now();
  } finally {
    await disk.rm(clock, { force: true }).catch(() => undefined);
  }
}
