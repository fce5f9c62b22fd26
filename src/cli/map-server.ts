import { readFile } from 'node:fs/promises';
import { systemCode } from '../cache/cache-error.js';
import { readSettings } from '../cache/settings.js';
import { readPage } from '../daemon/page.js';
import { DEFAULT_POLL_MS, type HubPage, type ServeOptions } from '../serve/options.js';
import type { MapServer } from '../serve/server.js';
import { describeListenMistake } from './listen-mistake.js';
import { UsageError } from './usage-error.js';

const OPTIONS = { portOption: '--port', hostOption: '--host', rival: 'another server' };

/** The hub's pages: the HUB_PAGES of scripts/build-page.js. */
const HUB_PAGES = ['account', 'volunteers', 'features', 'places', 'place', 'describe', 'moderation'];

/** What the command line decides. */
export type MapServerOptions = Pick<
  ServeOptions,
  | 'version'
  | 'wants'
  | 'maxWants'
  | 'maxLevel'
  | 'films'
  | 'trustProxy'
  | 'onMiss'
  | 'hubPages'
  | 'extend'
  | 'logger'
>;

/**
 * Serves a cache. What it takes is loaded here only: other commands do without.
 *
 * @param ports tried one after the other
 * @throws UsageError when nothing can listen there, CacheError when there is no cache
 */
export async function serveMap(
  root: string,
  host: string,
  ports: readonly number[],
  options: MapServerOptions,
): Promise<MapServer> {
  const settings = await readSettings(root);
  const [page, dashboard] = [await readPage(), await readDashboard()];
  const { MapServer } = await import('../serve/server.js');
  const clock = (): number => performance.now();
  const all: ServeOptions = { ...options, root, settings, page, dashboard, clock, pollMs: DEFAULT_POLL_MS };
  for (const [i, port] of ports.entries()) {
    const server = await MapServer.create(all);
    try {
      await server.listen(host, port);
      return server;
    } catch (error) {
      await server.close();
      const code = systemCode(error);
      if (code === undefined) throw error;
      if (code === 'EADDRINUSE' && i + 1 < ports.length) continue;
      throw new UsageError(describeListenMistake(code, host, port, OPTIONS), { cause: error });
    }
  }
  throw new RangeError('expected a port to try');
}

/** The dashboard, as scripts/build-page.js has made it from src/web/dashboard. */
async function readDashboard(): Promise<string> {
  return await readFile(bundled('dashboard'), 'utf8');
}

/** The hub's pages, as scripts/build-page.js has made them from src/web/hub. */
export async function readHubPages(): Promise<HubPage[]> {
  return await Promise.all(
    HUB_PAGES.map(async (name) => ({
      path: `/${name}`,
      html: await readFile(bundled(name), 'utf8'),
    })),
  );
}

function bundled(page: string): URL {
  return new URL(`../../dist/web/${page}.html`, import.meta.url);
}
