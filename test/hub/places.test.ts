import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../src/hub/accounts.js';
import type { Role } from '../../src/hub/db/schema.js';
import type { Database } from '../../src/hub/db/database.js';
import { Comments } from '../../src/hub/places/comments.js';
import { Moderation } from '../../src/hub/places/moderation.js';
import { placeText, type PlaceText } from '../../src/hub/places/place.js';
import { Places } from '../../src/hub/places/places.js';
import { useEmbedded } from './support/database.js';

let db: Database;
let places: Places;
let comments: Comments;
let moderation: Moderation;
let people: Account[];
let curator: Account;
const NOBODY: Account = { id: 0, name: '', role: 'user' };

const SPIRAL: PlaceText = {
  title: 'A spiral',
  text: 'It turns to the left, <b>forever</b>.',
  links: [{ label: 'Mu-Ency', url: 'https://www.mrob.com/pub/muency.html' }],
  re: '-0.743643887037151',
  im: '0.131825904205330',
  radius: '1e-10',
  theme: 'Galaxy',
  tags: ['spiral', 'seahorse-valley'],
};

const fresh = useEmbedded();
beforeAll(async () => {
  ({ db } = await fresh());
  places = new Places(db, 200);
  comments = new Comments(db);
  moderation = new Moderation(db);
});

beforeEach(async () => {
  for (const table of ['flag', 'comment', 'place_vote', 'place', 'account'] as const)
    await db.deleteFrom(table).execute();
  const join = async (name: string, role: Role): Promise<Account> => ({
    ...(await db
      .insertInto('account')
      .values({ name, name_key: name, password: 'x', role })
      .returning('id')
      .executeTakeFirstOrThrow()),
    name,
    role,
  });
  people = [
    await join('ann', 'user'),
    await join('ben', 'user'),
    await join('cas', 'user'),
    await join('dot', 'user'),
  ];
  curator = await join('eve', 'curator');
});

describe('a place', () => {
  it('comes back as it was described, by its author', async () => {
    const id = await places.add(people[0].id, SPIRAL);
    expect(await places.get(NOBODY, id)).toMatchObject({
      ...SPIRAL,
      id,
      by: 'ann',
      votes: 0,
      comments: 0,
      state: 'open',
      edited: null,
    });
  });

  it.each([
    ['words of the title', { words: 'spiral' }, 1],
    ['words of the text, in any order', { words: 'forever left' }, 1],
    ['a tag among the words', { words: 'seahorse-valley' }, 1],
    ['a link among the words', { words: 'mu-ency' }, 1],
    ['other words', { words: 'minibrot' }, 0],
    ['what no query could be', { words: `'"&|!:*(<` }, 0],
    ['a tag', { tag: 'spiral' }, 1],
    ['a part of a tag', { tag: 'spir' }, 0],
  ])('is found by %s', async (_, query, count) => {
    await places.add(people[0].id, SPIRAL);
    expect((await places.list({ ...query, sort: 'votes', from: 0 })).places).toHaveLength(count);
  });

  it('is changed and removed by its author and by curators only', async () => {
    const id = await places.add(people[0].id, SPIRAL);
    const other = { ...SPIRAL, title: 'Another title' };
    await expect(places.edit(people[1], id, other)).rejects.toMatchObject({ code: 'EFORBIDDEN' });
    await expect(places.remove(people[1], id)).rejects.toMatchObject({ code: 'EFORBIDDEN' });
    await places.edit(people[0], id, other);
    expect((await places.list({ words: 'another', sort: 'new', from: 0 })).places).toHaveLength(1);
    expect((await places.list({ words: 'spiral', sort: 'new', from: 0 })).places).toHaveLength(1); // a tag
    await comments.add(people[1].id, id, 'Nice');
    await places.vote(people[1].id, id, true);
    await places.remove(curator, id);
    await expect(places.get(curator, id)).rejects.toMatchObject({ code: 'ENONE' });
    expect(await db.selectFrom('comment').selectAll().execute()).toEqual([]);
  });

  it('has as many votes as accounts have voted for it', async () => {
    const [first, second] = [await places.add(people[0].id, SPIRAL), await places.add(people[0].id, SPIRAL)];
    for (const { id } of people) {
      await places.vote(id, second, true);
      await places.vote(id, second, true);
    }
    await places.vote(people[0].id, second, false);
    await places.vote(people[0].id, second, false);
    await places.vote(people[1].id, first, false);
    const { places: listed } = await places.list({ sort: 'votes', from: 0 });
    expect(listed.map(({ id, votes }) => [id, votes])).toEqual([
      [second, 3],
      [first, 0],
    ]);
    const { places: newest } = await places.list({ sort: 'new', from: 1 });
    expect(newest.map(({ id }) => id)).toEqual([first]);
  });

  it('keeps its text when its author goes', async () => {
    const id = await places.add(people[0].id, SPIRAL);
    await db
      .updateTable('account')
      .set({ name: null, name_key: null, password: null, deleted: sql`now()` })
      .where('id', '=', people[0].id)
      .execute();
    expect(await places.get(NOBODY, id)).toMatchObject({ by: null, title: SPIRAL.title });
  });

  it('stands on a page of 24, and it is told whether there are more', async () => {
    for (let i = 0; i < 25; i++) await places.add(people[i % 2].id, SPIRAL);
    const pages = [0, 1, 24, 25].map(async (from) => await places.list({ sort: 'new', from }));
    const told = (await Promise.all(pages)).map(({ places: { length }, hasMore }) => [length, hasMore]);
    expect(told).toEqual([
      [24, true],
      [24, false],
      [1, false],
      [0, false],
    ]);
  });

  it('is one of twenty a day', async () => {
    for (let i = 0; i < 20; i++) await places.add(people[0].id, SPIRAL);
    await expect(places.add(people[0].id, SPIRAL)).rejects.toMatchObject({ code: 'ERATE' });
    await places.add(people[1].id, SPIRAL);
  });
});

