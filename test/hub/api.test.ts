import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compileErrors, validate } from '@readme/openapi-parser';
import * as z from 'zod';
import { beforeEach, describe, expect, it } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import { ALGORITHM_VERSION, FORMAT_VERSION } from '../../src/cache/settings.js';
import type { Database } from '../../src/hub/db/database.js';
import { route } from '../../src/hub/api/route.js';
import { Stock } from '../../src/hub/stock.js';
import { Tokens } from '../../src/hub/tokens.js';
import { encodeResult, MAX_RESULT_BYTES, RESULT_TYPE } from '../../src/wire/result-codec.js';
import { useCaches } from '../e2e/support/caches.js';
import { startApi, type Document, type TestApi } from './support/api.js';
import { useEmbedded } from './support/database.js';
import { everything, stocked } from './support/people.js';

const caches = useCaches();
const fresh = useEmbedded();

const VERSIONS = { format: FORMAT_VERSION, algorithm: ALGORITHM_VERSION };
const PASSWORD = 'correct horse battery';
const RESULT = encodeResult([{ boring: 0 }, { raw: Buffer.from('abc') }, { boring: 0 }, { boring: 3 }]);

let db: Database;
let root: string;
let api: TestApi;
/** Headers of one who is signed in, in a browser and as a program. */
let browser: Record<string, string>;
let program: Record<string, string>;
let ann: number;

const json = (payload: unknown, headers: Record<string, string> = {}) => ({
  headers: { 'content-type': 'application/json', ...headers },
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
});
const upload = (payload: Uint8Array, headers: Record<string, string>) => ({
  headers: { 'content-type': RESULT_TYPE, ...headers },
  payload: Buffer.from(payload),
});

beforeEach(async () => {
  ({ db } = await fresh());
  root = await caches.fresh();
  api = await startApi(db, root, [
    route({
      method: 'GET',
      path: '/broken',
      summary: 'Fails',
      by: 'anybody',
      body: null,
      answer: null,
      status: 204,
      handle: async () => await Promise.reject(new Error('the secret of the database')),
    }),
  ]);
  ({ id: ann } = await api.accounts.signUp('Ann', PASSWORD));
  browser = {
    cookie: `mandeld_session=${await api.accounts.openSession(ann)}`,
    'sec-fetch-site': 'same-origin',
  };
  program = { authorization: `Bearer ${(await new Tokens(db).make(ann, 'laptop')).secret}` };
});

