import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { readSettings } from '../../../src/cache/settings.js';
import type { ServeOptions } from '../../../src/serve/options.js';
import { MapServer } from '../../../src/serve/server.js';
import { render } from '../../e2e/support/caches.js';
import { killAll, run } from '../../e2e/support/mandeld.js';

export const PAGE =
  '<!doctype html><title>map</title><style>p{}</style><script type="module">let a = 1;</script>' +
  `<p>${'The page is longer than what is too short to be compressed. '.repeat(40)}</p>`;

const DASHBOARD = '<!doctype html><title>dashboard</title><script type="module">let b = 2;</script>';

/** A line that was logged. */
export interface Logged {
  readonly level: 'warn' | 'error';
  readonly message: string;
}

/** A cache rendered to level 3, of which every test gets a copy. */
export function useRenderedCache(...options: string[]): { copy(): Promise<string> } {
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mandeld-serve-'));
    await run('init', join(folder, 'template'), ...options);
    await render(join(folder, 'template'), 3);
  });
  afterAll(async () => {
    killAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  return {
    async copy() {
      const root = join(folder, `cache-${count++}`);
      await cp(join(folder, 'template'), root, { recursive: true, preserveTimestamps: true });
      return root;
    },
  };
}

/** A server that is closed when the test ends. */
export async function serve(
  root: string,
  options: Partial<ServeOptions> = {},
): Promise<MapServer & { readonly log: Logged[] }> {
  const log: Logged[] = [];
  const logger = Object.fromEntries(
    (['warn', 'error'] as const).map((level) => [
      level,
      (_details: object, message: string): void => void log.push({ level, message }),
    ]),
  ) as unknown as ServeOptions['logger'];
  const server = await MapServer.create({
    root,
    settings: await readSettings(root),
    page: PAGE,
    dashboard: DASHBOARD,
    version: '1.2.3',
    wants: true,
    maxWants: 256,
    maxLevel: 20_000,
    films: null,
    trustProxy: false,
    logger,
    clock: () => performance.now(),
    pollMs: 50,
    ...options,
  });
  onTestFinished(async () => await server.close());
  return Object.assign(server, { log });
}