describe('a description', () => {
  it.each([
    ['a short title', { title: 'x' }],
    ['a title of lines', { title: 'two\nlines' }],
    ['a script for a link', { links: [{ label: 'x', url: 'javascript:alert(1)' }] }],
    ['data for a link', { links: [{ label: 'x', url: 'data:text/html,x' }] }],
    ['no number', { re: '1; drop table place' }],
    ['a number with another', { im: '0x10' }],
    ['no height', { radius: '0' }],
    ['a negative height', { radius: '-1' }],
    ['an unknown theme', { theme: '../../etc' }],
    ['a tag of markup', { tags: ['<i>'] }],
    ['many tags', { tags: Array.from({ length: 11 }, (_, i) => `tag-${i}`) }],
    ['a long text', { text: 'x'.repeat(5001) }],
    ['bytes that are no text', { text: 'a\u0000b' }],
    ['more than that', { admin: true }],
  ])('with %s is refused', (_, change) => {
    expect(placeText.safeParse(SPIRAL).success).toBe(true);
    expect(placeText.safeParse({ ...SPIRAL, ...change }).success).toBe(false);
  });

  it('names each tag once', () => {
    expect(placeText.parse({ ...SPIRAL, tags: ['aa', 'aa', 'bb'] }).tags).toEqual(['aa', 'bb']);
  });
});

describe('a comment', () => {
  it('stands below its place, and goes by its author’s or a curator’s hand', async () => {
    const place = await places.add(people[0].id, SPIRAL);
    const ids: number[] = [];
    for (const { id } of people) ids.push(await comments.add(id, place, `<script>${id}</script>`));
    expect((await comments.list(NOBODY, place, 0)).map(({ id, by }) => [id, by])).toEqual(
      ids.map((id, i) => [id, people[i].name]),
    );
    expect(await comments.list(NOBODY, place, ids[2])).toHaveLength(1);
    await expect(comments.remove(people[1], ids[0])).rejects.toMatchObject({ code: 'EFORBIDDEN' });
    await comments.remove(people[0], ids[0]);
    await comments.remove(curator, ids[1]);
    await expect(comments.remove(curator, ids[1])).rejects.toMatchObject({ code: 'ENONE' });
    expect((await places.get(NOBODY, place)).comments).toBe(2);
    await expect(comments.add(people[0].id, 999_999, 'x')).rejects.toMatchObject({ code: 'ENONE' });
  });
});

describe('a flag', () => {
  it('of one account, however often, hides nothing; of three it hides until a curator decides', async () => {
    const id = await places.add(people[3].id, SPIRAL);
    for (let i = 0; i < 5; i++) await moderation.flag(people[0].id, 'place', id, `spam ${i}`);
    await moderation.flag(people[1].id, 'place', id, 'spam');
    expect((await places.get(NOBODY, id)).state).toBe('open');
    await moderation.flag(people[2].id, 'place', id, 'spam');
    await expect(places.get(NOBODY, id)).rejects.toMatchObject({ code: 'ENONE' });
    await expect(places.get(people[0], id)).rejects.toMatchObject({ code: 'ENONE' });
    expect((await places.get(people[3], id)).state).toBe('hidden');
    expect((await places.list({ sort: 'new', from: 0 })).places).toEqual([]);
    await expect(comments.add(people[0].id, id, 'x')).rejects.toMatchObject({ code: 'ENONE' });
    expect(await moderation.cases(curator)).toEqual([
      {
        subject: 'place',
        id,
        place: id,
        state: 'hidden',
        text: SPIRAL.title,
        flags: 3,
        reasons: 'spam 4\nspam\nspam',
      },
    ]);
    await moderation.decide(curator, 'place', id, 'open');
    expect(await moderation.cases(curator)).toEqual([]);
    expect((await places.get(NOBODY, id)).state).toBe('open');
  });

  it('of a comment hides the comment', async () => {
    const place = await places.add(people[3].id, SPIRAL);
    const id = await comments.add(people[3].id, place, 'rude');
    for (const { id: account } of people.slice(0, 3)) await moderation.flag(account, 'comment', id, 'rude');
    expect(await comments.list(NOBODY, place, 0)).toEqual([]);
    expect(await moderation.cases(curator)).toMatchObject([{ subject: 'comment', text: 'rude', flags: 3 }]);
  });

  it('is for curators to decide on', async () => {
    const id = await places.add(people[3].id, SPIRAL);
    await expect(moderation.cases(people[0])).rejects.toMatchObject({ code: 'EFORBIDDEN' });
    await expect(moderation.decide(people[3], 'place', id, 'open')).rejects.toMatchObject({
      code: 'EFORBIDDEN',
    });
    await expect(moderation.decide(curator, 'place', 999_999, 'open')).rejects.toMatchObject({
      code: 'ENONE',
    });
    await expect(moderation.flag(people[0].id, 'comment', 999_999, 'spam')).rejects.toMatchObject({
      code: 'ENONE',
    });
  });
});
