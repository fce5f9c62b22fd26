import { CacheError } from '../cache/cache-error.js';
import { Layout } from '../cache/layout.js';
import { CacheLock } from '../cache/lock.js';
import { prepareFolders } from '../cache/membership.js';
import { processTable } from '../cache/process-table.js';
import { readSettings, type Settings } from '../cache/settings.js';
import { isThemeName, THEME_NAMES, type ThemeName } from '../image/themes.js';
import type { DaemonOptions } from './options.js';
import type { Tally } from './tally.js';

/** A cache that a daemon can work on. */
export interface OpenCache {
  readonly settings: Settings;
  readonly layout: Layout;
  readonly lock: CacheLock;
}

/**
 * Finds out whether a daemon can work on a cache, and makes the folders that it lacks.
 *
 * @param tally counts abandoned locks that are broken
 * @throws CacheError ENOCACHE, EVERSION, ESETTINGS or EWRITE
 */
export async function openCache(options: DaemonOptions, tally: Tally): Promise<OpenCache> {
  const { root, client, pid, logger, onSection } = options;
  const settings = await readSettings(root);
  themeOf(root, settings);
  const layout = new Layout(root, settings.image);
  await prepareFolders(layout);
  const lock = new CacheLock(layout, {
    clock: layout.clock(client),
    holder: { pid, processes: processTable() },
    onBroken: ({ age }) => {
      tally.brokenLocks++;
      logger.warn({ ageMs: age }, 'broke an abandoned lock');
    },
    onSection: (times) => {
      tally.countWait(times.waited / 1000, performance.now());
      onSection?.(times);
    },
  });
  return { settings, layout, lock };
}

/**
 * The theme of a cache. The settings' reader does not know the themes; whoever draws does.
 *
 * @throws CacheError ESETTINGS
 */
export function themeOf(root: string, { theme }: Settings): ThemeName {
  if (isThemeName(theme)) return theme;
  const path = Layout.settingsOf(root);
  const known = THEME_NAMES.join(', ');
  throw new CacheError(
    'ESETTINGS',
    path,
    `${path} names the theme ${theme}, which this mandeld does not know: expected ${known}. Use the mandeld that made this cache.`,
  );
}
