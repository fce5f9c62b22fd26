import { once } from 'node:events';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { MapServer } from '../../src/serve/server.js';
import { entries, killAll, start } from '../e2e/support/mandeld.js';
import { asking, endless, FilmListener, FILMS, TINY } from './support/films.js';
import { serve, useRenderedCache } from './support/server.js';

const caches = useRenderedCache();
afterEach(killAll);

interface Promised {
  id: string;
  url: string;
  events: string;
  state: string;
  token: string | null;
}

async function ask(server: MapServer, text: string, code: number, from = '192.0.2.1'): Promise<Promised> {
  const answer = await server.app.inject({ ...asking(text), remoteAddress: from });
  expect(answer.statusCode, answer.body).toBe(code);
  return answer.json<Promised>();
}

async function stateOf(server: MapServer, { id }: Promised): Promise<string> {
  return (await server.app.inject(`/api/zoom/${id}`)).json<Promised>().state;
}

async function cancel(server: MapServer, id: string, token: string | null): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await server.app.inject({ method: 'DELETE', url: `/api/zoom/${id}`, headers })).statusCode;
}

/** What is in movie/, frames apart. */
async function films(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'movie')).catch(() => []);
  return names.filter((name) => name !== 'frame');
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('waited in vain');
    await delay(20);
  }
}

