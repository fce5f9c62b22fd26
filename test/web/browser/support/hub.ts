import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../../../src/hub/db/database.js';
import type { Role } from '../../../../src/hub/db/schema.js';
import { digestOf, newSecret } from '../../../../src/hub/secrets.js';
import { start, type Mandeld } from '../../../e2e/support/mandeld.js';

/** A running `mandeld hub`. */
export interface RunningHub {
  /** With a slash at its end. */
  readonly url: string;
  /** Secrets of the sessions of those who have accounts from the beginning, by name. */
  readonly sessions: ReadonlyMap<string, string>;
  /** Ends it, and removes its database. */
  stop(): Promise<void>;
}

/** What a hub begins with. */
interface HubOptions {
  /** Threads that make what is asked for. */
  readonly workers?: number;
  /** Who has an account, and has signed in. */
  readonly people?: Readonly<Record<string, Role>>;
}

/** Starts a hub beside a cache, with the embedded database. */
export async function startHub(
  cache: string,
  { workers = 0, people = {} }: HubOptions = {},
): Promise<RunningHub> {
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-'));
  const own = ['--port', '0', '--json', '--data', join(folder, 'data'), '--log-level', 'warn'];
  const small = ['--workers', `${workers}`, '--periods', '5', '--min-free', '1M', '--stock', '4'];
  const sessions = await enrol(join(folder, 'data'), people);
  const hub = start(['hub', cache, ...own, ...small]);
  try {
    return {
      url: await urlOf(hub),
      sessions,
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

/** Makes accounts, and sessions of them. */
async function enrol(data: string, people: Readonly<Record<string, Role>>): Promise<Map<string, string>> {
  const sessions = new Map<string, string>();
  if (Object.keys(people).length === 0) return sessions;
  await mkdir(data);
  const db = await openDatabase({ folder: join(data, 'database') }, () => undefined);
  for (const [name, role] of Object.entries(people)) {
    const { id } = await db
      .insertInto('account')
      .values({ name, name_key: name.toLowerCase(), password: '', role })
      .returning('id')
      .executeTakeFirstOrThrow();
    const secret = newSecret('');
    const expires = new Date(Date.now() + 86_400_000);
    await db
      .insertInto('session')
      .values({ digest: digestOf(secret), account: id, expires })
      .execute();
    sessions.set(name, secret);
  }
  await db.destroy();
  return sessions;
}

async function urlOf(hub: Mandeld): Promise<string> {
  const end = performance.now() + 60_000;
  while (!hub.out.includes('\n')) {
    if (performance.now() > end) throw new Error(`expected the hub to listen: ${hub.err}`);
    await delay(50);
  }
  return (JSON.parse(hub.out) as { url: string }).url;
}
