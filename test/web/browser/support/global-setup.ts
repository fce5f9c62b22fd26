import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { hasChromium, LAUNCH } from '../../../support/chromium.js';
import { makeFixture, removeFixture } from './fixture.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the one browser listens; null where none is installed. */
    browser: string | null;
    /** The cache that all tests look at; whoever changes it makes a copy. */
    fixture: string;
  }
}

/** One browser and one cache for all tests. */
export default async function setUp({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!hasChromium('THE MAP WAS')) {
    provide('browser', null);
    provide('fixture', '');
    return undefined;
  }
  const [server, fixture] = await Promise.all([chromium.launchServer(LAUNCH), makeFixture()]);
  provide('browser', server.wsEndpoint());
  provide('fixture', fixture);
  return async () => {
    await server.close();
    await removeFixture(fixture);
  };
}