describe('a film for a visitor', () => {
  it('is made, told of while it is, and sent with ranges', async () => {
    const root = await caches.copy();
    const server = await serve(root, { films: FILMS });
    await server.listen('127.0.0.1', 0);
    const film = await ask(server, TINY, 202);
    expect(film).toMatchObject({
      url: `/movie/${film.id}.mp4`,
      events: `/api/zoom/${film.id}/events`,
      token: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    const listener = new FilmListener(server.url, film.events);
    const closed = once(listener.socket, 'close');
    expect(await listener.ended()).toMatchObject({
      state: 'finished',
      frames: 5,
      done: 5,
      missing: 0,
      reason: null,
    });
    await closed;
    expect(listener.heard.length).toBeGreaterThan(1);
    expect(await films(root)).toEqual([`${film.id}.mp4`]);

    const whole = await server.app.inject(film.url);
    expect(whole.statusCode).toBe(200);
    expect(whole.headers).toMatchObject({
      'content-type': 'video/mp4',
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
    });
    expect(whole.rawPayload.subarray(4, 8).toString()).toBe('ftyp');
    expect(whole.rawPayload).toEqual(await readFile(join(root, 'movie', `${film.id}.mp4`)));
    const part = await server.app.inject({ url: film.url, headers: { range: 'bytes=4-7' } });
    expect([part.statusCode, part.body]).toEqual([206, 'ftyp']);
    const again = await server.app.inject({
      url: film.url,
      headers: { 'if-none-match': String(whole.headers['etag']) },
    });
    expect(again.statusCode).toBe(304);
    const { preview } = (await server.app.inject(`/api/zoom/${film.id}`)).json<{ preview: string }>();
    const frame = await server.app.inject(preview);
    expect([frame.statusCode, frame.headers['content-type']]).toEqual([200, 'image/png']);
  });

  it('is the same one for the same request, however it is written, also after a restart', async () => {
    const root = await caches.copy();
    const server = await serve(root, { films: FILMS });
    const film = await ask(server, TINY, 202);
    const twin = await ask(
      server,
      '{"FPS": "10", START: ["-0.75", 0.1], ZOOM: "2^3", NUM_FRAMES: 5, SIZE: [64, 36], THEME: "Classic"}',
      202,
    );
    expect(twin.id).toBe(film.id);
    expect(twin.token).not.toBe(film.token);
    await until(async () => (await stateOf(server, film)) === 'finished');
    expect(await ask(server, TINY, 200)).toEqual({ ...film, state: 'finished', token: null });
    const other = await serve(root, { films: FILMS });
    expect(await ask(other, TINY, 200)).toEqual({ ...film, state: 'finished', token: null });
    // Who makes no films sends those that are there.
    const plain = await serve(root);
    expect((await plain.app.inject(film.url)).statusCode).toBe(200);
  });

  it.each(['gif', 'apng'])('may be a %s', async (format) => {
    const server = await serve(await caches.copy(), { films: FILMS });
    const film = await ask(server, TINY.replace('}', `, FORMAT: "${format}"}`), 202);
    await until(async () => (await stateOf(server, film)) === 'finished');
    expect((await server.app.inject(film.url)).headers['content-type']).toBe(`image/${format}`);
  });

  it('is told of in the status of the cache while it is made, and not afterwards', async () => {
    const root = await caches.copy();
    const server = await serve(root, { films: FILMS });
    const { id, token } = await ask(server, endless(), 202);
    let seen: object[] = [];
    await until(async () => {
      await delay(300);
      seen = (await server.app.inject('/api/status')).json<{ films: object[] }>().films;
      return seen.length > 0;
    });
    expect(seen).toMatchObject([
      { key: id, alive: true, leader: 'a test', format: 'mp4', size: '64x36', frames: 30, theme: 'Classic' },
    ]);
    expect(await cancel(server, id, token)).toBe(204);
    await until(async () => (await films(root)).length === 0);
  });
});

describe('a film of another leader', () => {
  it('is told of in the status, and is taken over when that one was killed', async () => {
    const root = await caches.copy();
    const server = await serve(root, { films: FILMS });
    const request = join(root, '../request.json5');
    await writeFile(request, endless());
    const other = start(['zoom', request, '--cache', root, '--no-local']);
    const seen = async (): Promise<{ key: string; leader: string }[]> => {
      await delay(300);
      return (await server.app.inject('/api/status')).json<{ films: { key: string; leader: string }[] }>()
        .films;
    };
    await until(async () => (await seen()).length > 0);
    await other.kill('SIGKILL');
    const [{ key, leader }] = await seen();
    expect(leader).toMatch(/^zoom-\d+ on \S+$/);
    expect(await films(root)).toContain(`${key}.json`);
    const mine = await ask(server, endless(), 202);
    expect(mine.id).toBe(key);
    await until(async () => (await seen())[0]?.leader === 'a test');
    expect(await cancel(server, mine.id, mine.token)).toBe(204);
    await until(async () => (await seen()).length === 0);
  });
});

describe('a request for a film', () => {
  it.each([
    ['{', [/^expected a request in JSON or JSON5/]],
    ['', [/^expected a request in JSON or JSON5/]],
    [
      '{FOO: 1}',
      [/^FOO: not known/, /^START: missing/, /^ZOOM: missing/, /^NUM_FRAMES: missing/, /^FPS: missing/],
    ],
    [
      TINY.replace('5, FPS', '31, FPS')
        .replace('64x36', '66x36')
        .replace('}', ', SUPERSAMPLE: 3, FORMAT: "png"}'),
      [
        /^NUM_FRAMES: .* 30 here/,
        /^SIZE: .* 64x36 here/,
        /^SUPERSAMPLE: .* 2 here/,
        /^FORMAT: .* mp4, webm, gif, apng here/,
      ],
    ],
    [TINY.replace('8x', '1e90x'), [/^ZOOM: expected a film down to level 200 .* got level \d+$/]],
    [TINY.replace('-0.75', '100'), [/^START\.0: expected a number from -8 to 8$/]],
    [TINY.replace('}', ', RADIUS: 1e-999999}'), [/exponents of at most four digits/]],
  ])('with faults gets all of them in one answer: %s', async (text, faults) => {
    const server = await serve(await caches.copy(), { films: FILMS });
    const since = performance.now();
    const answer = await server.app.inject(asking(text));
    expect(answer.statusCode).toBe(400);
    const told = answer.json<{ faults: string[] }>().faults;
    for (const fault of faults) expect(told).toContainEqual(expect.stringMatching(fault));
    expect(told).toHaveLength(faults.length);
    expect(performance.now() - since).toBeLessThan(1000);
  });

  it('must say that it is JSON, be short, and go to the right place', async () => {
    const root = await caches.copy();
    const server = await serve(root, { films: FILMS });
    const code = async (headers: Record<string, string>, payload = TINY): Promise<number> =>
      (await server.app.inject(asking(payload, headers))).statusCode;
    // What a page of another origin may send unasked.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(await code({ 'content-type': type }), type).toBe(415);
    expect(await code({}, `{START: [0, 0], ZOOM: "${'1'.repeat(100_000)}x"}`)).toBe(413);
    const preflight = await server.app.inject({ method: 'OPTIONS', url: '/api/zoom' });
    expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([
      405,
      undefined,
    ]);
    for (const [method, url] of [
      ['POST', '/'],
      ['POST', '/tile/M.png'],
      ['DELETE', '/api/zoom'],
      ['PUT', '/api/zoom'],
    ] as const)
      expect((await server.app.inject({ method, url })).statusCode, `${method} ${url}`).toBe(405);
    expect(await films(root)).toEqual([]);
  });

  it('is refused where no films are made', async () => {
    const server = await serve(await caches.copy());
    expect((await server.app.inject('/api/zoom')).json()).toEqual({ films: false });
    const answer = await server.app.inject(asking(TINY));
    expect([answer.statusCode, answer.body]).toEqual([403, expect.stringContaining('--films')]);
  });

  it('finds out what it may ask for', async () => {
    const server = await serve(await caches.copy(), { films: FILMS });
    expect((await server.app.inject('/api/zoom')).json()).toMatchObject({
      films: true,
      formats: expect.arrayContaining(['mp4', 'gif', 'apng']) as string[],
      limits: { frames: 30, size: '64x36', supersample: 2, level: 200, waiting: 2 },
      waiting: 0,
    });
  });

  it.each([
    '/api/zoom/x',
    `/api/zoom/${'0'.repeat(64)}`,
    `/api/zoom/${'0'.repeat(64)}/events`,
    `/movie/${'0'.repeat(64)}.mp4`,
    `/movie/${'0'.repeat(64)}.json`,
    '/movie/',
    '/movie/frame/x.png',
    '/movie/frame/M.png',
    '/movie/frame/frame/x.png',
  ])('finds nothing at %s', async (path) => {
    const server = await serve(await caches.copy(), { films: FILMS });
    expect((await server.app.inject(path)).statusCode).toBe(404);
  });
});

describe('films that wait', () => {
  it('are made in their turn, and are not many', async () => {
    const server = await serve(await caches.copy(), { films: FILMS });
    const first = await ask(server, endless(0), 202);
    const second = await ask(server, endless(1), 202);
    const third = await ask(server, endless(2), 202);
    const ahead = async ({ id }: Promised): Promise<number> =>
      (await server.app.inject(`/api/zoom/${id}`)).json<{ ahead: number }>().ahead;
    expect(await Promise.all([first, second, third].map(ahead))).toEqual([0, 1, 2]);
    const refused = await server.app.inject({ ...asking(endless(3)), remoteAddress: '192.0.2.9' });
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '60']);
    expect(refused.json<{ faults: string[] }>().faults).toEqual([expect.stringContaining('Too many films')]);
    // One that is known already costs nothing.
    await ask(server, endless(1), 202);
    expect(await cancel(server, first.id, first.token)).toBe(204);
    await until(async () => (await stateOf(server, second)) === 'running');
    expect([await stateOf(server, first), await stateOf(server, third)]).toEqual(['cancelled', 'waiting']);
    await ask(server, endless(3), 202);
  });

  it('are not all of one visitor', async () => {
    const server = await serve(await caches.copy(), { films: { ...FILMS, waiting: 100 } });
    for (let i = 0; i < 4; i++) await ask(server, endless(i), 202);
    const refused = await server.app.inject({ ...asking(endless(4)), remoteAddress: '192.0.2.1' });
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '30']);
    await ask(server, endless(4), 202, '192.0.2.2');
  });
});

