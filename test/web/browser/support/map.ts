import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject } from 'vitest';
import { DESKTOP } from '../../../support/chromium.js';
import { NodeServer } from './node-server.js';
import { copyOf, removeFixture } from './fixture.js';
import { pictureFrom, type Picture } from './pictures.js';

/** Tests of the map in a browser; skipped where there is none. */
export const describeMap: typeof describe | typeof describe.skip =
  inject('browser') === null ? describe.skip : describe;

/** Hides what lies over the map. */
const BARE = '.bar, .edge, #readout, #minimap, #message, #facts, #whole { visibility: hidden !important; }';

/** A page that shows the map, and what it has done. */
export class MapPage {
  readonly page: Page;
  /** What stands in the console as an error, failed loads apart, and errors that nobody caught. */
  readonly errors: string[] = [];
  /** Paths of all requests. */
  readonly requests: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('request', (request) => this.requests.push(new URL(request.url()).pathname));
  }

  /** Tiles that were asked for. */
  get tiles(): string[] {
    return this.requests.filter((path) => path.startsWith('/tile/'));
  }

  /** Waits until nothing moves and nothing lacks. */
  async settled(timeout = 20_000): Promise<this> {
    await this.resting();
    await this.page.waitForFunction(() => document.body.dataset['lacking'] === '0', undefined, { timeout });
    // The last pictures are put on the screen.
    await this.page.waitForTimeout(150);
    return this;
  }

  /** Waits until nothing moves. */
  async resting(): Promise<void> {
    await this.page.waitForTimeout(200);
    await this.page.waitForFunction(() => document.body.dataset['moving'] === 'false');
    await this.page.waitForTimeout(150);
  }

  /** What the permalink says. */
  async place(): Promise<{ x: string; y: string; r: string; search: string }> {
    const search = await this.page.evaluate(() => {
      document.getElementById('link')?.click();
      return location.search;
    });
    const parameters = new URLSearchParams(search);
    const get = (name: string): string => parameters.get(name) ?? '';
    return { x: get('x'), y: get('y'), r: get('r'), search };
  }

  /** The screen, without what lies over the map. */
  async picture(): Promise<Picture> {
    const style = await this.page.addStyleTag({ content: BARE });
    const png = await this.page.screenshot();
    await style.evaluate((element) => (element as Element).remove());
    return pictureFrom(png);
  }

  /** What is in the message. */
  async message(): Promise<string> {
    return await this.page.evaluate(() => {
      const element = document.getElementById('message');
      return element === null || element.hidden ? '' : (element.textContent ?? '');
    });
  }
}

/** What a file of tests needs; all of it is closed in the end. */
export interface Maps {
  /** Opens the map. */
  open(url: string, options?: BrowserContextOptions): Promise<MapPage>;
  /** The same without its script, so that there is nothing to wait for. */
  openWithout(url: string, options: BrowserContextOptions): Promise<MapPage>;
  /** A server of the fixture that nobody changes; its manners are set back by each test. */
  readonly server: NodeServer;
  /** A copy of the fixture, and a server of it. */
  copy(): Promise<{ cache: string; server: NodeServer }>;
}

/** Prepares the tests of a file. */
export function useMaps(): Maps {
  let browser: Browser | null = null;
  let server: NodeServer | null = null;
  const tidy: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const endpoint = inject('browser');
    if (endpoint === null) return;
    browser = await chromium.connect(endpoint);
    server = await new NodeServer(inject('fixture')).start();
  });
  afterEach(async () => {
    for (const end of tidy.splice(0).toReversed()) await end();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  return {
    get server() {
      if (server === null) throw new Error('expected a server');
      return server;
    },
    async open(url, options = DESKTOP) {
      const map = await this.openWithout(url, options);
      // It listens when it has shown itself once.
      await map.page.waitForFunction(() => document.body.dataset['level'] !== undefined);
      return map;
    },
    async openWithout(url, options) {
      if (browser === null) throw new Error('expected a browser');
      const context = await browser.newContext(options);
      tidy.push(async () => await context.close());
      const map = new MapPage(await context.newPage());
      await map.page.goto(url);
      return map;
    },
    async copy() {
      const cache = await copyOf(inject('fixture'));
      const own = await new NodeServer(cache).start();
      tidy.push(async () => {
        await own.stop();
        await removeFixture(cache);
      });
      return { cache, server: own };
    },
  };
}

/** Nothing has gone wrong on a page. */
export function expectNoErrors(map: MapPage): void {
  expect(map.errors).toEqual([]);
}
