import { once } from 'node:events';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MapServer } from '../../src/serve/server.js';
import { serve, useRenderedCache } from './support/server.js';

const caches = useRenderedCache();
/** Stands in every file that must not be served. */
const SECRET = 'SECRET-4711';

/** A cache with secrets in it and beside it, and a server on a real port. */
async function scene(): Promise<{ root: string; server: MapServer }> {
  const root = await caches.copy();
  const outside = `${root}-outside`;
  await mkdir(join(outside, 'tile'), { recursive: true });
  for (const path of ['M.png', 'M.raw', 'secret.txt', 'boring.txt', 'tile/M.png'])
    await writeFile(join(outside, path), SECRET);
  for (const folder of ['work/a/todo', 'bad', 'reference', 'ahead'])
    await mkdir(join(root, folder), { recursive: true });
  const hidden = [
    'work/a/todo/M.raw',
    'work/a/status.json',
    'bad/M.raw',
    'reference/M.orbit',
    'want/M0',
    'lock/held',
  ];
  const strays = [
    'tile/secret.png',
    'tile/.M.png',
    'tile/M.png.bak',
    'done/secret.raw',
    'secret.png',
    '.secret',
    'index.html',
  ];
  for (const path of [...hidden, ...strays]) await writeFile(join(root, path), SECRET);
  // Links of tiles' names, that lead out of the cache or to its hidden parts.
  await symlink(join(outside, 'M.png'), join(root, 'tile/M0333.png'));
  await symlink('../work/a/status.json', join(root, 'tile/M0332.png'));
  await symlink(join(outside, 'M.raw'), join(root, 'done/M0333.raw'));
  await symlink(outside, join(root, `tile/M${'0'.repeat(120)}`));
  await writeFile(join(outside, '0.png'), SECRET);
  const server = await serve(root, { wants: false });
  await server.listen('127.0.0.1', 0);
  return { root, server };
}

/** Sends bytes as they are, for fetch would tidy them up; gives all that comes back. */
async function send(server: MapServer, target: string, method = 'GET'): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
  socket.on('error', () => undefined);
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'latin1');
  await once(socket, 'close');
  return answer;
}

const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

describe('a request for what is not to be served', () => {
  it('gets 404 however it is spelt', async () => {
    const { root, server } = await scene();
    const beside = `${basename(root)}-outside`;
    for (const target of [
      `/../${beside}/secret.txt`,
      `/tile/../../${beside}/M.png`,
      `/%2e%2e/${beside}/secret.txt`,
      `/tile/%2e%2e/%2e%2e/${beside}/M.png`,
      `/..%2f${beside}%2fsecret.txt`,
      `/tile/..%5c..%5c${beside}%5cM.png`,
      `/%252e%252e/${beside}/secret.txt`,
      `/tile/....//....//${beside}/M.png`,
      `/.%00./${beside}/secret.txt`,
      `/tile/M0.png%00.png`,
      '/%c0%ae%c0%ae/secret.txt',
      `//${beside}/secret.txt`,
      '//etc/passwd',
      '/etc/passwd',
      `${root}-outside/secret.txt`,
      `http://127.0.0.1/../${beside}/secret.txt`,
      'http://127.0.0.1/boring.txt',
      'file:///etc/passwd',
      '/.secret',
      '/secret.png',
      '/tile/secret.png',
      '/tile/.M.png',
      '/tile/M.png.bak',
      '/tile/M0.png/',
      '/tile/./M0.png',
      '/done/secret.raw',
      '/done/M0.raw/..%2f..%2fwork%2fa%2fstatus.json',
      '/done/M0333.raw',
      '/work/a/status.json',
      '/work/a/todo/M.raw',
      '/bad/M.raw',
      '/reference/M.orbit',
      '/want/M0',
      '/lock/held',
      '/boring.txt/',
      '/boring.txt/../work/a/status.json',
      '/BORING.TXT',
      '/tile/M%30.png',
      '/tile',
      '/tile/',
      '/*',
      '/nowhere',
      '/?../../etc/passwd',
    ]) {
      const answer = await send(server, target);
      expect(answer, target).not.toContain(SECRET);
      expect(status(answer), target).toBe(target.startsWith('/?') ? 200 : 404);
    }
  });

  it('gets the blank tile where a link stands in the place of a tile, or of a folder on its way', async () => {
    const { server } = await scene();
    for (const path of ['M0333.png', 'M0332.png', `M${'0'.repeat(120)}/0.png`]) {
      const answer = await server.app.inject(`/tile/${path}`);
      expect(answer.headers['x-mandeld-blank'], path).toBe('1');
    }
  });

  it('gets nothing where the cache’s own folder or file is a link', async () => {
    const { root, server } = await scene();
    await rename(join(root, 'tile'), join(root, 'elsewhere'));
    await symlink(`${root}-outside/tile`, join(root, 'tile'));
    await rename(join(root, 'boring.txt'), join(root, 'old.txt'));
    await symlink(`${root}-outside/boring.txt`, join(root, 'boring.txt'));
    expect((await server.app.inject('/tile/M.png')).headers['x-mandeld-blank']).toBe('1');
    expect((await server.app.inject('/boring.txt')).statusCode).toBe(404);
  });

  it('gets no answer but the allowed ones, whatever is asked', async () => {
    const { root, server } = await scene();
    const part = fc.constantFrom(
      ...'/ // . .. %2e %2f %5c \\ %00 % ; ? # @ : * ~ \u00e4 \u00ff \t'.split(' '),
      ...'tile done todo work want lock bad a M M0 M0333 P0 secret status held'.split(' '),
      ...'.png .raw .jpg .txt .json boring.txt cache.json etc/passwd http://127.0.0.1'.split(' '),
      `${basename(root)}-outside`,
      '0'.repeat(120),
    );
    const target = fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''));
    const withSlash = target.map((text) => `/${text}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(target, withSlash, withSlash), async (text) => {
        const answer = await send(server, text);
        expect(answer).not.toContain(SECRET);
        expect(answer).not.toContain('root:');
        expect([200, 400, 404, 416]).toContain(status(answer));
      }),
      { numRuns: 1500 },
    );
  });

  it('of any length or shape leaves the server well', async () => {
    const { server } = await scene();
    expect(status(await send(server, `/tile/M${'0'.repeat(15_000)}.png`))).toBe(404);
    expect(status(await send(server, `/tile/M${'0'.repeat(30_000)}.png`))).toBe(431);
    expect(status(await send(server, '/boring.txt', 'BREW'))).toBe(400);
    expect(status(await send(server, '/boring.txt', 'POST'))).toBe(405);
    expect(status(await send(server, '/', 'TRACE'))).toBeGreaterThanOrEqual(400);
    expect(status(await send(server, '/boring.txt'))).toBe(200);
  });
});