describe('cancelling', () => {
  it('takes the token that the film was promised with, and leaves nothing half', async () => {
    const root = await caches.copy();
    const server = await serve(root, { films: FILMS });
    await server.listen('127.0.0.1', 0);
    const { id, events, token } = await ask(server, endless(), 202);
    const listener = new FilmListener(server.url, events);
    await until(async () => (await readdir(join(root, 'want'))).length > 0 && (await films(root)).length > 0);
    for (const wrong of [null, '', 'x', id]) expect(await cancel(server, id, wrong)).toBe(403);
    expect(await cancel(server, '0'.repeat(64), token)).toBe(404);
    expect(await cancel(server, id, token)).toBe(204);
    expect(await listener.ended()).toMatchObject({ state: 'cancelled' });
    expect(await cancel(server, id, token)).toBe(409);
    await until(async () => (await films(root)).length === 0);
    expect(server.log).toEqual([]);
    // Nobody waits for its tiles any more.
    expect(await readdir(join(root, 'want'))).toEqual([]);
    // It can be asked for again.
    const again = await ask(server, endless(), 202);
    expect(again.id).toBe(id);
    await until(async () => (await stateOf(server, again)) === 'running');
  });

  it('waits until nobody wants the film any more', async () => {
    const server = await serve(await caches.copy(), { films: FILMS });
    const mine = await ask(server, endless(), 202);
    const yours = await ask(server, endless(), 202, '192.0.2.2');
    expect(await cancel(server, mine.id, mine.token)).toBe(204);
    expect(await cancel(server, mine.id, mine.token)).toBe(403);
    expect(await stateOf(server, mine)).toBe('running');
    expect(await cancel(server, mine.id, yours.token)).toBe(204);
    expect(await stateOf(server, mine)).toBe('cancelled');
  });
});

