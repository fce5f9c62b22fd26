import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** The server refuses to run as root: then it runs as one of these. */
const USERS = ['postgres', 'nobody'];
/** Debian does not put them into the path. */
const DEBIAN = '/usr/lib/postgresql';
const OWNER = 'mandeld';

/** A PostgreSQL server for tests, which nobody else reaches. */
export interface Cluster {
  /** Its folder; the socket is in it. */
  readonly folder: string;
  /** Ends all of its processes at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again, and waits until it answers. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** The folder of initdb and postgres; null where they are not installed. */
export function findPostgres(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
  ];
  const found = folders.find((folder) => folder !== '' && existsSync(join(folder, 'initdb')));
  if (found === undefined) return null;
  const bin = dirname(realpathSync(join(found, 'initdb')));
  return existsSync(join(bin, 'postgres')) ? bin : null;
}

/** Makes a cluster in a temporary folder and starts it, on a socket only. What is written is not kept safe: it is thrown away. */
export async function startPostgres(bin: string): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'mandeld-pg-'));
  const as = ownUser();
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const options = { ...as, cwd: folder, env: { ...process.env, HOME: folder, LC_ALL: 'C' } };
  const data = join(folder, 'data');
  let server: ChildProcess | null = null;
  const close = async (): Promise<void> => {
    if (server && isRunning(server)) {
      server.kill('SIGINT');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  const kill = async (): Promise<void> => {
    if (!server?.pid || !isRunning(server)) return;
    const ended = once(server, 'exit');
    // Its children have sessions of their own.
    for (const pid of [...childrenOf(server.pid), server.pid]) killOne(pid);
    await ended;
  };
  const start = async (): Promise<void> => {
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${folder}`,
      'fsync=off',
      'log_min_messages=fatal',
    ];
    server = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
      ...options,
      stdio: 'ignore',
    });
    await answers(folder, server);
  };
  try {
    execFileSync(
      join(bin, 'initdb'),
      ['-D', data, '-A', 'trust', '-U', OWNER, '-E', 'UTF8', '--locale=C', '--no-sync'],
      { ...options, stdio: 'pipe' },
    );
    await start();
    return { folder, kill, start, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Kills a process, which may have ended meanwhile. */
function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
}

/** The address of a database, as --db takes it. */
export function addressOf(folder: string, database: string): string {
  return `postgresql:///${database}?host=${encodeURIComponent(folder)}&user=${OWNER}`;
}

/** Asks a database one thing. */
export async function askPostgres(folder: string, database: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: addressOf(folder, database) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function answers(folder: string, server: ChildProcess): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      await askPostgres(folder, 'postgres', 'select 1');
      return;
    } catch (error) {
      if (!isRunning(server) || performance.now() > end) throw error;
      await delay(50);
    }
  }
}

function ownUser(): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {};
  for (const user of USERS) {
    try {
      const [uid, gid] = ['-u', '-g'].map((option) =>
        Number(execFileSync('id', [option, user], { encoding: 'utf8', stdio: 'pipe' })),
      );
      return { uid, gid };
    } catch {
      // Nobody of that name.
    }
  }
  throw new Error(`expected one of the users ${USERS.join(', ')}: PostgreSQL does not run as root`);
}
