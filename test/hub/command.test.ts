import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { ALGORITHM_VERSION, FORMAT_VERSION } from '../../src/cache/settings.js';
import { expectTidy, useCaches } from '../e2e/support/caches.js';
import { run, start, type Mandeld } from '../e2e/support/mandeld.js';
import { describeServer, newServerDatabase } from './support/database.js';

const caches = useCaches();
const PASSWORD = 'correct horse battery';

/** Starts a hub at any port; waits until it says where. */
async function hub(root: string, ...more: string[]): Promise<{ running: Mandeld; url: string }> {
  const running = start(['hub', root, '--port', '0', '--workers', '0', '--min-free', '1M', ...more]);
  for (;;) {
    const url = /http:\/\/[^\s"]+/.exec(running.out)?.[0];
    if (url !== undefined) return { running, url };
    if (running.process.exitCode !== null) throw new Error(running.err);
    await delay(20);
  }
}

async function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await fetch(new URL(`/api/v1${path}`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Signs in. @returns headers of a program */
async function signIn(url: string): Promise<Record<string, string>> {
  const session = await post(url, '/session', { name: 'Ann', password: PASSWORD });
  expect(session.status).toBe(200);
  const cookie = `${session.headers.get('set-cookie')?.split(';', 1)[0]}`;
  const token = await post(url, '/tokens', { name: 'laptop' }, { cookie, 'sec-fetch-site': 'same-origin' });
  return { authorization: `Bearer ${((await token.json()) as { secret: string }).secret}` };
}

/** Checks out a tile, as soon as there is one. */
async function checkout(
  url: string,
  headers: Record<string, string>,
): Promise<{ address: string; attempt: number }> {
  for (;;) {
    const body = { count: 1, format: FORMAT_VERSION, algorithm: ALGORITHM_VERSION };
    const { leases } = (await (await post(url, '/checkout', body, headers)).json()) as {
      leases: { address: string; attempt: number }[];
    };
    if (leases.length > 0) return leases[0];
    await delay(100);
  }
}

/** A cache, and the options of a hub's database beside it. */
async function embedded(): Promise<{ root: string; options: string[] }> {
  const root = await caches.fresh();
  await mkdir(`${root}.hub`);
  await cp(inject('embedded'), join(`${root}.hub`, 'database'), { recursive: true });
  return { root, options: [] };
}
async function server(): Promise<{ root: string; options: string[] }> {
  return { root: await caches.fresh(), options: ['--db', await newServerDatabase()] };
}

function lives(place: () => Promise<{ root: string; options: string[] }>): void {
  it('starts, gives tiles, ends on SIGINT and leaves nothing', async () => {
    const { root, options } = await place();
    const before = await readdir(join(root, 'todo'));
    const { running, url } = await hub(root, ...options);
    expect((await post(url, '/accounts', { name: 'Ann', password: PASSWORD })).status).toBe(201);
    const given = await checkout(url, await signIn(url));
    expect(before).toContain(`${given.address}.raw`);
    expect(await readdir(join(root, 'todo'))).not.toContain(`${given.address}.raw`);
    expect(await running.kill('SIGINT')).toMatchObject({ code: 0, signal: null });
    expect(await readdir(join(root, 'todo'))).toEqual(before);
    await expectTidy(root);
    if (options.length === 0) expect(await readdir(`${root}.hub`)).toEqual(['database']);
  });

  it('starts again after it was killed, and knows everybody', async () => {
    const { root, options } = await place();
    const first = await hub(root, ...options);
    await post(first.url, '/accounts', { name: 'Ann', password: PASSWORD });
    const headers = await signIn(first.url);
    const given = await checkout(first.url, headers);
    await first.running.kill('SIGKILL');
    const { running, url } = await hub(root, '--admin', 'ann', ...options);
    const me = await fetch(new URL('/api/v1/me', url), { headers });
    expect(await me.json()).toMatchObject({ name: 'Ann', role: 'admin' });
    expect(given.attempt).toBe(1);
    expect(await running.kill('SIGTERM')).toMatchObject({ code: 0 });
    await expectTidy(root);
  });
}

describe('a hub on its own database', () => {
  lives(embedded);

  it('has its data folder for itself, beside the cache', async () => {
    const { root } = await embedded();
    const { running } = await hub(root);
    const second = await run('hub', root, '--port', '0', '--client', 'second');
    expect(second).toMatchObject({ code: 3, out: '' });
    expect(second.err).toContain(`in use by process ${running.process.pid}`);
    expect(second.err).toContain('EHUBDATA');
    expect(await running.kill('SIGINT')).toMatchObject({ code: 0 });
    const within = await run('hub', root, '--port', '0', '--data', join(root, 'hub'));
    expect(within.code).toBe(second.code);
    expect(within.err).toMatch(/within the cache .*EHUBDATA/);
  });
});

describeServer('a hub on a server', () => {
  lives(server);
});

describeServer('a database that is not there', () => {
  it('is said in a line', async () => {
    const url = (await newServerDatabase()).replace(/test_\w+/, 'no_such');
    const ended = await run('hub', await caches.fresh(), '--port', '0', '--db', url);
    expect(ended.err).toMatch(
      /^mandeld: --db: the database cannot be used: database "no_such" does not exist \(EHUBDATA\)\n$/,
    );
    expect(ended.code).toBe(3);
  });
});

describe('a database that cannot be', () => {
  it.each([
    ['mysql://x', 2, /--db: expected the address of a PostgreSQL server/],
    ['postgres://nobody@127.0.0.1:1/none', 3, /^mandeld: .*--db: the database cannot be used.*ECONNREFUSED/],
    [
      'postgres://nobody:secret@no-such-host.invalid/none',
      3,
      /^mandeld: .*--db: the database cannot be used.*(ENOTFOUND|EAI_AGAIN)/,
    ],
  ])('%s is said in a line', async (db, code, message) => {
    const ended = await run('hub', await caches.fresh(), '--port', '0', '--db', db);
    expect(ended.err).toMatch(message);
    expect(ended.err).not.toMatch(/secret|\n\s+at /);
    expect(ended.code).toBe(code);
  });
});
