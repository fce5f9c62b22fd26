import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import { encodeBoringPicture } from '../../src/image/picture.js';
import { BLANK_PNG } from '../../src/serve/blank.js';
import type { Address } from '../../src/tile/address.js';
import { PAGE, serve, useRenderedCache } from './support/server.js';

const caches = useRenderedCache();
const TILE = 'public, max-age=3600, stale-while-revalidate=86400';

describe('what is served', () => {
  it.each([
    ['/', 200, 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html?x=1&y=2', 200, 'text/html; charset=utf-8', 'no-cache'],
    ['/boring.txt', 200, 'text/plain; charset=utf-8', 'no-cache'],
    ['/cache.json', 200, 'application/json; charset=utf-8', 'no-cache'],
    ['/tile/M.png', 200, 'image/png', TILE],
    ['/tile/P0.png', 200, 'image/png', TILE],
    ['/tile/P77.png', 200, 'image/png', 'no-cache'],
    ['/tile/P77.jpg', 200, 'image/jpeg', 'no-cache'],
    ['/tile/M0123012.png', 200, 'image/png', 'no-store'],
    ['/tile/M.jpg', 200, 'image/png', 'no-store'],
    ['/done/M.raw', 200, 'application/octet-stream', TILE],
    ['/todo/M.raw', 404, 'text/plain; charset=utf-8', 'no-store'],
    ['/done/M0123012.raw', 404, 'text/plain; charset=utf-8', 'no-store'],
    ['/api/status', 200, 'application/json; charset=utf-8', 'no-store'],
    ['/metrics', 200, 'text/plain; version=0.0.4; charset=utf-8', 'no-store'],
    ['/tile/M4.png', 404, 'text/plain; charset=utf-8', 'no-store'],
    ['/tile/', 404, 'text/plain; charset=utf-8', 'no-store'],
    ['/tile', 404, 'text/plain; charset=utf-8', 'no-store'],
    ['/work/', 404, 'text/plain; charset=utf-8', 'no-store'],
    ['/api/', 404, 'text/plain; charset=utf-8', 'no-store'],
    ['/favicon.ico', 404, 'text/plain; charset=utf-8', 'no-store'],
  ])('%s: %i, %s, %s', async (url, code, type, caching) => {
    const { app } = await serve(await caches.copy());
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await app.inject({ method, url });
      expect(answer.statusCode).toBe(code);
      expect(answer.headers).toMatchObject({
        'content-type': type,
        'cache-control': caching,
        'x-mandeld': '1.2.3',
        'x-content-type-options': 'nosniff',
      });
      if (method === 'HEAD' && code === 200) expect(answer.body).toBe('');
    }
  });

  it('has the bytes of the cache, of long addresses too', async () => {
    const root = await caches.copy();
    const { app } = await serve(root);
    const layout = new Layout(root, 'png');
    const deep = `M${'0123'.repeat(100)}` as Address;
    await mkdir(dirname(layout.tile(deep)), { recursive: true });
    await writeFile(layout.tile(deep), 'deep');
    for (const path of ['boring.txt', 'cache.json', 'tile/M.png', 'done/M.raw']) {
      const answer = await app.inject(`/${path}`);
      expect(answer.rawPayload.equals(await readFile(join(root, path))), path).toBe(true);
    }
    expect((await app.inject(layout.tile(deep).slice(root.length))).body).toBe('deep');
    expect((await app.inject('/')).body).toBe(PAGE);
  });

  it('has a blank tile for a missing one, that a program can tell from others', async () => {
    const { app } = await serve(await caches.copy());
    const blank = await app.inject('/tile/M0123012.png');
    expect(blank.headers['x-mandeld-blank']).toBe('1');
    const { width, height, data } = PNG.sync.read(blank.rawPayload);
    expect({ width, height, data: [...data] }).toEqual({ width: 1, height: 1, data: [0, 0, 0, 0] });
    expect((await readFile(new URL('../../contrib/blank.png', import.meta.url))).equals(BLANK_PNG)).toBe(
      true,
    );
    expect((await app.inject('/tile/M.png')).headers['x-mandeld-blank']).toBeUndefined();
  });

  it('has the boring pictures that the daemons would make', async () => {
    const root = await caches.copy();
    const { app } = await serve(root);
    for (const period of [0, 1, 8, 9, 77, 2147483647]) {
      await rm(join(root, `tile/P${period}.png`), { force: true });
      const answer = await app.inject(`/tile/P${period}.png`);
      expect(answer.rawPayload.equals(encodeBoringPicture(period, 'Classic', 'png')), `${period}`).toBe(true);
    }
  });

  it('is only read', async () => {
    const { app } = await serve(await caches.copy());
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const) {
      const answer = await app.inject({ method, url: '/boring.txt' });
      expect(answer.statusCode, method).toBe(405);
      expect(answer.headers).toMatchObject({ allow: 'GET, HEAD', 'x-mandeld': '1.2.3' });
    }
  });
});