describe('the document', () => {
  it('is valid OpenAPI, and has every route', async () => {
    const response = await api.ask('GET', '/openapi.json');
    const document = response.json<Document>();
    const result = await validate(structuredClone(document) as never);
    expect(result.valid ? '' : compileErrors(result)).toBe('');
    expect(Object.keys(document.paths)).toHaveLength(14);
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((one) => (one as { operationId?: string }).operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a person', () => {
  it('signs up, in, makes a token, looks at everything, and is deleted', async () => {
    const bob = { name: 'Bob', password: PASSWORD };
    expect((await api.ask('POST', '/accounts', json(bob))).statusCode).toBe(201);
    expect((await api.ask('POST', '/accounts', json({ ...bob, name: 'BOB' }))).json()).toMatchObject({
      error: 'ENAME',
    });
    expect((await api.ask('POST', '/session', json({ ...bob, password: 'wrong' }))).statusCode).toBe(401);
    const signedIn = await api.ask('POST', '/session', json(bob));
    const [cookie, device] = [signedIn.headers['set-cookie'] ?? []].flat();
    expect(cookie).toMatch(
      /^mandeld_session=[\w-]{32}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(device).toMatch(
      /^mandeld_device=[\w-]{32}\.[\w-]{43}; Max-Age=31536000; Path=\/api\/v1; HttpOnly; SameSite=Strict$/,
    );
    const own = { cookie: cookie.split(';', 1)[0], 'sec-fetch-site': 'same-origin' };
    const made = await api.ask('POST', '/tokens', json({ name: 'laptop' }, own));
    const { id, secret } = made.json<{ id: number; secret: string }>();
    const bearer = { authorization: `bearer ${secret}` };
    expect((await api.ask('GET', '/me', { headers: bearer })).json()).toMatchObject({
      name: 'Bob',
      beans: 0,
      streak: 0,
    });
    expect((await api.ask('GET', '/tokens', { headers: own })).json()).toMatchObject({
      tokens: [{ id, revoked: null }],
    });
    expect((await api.ask('GET', '/me/results?before=5', { headers: bearer })).json()).toEqual({
      results: [],
    });
    expect((await api.ask('GET', '/leaderboard?span=week')).json()).toEqual({ standings: [] });
    expect((await api.ask('DELETE', `/tokens/${id}`, { headers: own })).statusCode).toBe(204);
    expect((await api.ask('GET', '/me', { headers: bearer })).json()).toMatchObject({ error: 'ETOKEN' });
    expect((await api.ask('DELETE', '/me', json({ password: 'wrong' }, own))).statusCode).toBe(401);
    const out = await api.ask('DELETE', '/session', { headers: own });
    expect(out.headers['set-cookie']).toMatch(/^mandeld_session=; Max-Age=0;/);
    expect((await api.ask('GET', '/me', { headers: own })).json()).toMatchObject({ error: 'ETOKEN' });
    expect((await api.ask('DELETE', '/me', json({ password: PASSWORD }, browser))).statusCode).toBe(204);
    expect((await api.ask('GET', '/me', { headers: program })).statusCode).toBe(401);
    expect(api.errors).toEqual([]);
  });
});

describe('a volunteer', () => {
  it('checks out, reads, extends, hands in and gives back', async () => {
    const [tile] = await stocked(db, 2);
    await mkdir(join(root, 'work', 'hub-a', 'todo'), { recursive: true });
    const checkout = json({ count: 2, ...VERSIONS }, program);
    const { leases } = (await api.ask('POST', '/checkout', checkout)).json<{ leases: { lease: number }[] }>();
    expect(leases).toMatchObject([{ address: tile, attempt: 1, seconds: 600 }, { attempt: 1 }]);
    const [{ lease }, second] = leases;
    expect((await api.ask('POST', '/checkout', checkout)).json()).toEqual({ leases: [], retryAfter: 5 });
    expect((await api.ask('GET', `/leases/${lease}`, { headers: program })).json()).toMatchObject({
      state: 'held',
    });
    // Its file is not there.
    expect((await api.ask('GET', `/leases/${lease}/raw`, { headers: program })).statusCode).toBe(503);
    await writeFile(new Layout(root, 'png').work('hub-a').todo(tile), 'raw bytes');
    const raw = await api.ask('GET', `/leases/${lease}/raw`, { headers: program });
    expect(raw.body).toBe('raw bytes');
    expect(
      (await api.ask('HEAD', `/leases/${lease}/raw`, { headers: program })).headers['content-length'],
    ).toBe('9');
    expect((await api.ask('POST', `/leases/${lease}/extend`, json({ attempt: 1 }, program))).statusCode).toBe(
      200,
    );
    const put = `/leases/${lease}/result?attempt=1`;
    expect((await api.ask('PUT', put, upload(RESULT, program))).json()).toMatchObject({ state: 'pending' });
    expect((await api.ask('PUT', put, upload(RESULT, program))).statusCode).toBe(202);
    expect((await api.ask('GET', `/leases/${lease}/raw`, { headers: program })).json()).toMatchObject({
      error: 'ELEASE',
    });
    const back = json({ attempt: 1, reason: 'I am tired' }, program);
    expect((await api.ask('POST', `/leases/${second.lease}/return`, back)).json()).toMatchObject({
      state: 'failed',
    });
    expect(api.errors).toEqual([]);
  });

  it('of another version gets nothing', async () => {
    await stocked(db, 1);
    for (const other of [{ format: FORMAT_VERSION + 1 }, { algorithm: ALGORITHM_VERSION + 1 }]) {
      const response = await api.ask('POST', '/checkout', json({ count: 1, ...VERSIONS, ...other }, program));
      expect(response.statusCode).toBe(409);
      expect(response.json()).toMatchObject({ error: 'EVERSION' });
    }
  });

  it('hands in nothing that is too large, of another type, or cut off', async () => {
    await stocked(db, 1);
    const [{ lease }] = await api.leases.checkout(ann, '127.0.0.1', 1);
    const before = await everything(db);
    const put = `/leases/${lease}/result?attempt=1`;
    const large = new Uint8Array(MAX_RESULT_BYTES + 1);
    const codes: number[] = [];
    for (const [path, options] of [
      [put, upload(large, program)],
      [
        put,
        { ...upload(RESULT, program), headers: { 'content-type': 'application/octet-stream', ...program } },
      ],
      [put, upload(RESULT.subarray(0, -1), program)],
      [put, upload(new Uint8Array(), program)],
      [put, json({}, program)],
      [put.replace('=1', '=0'), upload(RESULT, program)],
      [put.replace('=1', '=99999999999'), upload(RESULT, program)],
      [put.replace('?attempt=1', ''), upload(RESULT, program)],
      [put.replace('=1', '=2'), upload(RESULT, program)],
    ] as const)
      codes.push((await api.ask('PUT', path, options)).statusCode);
    expect(codes).toEqual([413, 415, 422, 422, 400, 400, 400, 400, 409]);
    expect(await everything(db)).toEqual(before);
    expect(api.errors).toEqual([]);
  });
});

/** Every route that takes JSON, with what it takes. */
const BODIES: [method: 'POST' | 'DELETE', path: string, body: Record<string, unknown>][] = [
  ['POST', '/accounts', { name: 'Bob', password: PASSWORD }],
  ['POST', '/session', { name: 'Ann', password: PASSWORD }],
  ['POST', '/tokens', { name: 'laptop' }],
  ['DELETE', '/me', { password: PASSWORD }],
  ['POST', '/checkout', { count: 1, ...VERSIONS }],
  ['POST', '/leases/1/extend', { attempt: 1 }],
  ['POST', '/leases/1/return', { attempt: 1, reason: 'broken' }],
];

describe.each(BODIES)('%s %s', (method, path, body) => {
  // What a token that was stolen must not do needs a session.
  const asker = (): Record<string, string> => (['/tokens', '/me'].includes(path) ? browser : program);

  it('takes nothing but what it describes', async () => {
    const wrong: unknown[] = [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '12',
      '{}',
      '['.repeat(30_000),
      'NaN',
      '{"__proto__":{}}',
    ];
    const values = [null, true, -1, 0, 0.5, 1e300, 2 ** 53, [], {}, 'x'.repeat(2000), ''];
    for (const [key, own] of Object.entries(body)) {
      for (const value of values) {
        // A token's name may be any text, and a reason be empty.
        if (typeof value === 'string' && typeof own === 'string' && (value === '' || path === '/tokens'))
          continue;
        wrong.push({ ...body, [key]: value });
      }
      if (key !== 'reason')
        wrong.push(Object.fromEntries(Object.entries(body).filter(([one]) => one !== key)));
    }
    wrong.push({ ...body, more: 1 }, `${JSON.stringify(body)}x`, [body]);
    for (const payload of wrong) {
      const response = await api.ask(method, path, json(payload, asker()));
      expect(response.statusCode, JSON.stringify(payload).slice(0, 100)).toBe(400);
      expect(response.json()).toMatchObject({ error: 'EBODY' });
    }
    expect(api.errors).toEqual([]);
  });

  it('takes no other type, and nothing large', async () => {
    const payload = JSON.stringify(body);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
    ])
      expect(
        (await api.ask(method, path, { payload, headers: { ...asker(), 'content-type': type } })).statusCode,
      ).toBe(415);
    expect((await api.ask(method, path, upload(RESULT, asker()))).statusCode).toBe(400);
    const large = `{${' '.repeat(65_536)}}`;
    expect((await api.ask(method, path, json(large, asker()))).statusCode).toBe(413);
    expect((await api.ask(method, path, upload(new Uint8Array(65_537), asker()))).statusCode).toBe(413);
    expect(api.errors).toEqual([]);
  });
});

describe('texts', () => {
  const EVIL = [
    "'; drop table account; --",
    "' or 1=1 --",
    '$1',
    '\u0000',
    'a\u0000b c d',
    '\uD800',
    '\u202Eevil',
    '<script>alert(1)</script>',
    '\r\nSet-Cookie: x=y',
    '\\x00',
    '${process.exit()}',
    '%00',
    '../../etc/passwd',
  ];

  it('are values in every field, and never a failure of the hub', async () => {
    const secret = '1234567890';
    for (const evil of EVIL) {
      const sent = evil.replaceAll(/\p{Cs}/gu, '?');
      const [tile] = await stocked(db, 1);
      // Whoever has failed to compute it does not get it again.
      await new Stock(db, 'hub-a').resume(tile);
      const [given] = await api.leases.checkout(ann, '127.0.0.1', 1);
      const responses = [
        await api.ask('POST', '/accounts', json({ name: evil, password: secret })),
        await api.ask('POST', '/session', json({ name: evil, password: evil + secret })),
        await api.ask('POST', '/tokens', json({ name: evil }, browser)),
        await api.ask(
          'POST',
          `/leases/${given.lease}/return`,
          json({ attempt: given.attempt, reason: evil }, program),
        ),
        await api.ask('GET', '/me', {
          headers: { authorization: `Bearer ${encodeURI(sent)}` },
        }),
        await api.ask('GET', '/me', {
          headers: { cookie: `mandeld_session=${encodeURIComponent(sent)}` },
        }),
        await api.ask('GET', `/leaderboard?span=${encodeURIComponent(sent)}`),
        await api.ask('GET', `/me/results?before=${encodeURIComponent(sent)}`, {
          headers: program,
        }),
      ];
      expect(
        responses.map(({ statusCode }) => statusCode).filter((code) => code >= 500),
        evil,
      ).toEqual([]);
      await db.updateTable('tile').set({ state: 'ready', failures: 0 }).execute();
      api.later(600_000);
    }
    expect(api.errors).toEqual([]);
    expect((await api.ask('GET', '/me', { headers: program })).statusCode).toBe(200);
  });

  it('where numbers belong name nothing', async () => {
    for (const number of ['0', '01', '1.5', '1e3', '9'.repeat(16), '9'.repeat(4000), 'x', 'NaN', '1a'])
      for (const path of [`/leases/${number}`, `/leases/${number}/raw`])
        expect((await api.ask('GET', path, { headers: program })).json(), path).toMatchObject({
          error: 'ENONE',
        });
    expect((await api.ask('DELETE', `/tokens/${'9'.repeat(15)}`, { headers: browser })).statusCode).toBe(404);
    for (const before of ['0', '-1', '1.5', '1e30', 'Infinity', '9'.repeat(16), ''])
      expect(
        (await api.ask('GET', `/me/results?before=${before}`, { headers: program })).statusCode,
        before,
      ).toBe(400);
    expect(api.errors).toEqual([]);
  });
});

describe('who asks', () => {
  it('is known by a token or a session, and by nothing else', async () => {
    const code = async (headers: Record<string, string>): Promise<number> =>
      (await api.ask('GET', '/me', { headers })).statusCode;
    expect(await code(program)).toBe(200);
    expect(await code(browser)).toBe(200);
    const token = program['authorization'].slice('Bearer '.length);
    for (const headers of [
      {},
      { authorization: token },
      { authorization: `Basic ${Buffer.from(`Ann:${PASSWORD}`).toString('base64')}` },
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${token} x` },
      { authorization: `Bearer ${token.toLowerCase()}` },
      { authorization: `Bearer ${'x'.repeat(8000)}` },
      { authorization: 'Bearer x', ...browser },
      { cookie: `other=${browser['cookie']}` },
      { cookie: `mandeld_session=${token}` },
      { cookie: `mandeld_session=${'x'.repeat(500)}` },
      { cookie: 'mandeld_session=%' },
      { 'x-account': String(ann), 'x-forwarded-user': 'Ann' },
    ])
      expect(await code(headers), JSON.stringify(headers).slice(0, 80)).toBe(401);
    expect(await code({ cookie: `a=b; ${browser['cookie']}; c=d` })).toBe(200);
    expect(api.errors).toEqual([]);
  });

  it('is told, and that nobody is, without an error', async () => {
    const who = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await api.ask('GET', '/session', { headers });
      expect(answer.statusCode).toBe(200);
      return answer.json();
    };
    const account = { id: ann, name: 'Ann', role: 'user' };
    expect(await who(browser)).toEqual({ account });
    expect(await who(program)).toEqual({ account });
    for (const headers of [{}, { cookie: 'mandeld_session=x' }, { authorization: 'Bearer x' }])
      expect(await who(headers)).toEqual({ account: null });
  });

  it('in a page of another site changes nothing with somebody’s cookie', async () => {
    const { cookie } = browser;
    const token = async (headers: Record<string, string>): Promise<number> =>
      (
        await api.ask(
          'POST',
          '/tokens',
          json({ name: 'x' }, { cookie, host: 'hub.example:8080', ...headers }),
        )
      ).statusCode;
    const own = { origin: 'http://hub.example:8080' };
    expect(await token(own)).toBe(201);
    expect(await token({ 'sec-fetch-site': 'same-origin' })).toBe(201);
    for (const headers of [
      {},
      { origin: 'null' },
      { origin: 'http://evil.example' },
      { origin: 'http://hub.example' },
      { origin: 'http://hub.example:8080.evil.example' },
      { origin: 'http://hub.example:8080@evil.example' },
      { origin: 'no address' },
      { ...own, 'sec-fetch-site': 'cross-site' },
      { ...own, 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
      { referer: 'http://hub.example:8080/' },
    ])
      expect(await token(headers), JSON.stringify(headers)).toBe(403);
    // A program's token is not sent by a browser of itself.
    const bearer = { ...program, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await api.ask('POST', '/checkout', json({ count: 1, ...VERSIONS }, bearer))).statusCode).toBe(
      200,
    );
    // It makes no other ones, revokes none, and ends no account.
    expect((await api.ask('POST', '/tokens', json({ name: 'x' }, program))).statusCode).toBe(403);
    expect((await api.ask('DELETE', '/tokens/1', { headers: program })).statusCode).toBe(403);
    expect((await api.ask('DELETE', '/me', json({ password: PASSWORD }, program))).statusCode).toBe(403);
    // Nor does anything tell another site's page that it may read answers.
    const preflight = await api.ask('OPTIONS', '/tokens', {
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.statusCode).toBe(405);
    expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('may ask so often only', async () => {
    const ask = async (remoteAddress: string): Promise<number> =>
      (await api.ask('GET', '/leaderboard', { remoteAddress })).statusCode;
    for (let i = 0; i < 600; i++) await ask('192.0.2.1');
    expect(await ask('192.0.2.1')).toBe(429);
    expect(await ask('192.0.2.2')).toBe(200);
    api.later(1000);
    for (let i = 0; i < 60; i++) expect(await ask('192.0.2.1')).toBe(200);
    expect(await ask('192.0.2.1')).toBe(429);
  });

  describe('may try passwords so often only:', () => {
    const attempt = async (
      name: string,
      password: string,
      remoteAddress: string,
      cookie: string | null = null,
    ): Promise<number> =>
      (
        await api.ask('POST', '/session', {
          ...json({ name, password }, cookie === null ? {} : { cookie }),
          remoteAddress,
        })
      ).statusCode;
    const wrong = 'wrong password';
    /** What a browser keeps that has been signed in. */
    const deviceOf = async (name: string): Promise<string> => {
      const answer = await api.ask('POST', '/session', json({ name, password: PASSWORD }));
      const cookies = [answer.headers['set-cookie'] ?? []].flat();
      return cookies.find((one) => one.startsWith('mandeld_device='))?.split(';', 1)[0] ?? '';
    };

    it('ten of a name in a network, however it is written', async () => {
      const spellings = ['Ann', 'ANN', 'ａｎｎ', 'an\u00ADn', 'aNN'];
      const codes: number[] = [];
      for (let i = 0; i < 12; i++) codes.push(await attempt(spellings[i % 5], wrong, '127.0.0.1'));
      expect(codes).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
      // Who has got hold of a session tries no more passwords with it either.
      const deleting = await api.ask('DELETE', '/me', json({ password: wrong }, browser));
      expect(deleting.statusCode).toBe(429);
      // Somebody elsewhere does not notice.
      expect(await attempt('Ann', PASSWORD, '192.0.2.9')).toBe(200);
      api.later(31_000);
      expect(await attempt('Ann', PASSWORD, '127.0.0.1')).toBe(200);
    });

    it('fifty of all names in a network', async () => {
      const codes: number[] = [];
      for (let i = 0; i < 52; i++) codes.push(await attempt(`name ${i}`, wrong, '192.0.2.1'));
      expect(codes.slice(48)).toEqual([401, 401, 429, 429]);
    });

    it('and who has many networks makes newcomers wait, and locks nobody out', async () => {
      const device = await deviceOf('Ann');
      for (let i = 0; i < 99; i++) expect(await attempt('Ann', wrong, `198.51.100.${i}`)).toBe(401);
      expect(api.sleeps).toEqual([]);
      const codes: number[] = [];
      for (let i = 0; i < 8; i++) codes.push(await attempt('Ann', wrong, `203.0.113.${i}`));
      expect(codes).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
      expect(api.sleeps).toEqual([5000, 10_000, 15_000, 20_000, 25_000, 30_000]);
      // A browser that was signed in before is not kept waiting; nor is anybody of another name.
      api.sleeps.length = 0;
      expect(await attempt('ann', PASSWORD, '192.0.2.1', device)).toBe(200);
      expect(await attempt('Bob', wrong, '192.0.2.1')).toBe(401);
      expect(api.sleeps).toEqual([]);
      api.later(5000);
      expect(await attempt('Ann', PASSWORD, '192.0.2.1')).toBe(200);
      expect(api.sleeps).toEqual([30_000]);
    });

    it('and what a browser keeps opens nothing, and is of one name', async () => {
      const device = await deviceOf('Ann');
      await api.accounts.signUp('Bob', PASSWORD);
      for (let i = 0; i < 10; i++) expect(await attempt('Ann', wrong, '192.0.2.1', device)).toBe(401);
      expect(await attempt('Ann', PASSWORD, '192.0.2.1', device)).toBe(429);
      // Of another name, or made up: it is one of the network's.
      for (let i = 0; i < 10; i++) await attempt('Bob', wrong, '192.0.2.2');
      const [nonce] = device.slice('mandeld_device='.length).split('.');
      for (const none of [
        device,
        'mandeld_device=',
        'mandeld_device=a.b',
        `mandeld_device=${nonce}.${nonce}`,
      ])
        expect(await attempt('Bob', PASSWORD, '192.0.2.2', none), none).toBe(429);
      expect(await attempt('Bob', PASSWORD, '192.0.2.2', await deviceOf('Bob'))).toBe(200);
      expect((await api.ask('GET', '/me', { headers: { cookie: device } })).statusCode).toBe(401);
    });
  });

  it('may make ten accounts at once', async () => {
    const codes: number[] = [];
    for (let i = 0; i < 11; i++)
      codes.push(
        (await api.ask('POST', '/accounts', json({ name: `Bob ${i}`, password: 'short' }))).statusCode,
      );
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
  });
});

describe('what there is not', () => {
  it('is told in JSON', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/nothing'],
      ['POST', '/nothing'],
      ['PUT', '/leases'],
      ['GET', '/me/'],
      ['OPTIONS', '/nothing'],
    ] as const) {
      const response = await api.ask(method, path, { payload: '{' });
      expect(response.statusCode, `${method} ${path}`).toBe(404);
      expect(response.json()).toMatchObject({ error: 'ENONE' });
    }
    const wrong = await api.ask('GET', '/checkout');
    expect(wrong.statusCode).toBe(405);
    expect(wrong.headers['allow']).toBe('POST');
    expect((await api.ask('PATCH', '/me')).headers['allow']).toBe('GET, HEAD, DELETE');
    expect((await api.ask('HEAD', '/me', { headers: program })).body).toBe('');
    expect((await api.ask('HEAD', '/me')).statusCode).toBe(401);
  });

  it('and what goes wrong inside is not told outside', async () => {
    const response = await api.ask('GET', '/broken');
    expect(response.statusCode).toBe(503);
    expect(response.body).not.toMatch(/secret|at |\.ts/);
    expect(api.errors).toMatchObject([{ message: 'the secret of the database' }]);
  });

  it('does not keep the map from being shown', async () => {
    expect((await api.server.app.inject('/')).statusCode).toBe(200);
    expect((await api.server.app.inject('/api/status')).statusCode).toBe(200);
  });
});

describe('a connection', () => {
  /**
   * What a server answers to a text that is sent in pieces.
   *
   * @param then whether the client ends its side of the connection, breaks it, or waits for the server to close it
   */
  async function answers(pieces: readonly string[], then: 'end' | 'break' | 'wait'): Promise<string> {
    const socket = connect(Number(new URL(api.server.url).port), '127.0.0.1');
    const closed = once(socket, 'close');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.on('error', () => undefined);
    for (const piece of pieces) {
      socket.write(piece, 'latin1');
      await delay(20);
    }
    if (then === 'end') socket.end();
    if (then === 'break') setTimeout(() => socket.destroy(), 300);
    await closed;
    return text;
  }

  const put = (lease: number, length: number, token: string): string =>
    `PUT /api/v1/leases/${lease}/result?attempt=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
    `Content-Type: ${RESULT_TYPE}\r\nContent-Length: ${length}\r\nAuthorization: ${token}\r\n\r\n`;

  beforeEach(async () => await api.server.listen('127.0.0.1', 0));

  it('on which an upload comes slowly, or not at all, or half', async () => {
    await stocked(db, 1);
    const [{ lease }] = await api.leases.checkout(ann, '127.0.0.1', 1);
    const body = Buffer.from(RESULT).toString('latin1');
    const head = put(lease, RESULT.length, program['authorization']);
    const before = await everything(db);
    await answers([head, body.slice(0, 20)], 'end');
    await answers([head, body.slice(0, 20)], 'break');
    await answers([head], 'break');
    expect(await everything(db)).toEqual(before);
    expect(await answers([head, ...(body.match(/.{1,20}/gs) ?? [])], 'wait')).toMatch(/^HTTP\/1\.1 202 /);
    // That a line broke is nothing that the operator could mend.
    expect(api.errors).toEqual([]);
  });

  it('whose program may not ask is told so before it has sent anything', async () => {
    const answer = await answers([put(1, MAX_RESULT_BYTES, 'Bearer nobody')], 'wait');
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain('ETOKEN');
    const large = await answers([put(1, MAX_RESULT_BYTES + 1, program['authorization'])], 'wait');
    expect(large).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is one of 64 of a network that send tiles at a time, and leaves its place', async () => {
    const { port } = new URL(api.server.url);
    const head = put(1, 1000, program['authorization']);
    // One more than there is room for: when one of them is answered, the others are inside.
    const open = Array.from({ length: 65 }, () => connect(Number(port), '127.0.0.1'));
    const refused = Promise.race(open.map(async (socket) => await once(socket, 'data')));
    for (const socket of open) {
      socket.on('error', () => undefined);
      socket.write(head);
    }
    expect(String(await refused)).toMatch(/^HTTP\/1\.1 503 /);
    const ask = async (): Promise<string> =>
      (await answers([head, 'x'.repeat(1000)], 'wait')).split('\r\n', 1)[0];
    expect(await ask()).toBe('HTTP/1.1 503 Service Unavailable');
    for (const socket of open) socket.destroy();
    await expect.poll(ask, { timeout: 20_000 }).toBe('HTTP/1.1 422 Unprocessable Entity');
    // A place that was left is left once.
    for (let i = 0; i < 70; i++)
      await api.ask('PUT', '/leases/1/result?attempt=1', upload(Buffer.from('x'), program));
    expect(await ask()).toBe('HTTP/1.1 422 Unprocessable Entity');
  });

  it('with two lengths, or a length and pieces, is cut off', async () => {
    for (const trick of [
      'Content-Length: 2\r\nContent-Length: 3',
      'Content-Length: 2\r\nTransfer-Encoding: chunked',
    ])
      expect(
        await answers(
          [
            `POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${trick}\r\n\r\n{}`,
          ],
          'wait',
        ),
      ).toMatch(/^HTTP\/1\.1 400 /);
  });
});

it('a schema by which answers are checked is strict', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'number' } },
    required: ['a'],
    additionalProperties: false,
  };
  expect(z.fromJSONSchema(schema as never).safeParse({ a: 1, b: 2 }).success).toBe(false);
});
