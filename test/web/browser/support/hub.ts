import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { start, type Mandeld } from '../../../e2e/support/mandeld.js';

/** A running `mandeld hub`. */
export interface RunningHub {
  /** With a slash at its end. */
  readonly url: string;
  /** Ends it, and removes its database. */
  stop(): Promise<void>;
}

/** Starts a hub beside a cache, with the embedded database. */
export async function startHub(cache: string): Promise<RunningHub> {
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-'));
  const own = ['--port', '0', '--json', '--data', join(folder, 'data'), '--log-level', 'warn'];
  const small = ['--workers', '0', '--periods', '5', '--min-free', '1M', '--stock', '4'];
  const hub = start(['hub', cache, ...own, ...small]);
  try {
    return {
      url: await urlOf(hub),
      async stop() {
        const { code, err } = await hub.kill('SIGTERM');
        await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
        if (code !== 0) throw new Error(`expected the hub to end well, got exit code ${code}: ${err}`);
      },
    };
  } catch (error) {
    await hub.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    throw error;
  }
}

async function urlOf(hub: Mandeld): Promise<string> {
  const end = performance.now() + 60_000;
  while (!hub.out.includes('\n')) {
    if (performance.now() > end) throw new Error(`expected the hub to listen: ${hub.err}`);
    await delay(50);
  }
  return (JSON.parse(hub.out) as { url: string }).url;
}