describe('what is kept', () => {
  it.each(['/', '/boring.txt', '/cache.json', '/tile/M.png', '/done/M.raw'])(
    '%s is not sent again while it is the same',
    async (url) => {
      const root = await caches.copy();
      const { app } = await serve(root);
      const { etag } = (await app.inject(url)).headers;
      const again = await app.inject({ url, headers: { 'If-None-Match': String(etag) } });
      expect([again.statusCode, again.body]).toEqual([304, '']);
      expect(again.headers['x-mandeld']).toBe('1.2.3');
      const other = await app.inject({ url, headers: { 'If-None-Match': '"other"' } });
      expect(other.statusCode).toBe(200);
    },
  );

  it('boring.txt has another ETag when it has grown', async () => {
    const root = await caches.copy();
    const { app } = await serve(root);
    const { etag } = (await app.inject('/boring.txt')).headers;
    await writeFile(join(root, 'boring.txt'), 'M0000 0\n', { flag: 'a' });
    const again = await app.inject({ url: '/boring.txt', headers: { 'If-None-Match': String(etag) } });
    expect(again.statusCode).toBe(200);
    expect(again.body.endsWith('M0000 0\n')).toBe(true);
  });
});

describe('a range of boring.txt', () => {
  it.each([
    ['bytes=0-3', 206, [0, 4]],
    ['bytes=-8', 206, [-8]],
    ['bytes=10-', 206, [10]],
    ['bytes=999999-', 416, null],
    ['bytes=3-1', 416, null],
    ['lines=1-2', 200, [0]],
    ['bytes=0-1,4-5', 200, [0]],
  ] as const)('%s: %i', async (range, code, slice) => {
    const root = await caches.copy();
    const { app } = await serve(root);
    const text = await readFile(join(root, 'boring.txt'), 'utf8');
    // A browser sends no Accept-Encoding with a range; others do.
    const headers = { Range: range, 'Accept-Encoding': 'gzip' };
    const answer = await app.inject({ url: '/boring.txt', headers });
    expect(answer.statusCode).toBe(code);
    const body =
      answer.headers['content-encoding'] === 'gzip' ? gunzipSync(answer.rawPayload) : answer.rawPayload;
    if (slice !== null) expect(String(body)).toBe(text.slice(...slice));
    if (code === 206) {
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.headers['content-range']).toMatch(new RegExp(`^bytes \\d+-\\d+/${text.length}$`));
    }
    if (code === 416) expect(answer.headers['content-range']).toBe(`bytes */${text.length}`);
  });

  it('is a range as long as the file is the one that was read', async () => {
    const root = await caches.copy();
    const { app } = await serve(root);
    const first = await app.inject('/boring.txt');
    const headers = { Range: 'bytes=5-', 'If-Range': String(first.headers['etag']) };
    expect((await app.inject({ url: '/boring.txt', headers })).statusCode).toBe(206);
    await writeFile(join(root, 'boring.txt'), 'M0000 0\n', { flag: 'a' });
    expect((await app.inject({ url: '/boring.txt', headers })).statusCode).toBe(200);
  });
});

describe('compression', () => {
  it.each([
    ['/', true],
    ['/boring.txt', true],
    ['/api/status', false],
    ['/cache.json', false],
    ['/tile/M.png', false],
    ['/done/M.raw', false],
  ])('of %s: %s', async (url, isCompressed) => {
    const root = await caches.copy();
    await writeFile(join(root, 'boring.txt'), 'M3000 0\n'.repeat(500), { flag: 'a' });
    const { app } = await serve(root);
    const plain = await app.inject(url);
    const answer = await app.inject({ url, headers: { 'Accept-Encoding': 'br, gzip' } });
    expect(answer.headers['content-encoding']).toBe(isCompressed ? 'gzip' : undefined);
    if (isCompressed) {
      expect(answer.headers['vary']?.toLowerCase()).toBe('accept-encoding');
      expect(gunzipSync(answer.rawPayload).equals(plain.rawPayload)).toBe(true);
      expect(answer.headers['etag']).toBe(plain.headers['etag']);
      const headers = { 'Accept-Encoding': 'gzip', 'If-None-Match': String(answer.headers['etag']) };
      expect((await app.inject({ url, headers })).statusCode).toBe(304);
    }
  });
});

describe('the page', () => {
  it('runs its own script and nobody else’s, and may stand in a frame', async () => {
    const { app } = await serve(await caches.copy());
    const policy = String((await app.inject('/')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'sha256-[A-Za-z0-9+/]{43}='(;|$)/);
    expect(policy).toContain('worker-src blob:');
    expect(policy).toContain('frame-ancestors *');
  });
});

describe('a jpg cache', () => {
  const jpgs = useRenderedCache('--image', 'jpg');
  it('has jpg tiles, and asks for those only', async () => {
    const { app, live } = await serve(await jpgs.copy());
    expect((await app.inject('/tile/M.jpg')).headers['content-type']).toBe('image/jpeg');
    await app.inject('/tile/M0123012.png');
    expect(live.wants.queued).toBe(0);
    await app.inject('/tile/M0123012.jpg');
    expect(live.wants.queued).toBe(1);
  });
});
