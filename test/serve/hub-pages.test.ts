import { describe, expect, it } from 'vitest';
import { PAGE, serve, useRenderedCache } from './support/server.js';

const caches = useRenderedCache();
const HTML = '<!doctype html><title>account</title><script type="module">let c = 3;</script>';

describe('pages of a hub', () => {
  it('are there when they are given, and nobody may frame them', async () => {
    const server = await serve(await caches.copy(), {
      page: PAGE,
      hubPages: [{ path: '/account', html: HTML }],
    });
    const page = await server.app.inject('/account');
    expect(page.body).toBe(HTML);
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-\S+'; .*frame-ancestors 'none'$/,
    );
    const map = await server.app.inject('/');
    expect(map.headers['content-security-policy']).toMatch(/frame-ancestors \*$/);
    // By this the map knows.
    for (const path of ['/boring.txt', '/account', '/none'])
      expect((await server.app.inject(path)).headers['x-mandeld-hub']).toBe('1');
  });

  it('are nothing elsewhere', async () => {
    const server = await serve(await caches.copy());
    expect((await server.app.inject('/account')).statusCode).toBe(404);
    expect((await server.app.inject('/boring.txt')).headers['x-mandeld-hub']).toBeUndefined();
  });
});
