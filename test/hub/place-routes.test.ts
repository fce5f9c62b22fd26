import { compileErrors, validate } from '@readme/openapi-parser';
import { beforeEach, describe, expect, it } from 'vitest';
import { moderationRoutes } from '../../src/hub/api/moderation-routes.js';
import { pictureRoutes } from '../../src/hub/api/picture-routes.js';
import { placeRoutes } from '../../src/hub/api/place-routes.js';
import { roleRoutes } from '../../src/hub/api/role-routes.js';
import type { Database } from '../../src/hub/db/database.js';
import { Comments } from '../../src/hub/places/comments.js';
import { Moderation } from '../../src/hub/places/moderation.js';
import { Pictures } from '../../src/hub/places/pictures.js';
import { Places } from '../../src/hub/places/places.js';
import { Roles } from '../../src/hub/roles.js';
import { useCaches } from '../e2e/support/caches.js';
import { startApi, type Document, type TestApi } from './support/api.js';
import { useEmbedded } from './support/database.js';

const caches = useCaches();
const fresh = useEmbedded();

const SPIRAL = {
  title: 'A spiral',
  text: '',
  links: [],
  re: '-0.7436',
  im: '0.1318',
  radius: '1e-3',
  theme: 'Galaxy',
  tags: ['spiral'],
};
const BYTES = new Uint8Array([255, 216, 255]);

let db: Database;
let api: TestApi;
let changes = 0;
/** Headers of browsers that are signed in, by names. */
let people: Record<string, Record<string, string>>;

const json = (payload: object, headers: Record<string, string> = {}) => ({
  headers: { 'content-type': 'application/json', ...headers },
  payload: JSON.stringify(payload),
});

beforeEach(async () => {
  ({ db } = await fresh());
  changes = 0;
  const places = new Places(db, 200);
  const moderation = new Moderation(db);
  api = await startApi(db, await caches.fresh(), [
    ...placeRoutes({ places, comments: new Comments(db), moderation, onChange: () => void changes++ }),
    ...pictureRoutes({ places, pictures: new Pictures(db) }),
    ...moderationRoutes({ moderation }),
    ...roleRoutes({ roles: new Roles(db, { forget: () => undefined }) }),
  ]);
  people = {};
  for (const name of ['ann', 'ben', 'root']) {
    const { id } = await db
      .insertInto('account')
      .values({ name, name_key: name, password: 'x', role: name === 'root' ? 'admin' : 'user' })
      .returning('id')
      .executeTakeFirstOrThrow();
    people[name] = {
      cookie: `mandeld_session=${await api.accounts.openSession(id)}`,
      'sec-fetch-site': 'same-origin',
    };
  }
});

async function add(change: object = {}): Promise<number> {
  const answer = await api.ask('POST', '/places', json({ ...SPIRAL, ...change }, people['ann']));
  expect(answer.statusCode).toBe(201);
  return answer.json<{ id: number }>().id;
}

/** Puts the picture of a place there. */
async function paint(id: number): Promise<string> {
  const pictures = new Pictures(db);
  for (const { place, view } of await pictures.unknown(9)) await pictures.plan(place, view, 'key', 9);
  await pictures.keep({ place: id, key: 'key', tries: 0, view: SPIRAL }, BYTES);
  return (await pictures.read(id))!.digest;
}

it('is described by a valid document', async () => {
  const document = (await api.ask('GET', '/openapi.json')).json<Document>();
  const validation = await validate(structuredClone(document) as never);
  expect(validation.valid ? '' : compileErrors(validation)).toBe('');
  expect(
    Object.keys(document.paths['/api/v1/places/{place}/picture']['get'].responses['200'].content ?? {}),
  ).toEqual(['image/jpeg']);
});

