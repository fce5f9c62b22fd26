import { accessSync, constants } from 'node:fs';
import type { BrowserContextOptions } from 'playwright-core';

/** The program. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** How all tests start it. */
export const LAUNCH = {
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
};

/** Sizes at which pages are tried. */
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
/** A phone. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

/**
 * Whether there is a browser; else it is told what was not tried.
 *
 * @param untried in capitals, such as `THE MAP WAS`
 */
export function hasChromium(untried: string): boolean {
  try {
    accessSync(CHROMIUM, constants.X_OK);
    return true;
  } catch {
    console.error(
      `\n!!! NO CHROMIUM AT ${CHROMIUM}: ${untried} NOT TRIED IN A BROWSER. Install chromium, or set CHROMIUM. !!!\n`,
    );
    return false;
  }
}
