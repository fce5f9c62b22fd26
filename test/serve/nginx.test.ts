import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import type { Address } from '../../src/tile/address.js';
import { asking, FilmListener, FILMS, TINY } from './support/films.js';
import { HAS_NGINX, startNginx } from './support/nginx.js';
import { serve, useRenderedCache } from './support/server.js';

if (!HAS_NGINX)
  process.stderr.write(
    '\n!!! nginx IS NOT INSTALLED: NOTHING IS KNOWN OF ITS CONFIGURATIONS IN contrib/. !!!\n\n',
  );

const TILE = 'public, max-age=3600, stale-while-revalidate=86400';

describe.skipIf(!HAS_NGINX)('contrib/mandeld.nginx.conf', () => {
  const caches = useRenderedCache();

  /** A cache with a page, a deep tile, a link, and a boring.txt that is worth compressing. */
  async function site(): Promise<{ root: string; url: string }> {
    const root = await caches.copy();
    const layout = new Layout(root, 'png');
    const deep = layout.tile(`M${'0123'.repeat(100)}` as Address);
    await mkdir(dirname(deep), { recursive: true });
    await writeFile(deep, 'deep');
    await writeFile(join(root, 'index.html'), '<!doctype html><title>map</title>');
    await writeFile(join(root, 'boring.txt'), 'M3000 0\n'.repeat(500), { flag: 'a' });
    await symlink('/etc/passwd', join(root, 'tile/M0333.png'));
    await symlink('/etc/passwd', join(root, 'done/M0333.raw'));
    await writeFile(join(root, 'want/M0'), '');
    return { root, url: await startNginx('mandeld.nginx.conf', root) };
  }

  it('serves what mandeld serve serves, and nothing else', async () => {
    const { root, url } = await site();
    const deep = `/tile/M${'0123'.repeat(30)}/${'0123'.repeat(30)}/${'0123'.repeat(30)}/${'0123'.repeat(10)}.png`;
    for (const [path, code, caching] of [
      ['/', 200, 'no-cache'],
      ['/?x=1&y=2&r=3', 200, 'no-cache'],
      ['/index.html', 200, 'no-cache'],
      ['/boring.txt', 200, 'no-cache'],
      ['/cache.json', 200, 'no-cache'],
      ['/tile/M.png', 200, TILE],
      ['/tile/P0.png', 200, TILE],
      [deep, 200, TILE],
      ['/tile/M0123012.png', 200, 'no-store'],
      ['/tile/M0333.png', 200, 'no-store'],
      ['/done/M.raw', 200, TILE],
      ['/todo/M013.raw', 200, TILE],
      ['/todo/M.raw', 404, null],
      ['/done/M0333.raw', 403, null],
      ['/tile/P99.png', 404, null],
      ['/tile/M4.png', 404, null],
      ['/tile/', 404, null],
      ['/want/M0', 404, null],
      ['/want/', 404, null],
      ['/work/', 404, null],
      ['/lock/', 404, null],
      ['/tile/%2e%2e/want/M0', 404, null],
      ['/.hidden', 404, null],
    ] as const) {
      const answer = await fetch(url + path);
      expect([path, answer.status, answer.headers.get('cache-control')]).toEqual([path, code, caching]);
      const body = Buffer.from(await answer.arrayBuffer());
      expect(body.includes('root:'), path).toBe(false);
      const isBlank = caching === 'no-store';
      expect(answer.headers.get('x-mandeld-blank'), path).toBe(isBlank ? '1' : null);
      if (isBlank) expect(answer.headers.get('content-type')).toBe('image/png');
    }
    const tile = Buffer.from(await (await fetch(`${url}/tile/M.png`)).arrayBuffer());
    expect(tile.equals(await readFile(join(root, 'tile/M.png')))).toBe(true);
  });

  it('answers ranges, compresses text, and sends nothing twice', async () => {
    const { root, url } = await site();
    const text = await readFile(join(root, 'boring.txt'), 'utf8');
    const plain = { 'Accept-Encoding': 'identity' };
    const range = await fetch(`${url}/boring.txt`, { headers: { ...plain, Range: 'bytes=-8' } });
    expect([range.status, await range.text()]).toEqual([206, text.slice(-8)]);
    const beyond = await fetch(`${url}/boring.txt`, {
      headers: { ...plain, Range: `bytes=${text.length}-` },
    });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${text.length}`]);
    const small = await fetch(`${url}/boring.txt`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect([small.headers.get('content-encoding'), await small.text()]).toEqual(['gzip', text]);
    for (const path of ['/', '/boring.txt', '/tile/M.png']) {
      const etag = (await fetch(url + path)).headers.get('etag') ?? '';
      expect((await fetch(url + path, { headers: { 'If-None-Match': etag } })).status, path).toBe(304);
    }
  });
});

describe.skipIf(!HAS_NGINX)('contrib/mandeld-live.nginx.conf', () => {
  const caches = useRenderedCache();

  it('has films made by mandeld, tells of them at once, and sends them with ranges', async () => {
    const root = await caches.copy();
    const server = await serve(root, { trustProxy: true, films: FILMS });
    await server.listen('127.0.0.1', 0);
    const url = await startNginx('mandeld-live.nginx.conf', root, Number(new URL(server.url).port));
    const { method, headers, payload: body } = asking(TINY);
    const answer = await fetch(new URL('/api/zoom', url), { method, headers, body });
    expect(answer.status).toBe(202);
    const film = (await answer.json()) as { url: string; events: string };
    const listener = new FilmListener(url, film.events);
    expect(await listener.ended()).toMatchObject({ state: 'finished' });
    const part = await fetch(new URL(film.url, url), { headers: { range: 'bytes=4-7' } });
    expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
    expect((await fetch(new URL('/dashboard', url))).status).toBe(200);
  });

  it('sends what is there, and has mandeld behind it for the rest', async () => {
    const root = await caches.copy();
    const server = await serve(root, { trustProxy: true });
    await server.listen('127.0.0.1', 0);
    const url = await startNginx('mandeld-live.nginx.conf', root, Number(new URL(server.url).port));
    const by = async (path: string): Promise<string | null> =>
      (await fetch(url + path)).headers.get('x-mandeld');
    expect(await by('/tile/M.png')).toBeNull();
    expect(await by('/done/M.raw')).toBeNull();
    for (const path of [
      '/',
      '/boring.txt',
      '/cache.json',
      '/api/status',
      '/tile/P99.png',
      '/tile/M013110.png',
    ])
      expect(await by(path), path).toBe('1.2.3');
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    await server.live.wants.settled();
    expect(await readdir(join(root, 'want'))).toEqual(['M013110']);
    const stop = new AbortController();
    const events = await fetch(`${url}/api/events`, { signal: stop.signal });
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    await writeFile(join(root, 'tile/M013110.png'), 'x');
    let heard = '';
    while (!heard.includes('data: ["M013110"]')) heard += (await reader?.read())?.value ?? '';
    stop.abort();
    await delay(0);
  });
});