describe('a picture', () => {
  it('is kept for ever by its name, and by no other', async () => {
    const id = await add();
    expect((await api.ask('GET', `/places/${id}/picture`)).statusCode).toBe(404);
    const name = await paint(id);
    const { place } = { place: (await api.ask('GET', `/places/${id}`)).json<Record<string, unknown>>() };
    expect(place).toMatchObject({ picture: name, pictureState: 'ready' });
    for (const [query, kept] of [
      [`?name=${name}`, true],
      [`?name=${'0'.repeat(64)}`, false],
      ['', false],
    ] as const) {
      // Not by what checks that nothing is kept.
      const answer = await api.server.app.inject(`/api/v1/places/${id}/picture${query}`);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('image/jpeg');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['cache-control']).toBe(kept ? 'public, max-age=31536000, immutable' : 'no-store');
      expect([...answer.rawPayload]).toEqual([...BYTES]);
    }
    expect((await api.ask('GET', `/places/${id}/picture?name=../../x`)).statusCode).toBe(400);
  });

  it('of a hidden place is for its author and curators', async () => {
    const id = await add();
    await paint(id);
    const decide = json({ state: 'hidden' }, people['root']);
    expect((await api.ask('PUT', `/places/${id}/state`, decide)).statusCode).toBe(204);
    const statusFor = async (headers: Record<string, string>): Promise<number> =>
      (await api.ask('GET', `/places/${id}/picture`, { headers })).statusCode;
    expect(await Promise.all([{}, people['ben'], people['ann'], people['root']].map(statusFor))).toEqual([
      404, 404, 200, 200,
    ]);
  });

  it('is made when a place is added or changed', async () => {
    const id = await add();
    expect(changes).toBe(1);
    await api.ask('PUT', `/places/${id}`, json({ ...SPIRAL, radius: '1e-4' }, people['ann']));
    expect(changes).toBe(2);
    await api.ask('PUT', `/places/${id}`, json({ ...SPIRAL, radius: '1e-5' }, people['ben']));
    expect(changes).toBe(2);
  });
});

describe('places', () => {
  it('are found by where they are, at any depth, page by page', async () => {
    const [first, second] = [await add(), await add({ re: '-0.7437' })];
    const deep = await add({ re: `-0.7436${'0'.repeat(40)}1`, radius: '1e-44' });
    const near = async (query: string): Promise<number[]> => {
      const answer = await api.ask('GET', `/places?sort=new&${query}`);
      expect(answer.statusCode).toBe(200);
      return answer.json<{ places: { id: number }[] }>().places.map(({ id }) => id);
    };
    expect(await near('re=-0.7436&im=0.1318&radius=0.001')).toEqual([deep, second, first]);
    expect(await near('re=-0.7436&im=0.1318&radius=0.001&from=1')).toEqual([second, first]);
    expect(await near('re=-0.7436&im=0.1318&radius=0.00001')).toEqual([deep, first]);
    expect(await near('re=-0.7436&im=0.1318&radius=1e-50')).toEqual([first]);
    expect(await near('re=-0.7436&im=0.1318&radius=1e-40&words=spiral')).toEqual([deep, first]);
    expect(await near('re=0&im=0&radius=0.1')).toEqual([]);
    for (const words of ['\'"&|!:*()<->', '\\ %_', '🍌 山'])
      expect(await near(`words=${encodeURIComponent(words)}`)).toEqual([]);
    for (const wrong of [
      'words=%00',
      'tag=a%0Ab',
      're=0&im=0',
      're=0&im=0&radius=0',
      're=x&im=0&radius=1',
      're=1e99999&im=0&radius=1',
    ])
      expect((await api.ask('GET', `/places?${wrong}`)).statusCode).toBe(400);
  });

  it('tell whoever has signed in what they are to him', async () => {
    const id = await add();
    await api.ask('PUT', `/places/${id}/vote`, { headers: people['ben'] });
    const seenBy = async (headers: Record<string, string>): Promise<unknown> =>
      (await api.ask('GET', `/places/${id}`, { headers })).json<{ viewer: unknown }>().viewer;
    expect(await seenBy({})).toBeNull();
    expect(await seenBy(people['ann'])).toEqual({ voted: false, mayChange: true, isCurator: false });
    expect(await seenBy(people['ben'])).toEqual({ voted: true, mayChange: false, isCurator: false });
    expect(await seenBy(people['root'])).toEqual({ voted: false, mayChange: true, isCurator: true });
    await api.ask('POST', `/places/${id}/comments`, json({ text: 'Nice' }, people['ben']));
    const mayRemove = async (headers: Record<string, string>): Promise<boolean[]> =>
      (await api.ask('GET', `/places/${id}/comments`, { headers }))
        .json<{ comments: { mayRemove: boolean }[] }>()
        .comments.map((comment) => comment.mayRemove);
    expect(await Promise.all([{}, people['ann'], people['ben'], people['root']].map(mayRemove))).toEqual([
      [false],
      [false],
      [true],
      [true],
    ]);
  });
});

