import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { systemCode } from '../cache/cache-error.js';
import type { Layout } from '../cache/layout.js';
import { refreshPage } from '../cache/page-file.js';

/** The map, as scripts/build-page.js has made it from src/web. */
export async function readPage(): Promise<string> {
  return await readFile(new URL('../../dist/web/index.html', import.meta.url), 'utf8');
}

/** Puts the map into a cache that lacks it or has an earlier one. A cache without it works as well. */
export async function bringPage(layout: Layout, logger: Logger): Promise<void> {
  try {
    if (await refreshPage(layout, await readPage()))
      logger.info('the map, index.html, was brought up to date');
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    logger.warn({ err: error }, 'the map, index.html, could not be brought up to date');
  }
}
