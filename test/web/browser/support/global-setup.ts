import { access, constants } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { makeFixture, removeFixture } from './fixture.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the one browser listens; null where none is installed. */
    browser: string | null;
    /** The cache that all tests look at; whoever changes it makes a copy. */
    fixture: string;
  }
}

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** One browser and one cache for all tests. */
export default async function setUp({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    await access(CHROMIUM, constants.X_OK);
  } catch {
    console.error(
      `\n!!! NO CHROMIUM AT ${CHROMIUM}: THE MAP WAS NOT TRIED IN A BROWSER. Install chromium, or set CHROMIUM. !!!\n`,
    );
    provide('browser', null);
    provide('fixture', '');
    return undefined;
  }
  const [server, fixture] = await Promise.all([
    chromium.launchServer({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    }),
    makeFixture(),
  ]);
  provide('browser', server.wsEndpoint());
  provide('fixture', fixture);
  return async () => {
    await server.close();
    await removeFixture(fixture);
  };
}