describe('the end of a server', () => {
  it('ends the film that is being made, and those that wait', async () => {
    const root = await caches.copy();
    const server = await serve(root, { films: FILMS });
    await server.listen('127.0.0.1', 0);
    const film = await ask(server, endless(), 202);
    await ask(server, endless(1), 202);
    const listener = new FilmListener(server.url, film.events);
    await until(async () => (await films(root)).length > 0 && listener.heard.length > 0);
    const since = performance.now();
    await server.close();
    expect(performance.now() - since).toBeLessThan(2000);
    expect(await listener.ended()).toMatchObject({ state: 'cancelled' });
    expect(await films(root)).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s leaves no half film and no encoder', async (signal) => {
    const root = await caches.copy();
    const running = start(['serve', root, '--port', '0', '--films', '--film-queue', '1']);
    while (!running.out.includes('\n')) await delay(20);
    const url = /http:\/\/\S+/.exec(running.out)?.[0] ?? '';
    const { payload: body, method, headers } = asking(endless());
    const answer = await fetch(new URL('/api/zoom', url), { method, headers, body });
    expect(answer.status).toBe(202);
    await until(async () => (await films(root)).some((name) => name.startsWith('.')));
    const children = await readFile(
      `/proc/${running.process.pid}/task/${running.process.pid}/children`,
      'utf8',
    );
    const since = performance.now();
    expect(await running.kill(signal)).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - since).toBeLessThan(2500);
    expect(await films(root)).toEqual([]);
    expect(entries(running.err).filter(({ level }) => level >= 40)).toEqual([]);
    for (const child of children.split(' ').filter((pid) => pid !== ''))
      await expect(access(`/proc/${child}`)).rejects.toThrow();
  });

  it.each([
    ['--film-size', 'large'],
    ['--film-size', '1x1'],
    ['--film-frames', '0'],
    ['--film-supersample', '5'],
    ['--film-level', '20001'],
    ['--film-queue', '-1'],
    ['--film-threads', '0'],
  ])('refuses %s %s', async (option, value) => {
    const end = await start(['serve', await caches.copy(), '--port', '0', option, value]).ended;
    expect(end).toMatchObject({ code: 2, out: '' });
    expect(end.err).toContain(option);
  });
});
