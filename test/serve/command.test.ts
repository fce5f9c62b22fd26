import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { daemon, entries, killAll, run, start, type Mandeld } from '../e2e/support/mandeld.js';
import { useRenderedCache } from './support/server.js';

const caches = useRenderedCache();
afterEach(killAll);

/** Starts a server at any port; waits until it says where. */
async function serving(root: string, ...more: string[]): Promise<{ running: Mandeld; url: string }> {
  const running = start(['serve', root, '--port', '0', ...more]);
  for (;;) {
    const url = /http:\/\/[^\s"]+/.exec(running.out)?.[0];
    if (url !== undefined) return { running, url };
    if (running.process.exitCode !== null) throw new Error(running.err);
    await delay(20);
  }
}

async function connected(url: string, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

describe('mandeld serve', () => {
  it('says where it listens, and serves the page that was built', async () => {
    const { running, url } = await serving(await caches.copy());
    expect(running.out).toBe(`mandeld serve: ${url}\n`);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await fetch(url);
    expect(page.headers.get('x-mandeld')).toMatch(/^\d+\.\d+\.\d+/);
    expect(await page.text()).toMatch(/^<!doctype html>/i);
    expect(await running.kill('SIGINT')).toMatchObject({ code: 0, out: `mandeld serve: ${url}\n` });
  });

  it('says it in JSON, and takes options from the environment', async () => {
    const root = await caches.copy();
    const running = start(['serve', root, '--json', '--log-level', 'silent'], {
      MANDELD_PORT: '0',
      MANDELD_WANTS: '0',
    });
    while (!running.out.includes('\n')) await delay(20);
    const { url } = JSON.parse(running.out) as { url: string };
    await fetch(new URL('/tile/M01331.png', url));
    expect((await running.kill('SIGTERM')).code).toBe(0);
    expect(await readdir(join(root, 'want'))).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends on %s within two seconds, whoever holds a connection, and leaves nothing',
    async (signal) => {
      const root = await caches.copy();
      const { running, url } = await serving(root);
      await connected(url, 'GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n');
      await connected(url, 'GET /tile/M013');
      await connected(url, '');
      await connected(url, 'GET /boring.txt HTTP/1.1\r\nHost: x\r\n\r\n');
      await fetch(new URL('/tile/M01331.png', url));
      await fetch(new URL('/api/status', url));
      await delay(300);
      const since = performance.now();
      expect(await running.kill(signal)).toMatchObject({ code: 0, signal: null });
      expect(performance.now() - since).toBeLessThan(2500);
      expect(entries(running.err).filter(({ level }) => level >= 40)).toEqual([]);
      expect(await readdir(join(root, 'want'))).toEqual(['M01331']);
      expect(await readdir(join(root, 'work'))).toEqual([]);
      expect(await readdir(join(root, 'lock'))).toEqual([]);
    },
  );

  it('has a tile rendered because somebody looks at it, and tells when it is there', async () => {
    const root = await caches.copy();
    const { running, url } = await serving(root);
    // Of its own accord it would take weeks to get so deep.
    const worker = daemon(root, 'a', '--max-level', '30', '--log-level', 'warn');
    const events = await connected(url, 'GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n');
    let heard = '';
    events.on('data', (piece: Buffer) => (heard += String(piece)));
    // A place on the boundary: -0.743643887037151 + 0.131825904205330 i.
    const tile = new URL('/tile/M0110120000330322222.png', url);
    expect((await fetch(tile)).headers.get('x-mandeld-blank')).toBe('1');
    while (!heard.includes('"M0110120000330322222"')) await delay(20);
    expect((await fetch(tile)).headers.get('x-mandeld-blank')).toBeNull();
    expect(await readdir(join(root, 'want'))).toEqual([]);
    expect((await worker.kill('SIGTERM')).code).toBe(0);
    expect((await running.kill('SIGTERM')).code).toBe(0);
  });

  it('tells of a port that is in use, code 2', async () => {
    const root = await caches.copy();
    const { running, url } = await serving(root);
    const second = await run('serve', root, '--port', new URL(url).port);
    expect(second).toMatchObject({ code: 2, out: '' });
    expect(second.err).toMatch(
      /^mandeld: --port \d+ of --host 127\.0\.0\.1 is in use.*EADDRINUSE.*another port.*\n$/,
    );
    expect((await running.kill('SIGTERM')).code).toBe(0);
  });

  it.each([
    [['--host', '192.0.2.1'], 2, 'Is that an address of this machine?'],
    [['--port', '70000'], 2, '--port'],
    [['--max-wants', '-1'], 2, '--max-wants'],
    [['--max-level', '20001'], 2, '--max-level'],
  ])('refuses %j', async (args, code, message) => {
    const end = await run('serve', await caches.copy(), '--port', '0', ...args);
    expect(end).toMatchObject({ code, out: '' });
    expect(end.err).toContain(message);
  });

  it('refuses what is no cache, code 3', async () => {
    const root = `${await caches.copy()}-not`;
    await mkdir(root);
    await writeFile(join(root, 'boring.txt'), '');
    const end = await run('serve', root, '--port', '0');
    expect(end).toMatchObject({ code: 3, out: '' });
    expect(end.err).toContain('ENOCACHE');
  });
});