describe('what curators have hidden', () => {
  it('is listed until they show it again', async () => {
    const id = await add();
    await api.ask('POST', `/places/${id}/flag`, json({ reason: 'spam' }, people['ben']));
    const decide = async (state: string): Promise<number> =>
      (await api.ask('PUT', `/places/${id}/state`, json({ state }, people['root']))).statusCode;
    const listed = async (path: string): Promise<unknown> =>
      (await api.ask('GET', path, { headers: people['root'] })).json();
    expect(await listed('/flagged')).toMatchObject({
      flagged: [{ subject: 'place', id, place: id, flags: 1 }],
    });
    expect(await listed('/hidden')).toEqual({ hidden: [] });
    expect(await decide('hidden')).toBe(204);
    expect(await listed('/flagged')).toEqual({ flagged: [] });
    expect(await listed('/hidden')).toEqual({
      hidden: [{ subject: 'place', id, place: id, text: SPIRAL.title }],
    });
    expect(await decide('open')).toBe(204);
    expect(await listed('/hidden')).toEqual({ hidden: [] });
    expect((await api.ask('GET', '/hidden', { headers: people['ann'] })).statusCode).toBe(403);
    expect((await api.ask('GET', '/hidden')).statusCode).toBe(401);
  });
});

describe('a role', () => {
  const appoint = async (by: Record<string, string>, body: object): Promise<number> =>
    (await api.ask('PUT', '/roles', json(body, by))).statusCode;

  it('is given and taken by administrators', async () => {
    expect(await appoint(people['root'], { name: 'ANN', role: 'curator' })).toBe(204);
    const { people: listed } = (await api.ask('GET', '/roles', { headers: people['root'] })).json<{
      people: object[];
    }>();
    expect(listed).toEqual([
      { name: 'ann', role: 'curator' },
      { name: 'root', role: 'admin' },
    ]);
    expect((await api.ask('GET', '/flagged', { headers: people['ann'] })).statusCode).toBe(200);
    // A curator is none who appoints.
    expect(await appoint(people['ann'], { name: 'ben', role: 'curator' })).toBe(403);
    expect((await api.ask('GET', '/roles', { headers: people['ann'] })).statusCode).toBe(403);
    expect(await appoint(people['root'], { name: 'ann', role: 'user' })).toBe(204);
    expect((await api.ask('GET', '/flagged', { headers: people['ann'] })).statusCode).toBe(403);
  });

  it.each([
    ['of nobody', { name: 'nobody', role: 'curator' }, 404],
    ['of an administrator', { name: 'root', role: 'user' }, 403],
    ['of more than a curator', { name: 'ann', role: 'admin' }, 400],
    ['that is none', { name: 'ann', role: 'king' }, 400],
    ['of somebody who is no name', { name: '\u0000', role: 'curator' }, 404],
  ])('%s is refused', async (_, body, status) => {
    expect(await appoint(people['root'], body)).toBe(status);
  });

  it('is given by nobody with a token, nor from another site', async () => {
    const { id } = await db
      .selectFrom('account')
      .select('id')
      .where('name', '=', 'root')
      .executeTakeFirstOrThrow();
    const { secret } = await api.accounts.tokens.make(id, 'laptop');
    const body = { name: 'ann', role: 'curator' };
    expect(await appoint({ authorization: `Bearer ${secret}` }, body)).toBe(403);
    expect(await appoint({ ...people['root'], 'sec-fetch-site': 'cross-site' }, body)).toBe(403);
    expect(await appoint({}, body)).toBe(401);
  });
});
