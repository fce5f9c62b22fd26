import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import type { ServeOptions } from '../../../src/serve/options.js';
import type { MapServer } from '../../../src/serve/server.js';
import { DESKTOP, hasChromium, LAUNCH } from '../../support/chromium.js';
import { serve } from './server.js';

/** Tests in a browser; skipped where there is none. */
export const describeBrowser: typeof describe | typeof describe.skip = hasChromium(
  'FILMS AND THE DASHBOARD WERE',
)
  ? describe
  : describe.skip;

/** A page, and what has gone wrong on it: failed loads apart. */
export interface Opened {
  readonly page: Page;
  readonly errors: readonly string[];
}

/** A browser for the tests of a file. */
export function useBrowser(): { open(url: string, options?: BrowserContextOptions): Promise<Opened> } {
  let browser: Browser | null = null;
  beforeAll(async () => {
    browser = await chromium.launch(LAUNCH);
  });
  afterAll(async () => await browser?.close());
  return {
    async open(url, options = DESKTOP) {
      if (browser === null) throw new Error('expected a browser');
      const context = await browser.newContext(options);
      onTestFinished(async () => await context.close());
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(url);
      return { page, errors };
    },
  };
}

/**
 * Waits until something is so. Not by the page's own polling, which evaluates texts: that the pages' policy forbids, as it should.
 *
 * @param expression of JavaScript; a text, because tests know nothing of documents
 */
export async function becomes(page: Page, expression: string, milliseconds = 30_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (performance.now() > end) throw new Error(`waited in vain for ${expression}`);
    await delay(50);
  }
}

/** A server with the pages as `npm run build` leaves them. */
export async function servePages(root: string, options: Partial<ServeOptions>): Promise<MapServer> {
  const read = async (name: string): Promise<string> =>
    await readFile(new URL(`../../../dist/web/${name}.html`, import.meta.url), 'utf8');
  const [page, dashboard] = [await read('index'), await read('dashboard')];
  const server = await serve(root, { page, dashboard, ...options });
  await server.listen('127.0.0.1', 0);
  return server;
}
