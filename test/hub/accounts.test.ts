import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../src/hub/accounts.js';
import type { Database } from '../../src/hub/db/database.js';
import { Docket } from '../../src/hub/docket.js';
import { Leases } from '../../src/hub/leases.js';
import { Tokens } from '../../src/hub/tokens.js';
import { onEachDatabase } from './support/database.js';
import { HOME, newcomer, stocked } from './support/people.js';

const PASSWORD = 'correct horse battery';
const TABLES = ['account', 'session', 'token', 'tile', 'lease', 'result', 'bean'] as const;

/** What is wrong with it, and a text that is no name. */
const NO_NAMES = [
  ['short', 'ab'],
  ['long', 'a'.repeat(41)],
  ['empty', ''],
  ['with a space before it', ' ann'],
  ['with a space behind it', 'ann '],
  ['with two spaces', 'ann  b'],
  ['with a tab', 'ann\tb'],
  ['with a line break', 'ann\n'],
  ['with a zero byte', 'an\u0000n'],
  ['with a sign that nobody sees', 'an\u200Bn'],
  ['that runs the other way', 'an\u202En'],
  ['with half a character', 'ann\uD83D'],
  ['of markup', '<b>ann</b>'],
  ['that is an address', 'ann@example.org'],
  ['of pictures', '🍌🍌🍌'],
  ['of wide letters', 'ａｎｎ'],
  ['with a ligature', 'ﬁnn'],
  ['whose letters are in parts', 'e\u0301mile'],
  ['of two alphabets', 'аnnа'],
];

/** Pairs of which the second one is taken. */
const SAME_NAMES = [
  ['Ann', 'ANN'],
  ['Zoë', 'zOË'],
  ['Αχιλλέας', 'ΑΧΙΛΛΈΑΣ'],
  ['ΑΧΙΛΛΕΑΣ', 'αχιλλεασ'],
  ['Straße', 'STRASSE'],
  ['Иван', 'ИВАН'],
  ['iris', 'ıris'],
];

/** Tables with a row in which a text stands. */
async function traces(db: Database, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of TABLES) {
    const { rows } = await sql`select 1 from ${sql.table(table)} as t
      where position(lower(${text}) in lower(t::text)) > 0`.execute(db);
    if (rows.length > 0) found.push(table);
  }
  return found;
}

onEachDatabase((fresh) => {
  describe('names', () => {
    it('that are none are refused', async () => {
      const { db } = await fresh();
      const accounts = new Accounts(db);
      for (const [what, name] of NO_NAMES) {
        await expect(accounts.signUp(name, PASSWORD), what).rejects.toMatchObject({ code: 'EBODY' });
        expect(await accounts.setRole(name, 'admin'), what).toBe(false);
      }
      await expect(accounts.signIn('an\u0000n', PASSWORD)).rejects.toMatchObject({ code: 'ESIGNIN' });
    });

    it('of all the world are taken as they are written', async () => {
      const { db } = await fresh();
      const accounts = new Accounts(db);
      for (const name of [
        'Zoë',
        'Анна',
        'Ελένη',
        '山田太郎',
        'محمد',
        'a.b-c_d e',
        '𝟙𝟚𝟛'.normalize('NFKC'),
        'a'.repeat(40),
      ])
        expect(await accounts.signUp(name, PASSWORD)).toMatchObject({ name, role: 'user' });
    });

    it('that differ by case only are one', async () => {
      const { db } = await fresh();
      const accounts = new Accounts(db);
      for (const [first, second] of SAME_NAMES) {
        const { id } = await accounts.signUp(first, PASSWORD);
        await expect(accounts.signUp(second, PASSWORD), second).rejects.toMatchObject({ code: 'ENAME' });
        expect(await accounts.signIn(second, PASSWORD)).toEqual({ id, name: first, role: 'user' });
      }
      // As a keyboard of another country writes it.
      expect(await accounts.signIn('Zoe\u0308', PASSWORD)).toMatchObject({ name: 'Zoë' });
    });

    it('are one account’s, whoever signs up at the same time', async () => {
      const { db, another } = await fresh();
      const hubs = [new Accounts(db), new Accounts(await another())];
      const signing = await Promise.allSettled(
        ['Ann', 'ann', 'ANN', 'aNN'].map(async (name, i) => await hubs[i % 2].signUp(name, PASSWORD)),
      );
      expect(signing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('are values: what looks like SQL is a name that is none', async () => {
      const { db } = await fresh();
      const accounts = new Accounts(db);
      await accounts.signUp('Ann', PASSWORD);
      for (const evil of ["ann' or '1'='1", "ann'; drop table account; --", 'ann\\', '%', '_nn', '$1'])
        await expect(accounts.signIn(evil, PASSWORD)).rejects.toMatchObject({ code: 'ESIGNIN' });
      expect(await accounts.signIn('Ann', PASSWORD)).toMatchObject({ name: 'Ann' });
    });
  });

  it('passwords are of 10 to 200 characters, and nothing of them is kept', async () => {
    const { db } = await fresh();
    const accounts = new Accounts(db);
    for (const password of ['', 'too short', 'x'.repeat(201)])
      await expect(accounts.signUp('Ann', password)).rejects.toMatchObject({ code: 'EBODY' });
    await accounts.signUp('Ann', PASSWORD);
    for (const wrong of ['', 'correct horse', `${PASSWORD} `, PASSWORD.toUpperCase()])
      await expect(accounts.signIn('Ann', wrong)).rejects.toMatchObject({ code: 'ESIGNIN' });
    expect(await traces(db, PASSWORD)).toEqual([]);
  });

  it('who does not know a name is answered as late as who does not know the password', async () => {
    const { db } = await fresh();
    const accounts = new Accounts(db);
    await accounts.signUp('Ann', PASSWORD);
    const time = async (name: string): Promise<number> => {
      // The processor's time: what other programs do meanwhile does not count.
      const before = process.cpuUsage();
      await expect(accounts.signIn(name, 'some password')).rejects.toThrow('Name or password are not right.');
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let i = 0; i < 5; i++) {
      times.known.push(await time('Ann'));
      times.unknown.push(await time('Nobody'));
    }
    // To hash takes 50 ms and more, to find nobody 1.
    expect(Math.min(...times.unknown)).toBeGreaterThan(Math.min(...times.known) / 2);
  });

  it('sessions end when they are closed, when their time is over, and with the account', async () => {
    const { db } = await fresh();
    const accounts = new Accounts(db);
    const ann = await newcomer(db);
    const [one, two, three] = [
      await accounts.openSession(ann),
      await accounts.openSession(ann),
      await accounts.openSession(ann),
    ];
    expect(new Set([one, two, three]).size).toBe(3);
    expect(one).toMatch(/^[\w-]{32}$/);
    expect(await accounts.ofSession(one)).toMatchObject({ id: ann });
    expect(await traces(db, one)).toEqual([]);
    await accounts.closeSession(one);
    expect(await accounts.ofSession(one)).toBeNull();
    await db
      .updateTable('session')
      .set({ expires: sql`now()` })
      .where('digest', '=', (await db.selectFrom('session').select('digest').execute())[0].digest)
      .execute();
    expect(await accounts.ofSession(two)).toBeNull();
    expect(await accounts.ofSession(three)).toMatchObject({ id: ann });
    // Those that are over are removed when the next one begins.
    const bob = await newcomer(db);
    const four = await accounts.openSession(bob);
    expect(await db.selectFrom('session').select('account').execute()).toHaveLength(2);
    await accounts.delete(ann);
    expect(await accounts.ofSession(three)).toBeNull();
    expect(await accounts.ofSession(four)).toMatchObject({ id: bob });
    for (const none of ['', 'x', `${four} `, four.toUpperCase(), `${four}\u0000`])
      expect(await accounts.ofSession(none)).toBeNull();
  });

  describe('tokens', () => {
    it('act for their account until they are revoked', async () => {
      const { db } = await fresh();
      const accounts = new Accounts(db);
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const one = await accounts.tokens.make(ann, 'laptop');
      const two = await accounts.tokens.make(ann, '山 🍌');
      expect(one.secret).toMatch(/^mandeld_[\w-]{32}$/);
      expect(await accounts.tokens.ownerOf(one.secret)).toMatchObject({ id: ann });
      expect(await traces(db, one.secret)).toEqual([]);
      // Nobody revokes another one's.
      await expect(accounts.tokens.revoke(bob, one.id)).rejects.toMatchObject({ code: 'ENONE' });
      expect(await accounts.tokens.ownerOf(one.secret)).toMatchObject({ id: ann });
      await accounts.tokens.revoke(ann, one.id);
      expect(await accounts.tokens.ownerOf(one.secret)).toBeNull();
      expect(await accounts.tokens.ownerOf(two.secret)).toMatchObject({ id: ann });
      const [{ revoked }] = await accounts.tokens.list(ann);
      await accounts.tokens.revoke(ann, one.id);
      expect(await accounts.tokens.list(ann)).toMatchObject([
        { id: one.id, name: 'laptop', revoked },
        { id: two.id, name: '山 🍌', revoked: null },
      ]);
      expect(await accounts.tokens.list(bob)).toEqual([]);
      // A session's secret is no token, and the other way round.
      expect(await accounts.tokens.ownerOf(await accounts.openSession(ann))).toBeNull();
      expect(await accounts.ofSession(two.secret)).toBeNull();
    });

    it('know when they were used last, within seconds', async () => {
      const { db } = await fresh();
      const accounts = new Accounts(db);
      const ann = await newcomer(db);
      const { secret } = await accounts.tokens.make(ann, 'laptop');
      const used = async (): Promise<Date | null> => (await accounts.tokens.list(ann))[0].used;
      expect(await used()).toBeNull();
      await accounts.tokens.ownerOf(secret);
      const first = await used();
      expect(first).toBeInstanceOf(Date);
      await accounts.tokens.ownerOf(secret);
      expect(await used()).toEqual(first);
      await db
        .updateTable('token')
        .set({ used: sql`now() - interval '2 minutes'` })
        .execute();
      // This hub knows it for some seconds without asking.
      await accounts.tokens.ownerOf(secret);
      expect(Number(await used())).toBeLessThan(Number(first) - 60_000);
      await new Tokens(db).ownerOf(secret);
      expect(Number(await used())).toBeGreaterThan(Number(first) - 1000);
    });

    it('are over at once where they were revoked, and half a minute later for another hub on the database', async () => {
      const { db, another } = await fresh();
      const [here, there] = [
        new Accounts(db),
        new Accounts(await another(), new Tokens(await another(), 2000)),
      ];
      const ann = await newcomer(db);
      const { id, secret } = await here.tokens.make(ann, 'laptop');
      const rolesOf = async (): Promise<unknown[]> =>
        (await Promise.all([here.tokens.ownerOf(secret), there.tokens.ownerOf(secret)])).map(
          (found) => found?.role,
        );
      expect(await rolesOf()).toEqual(['user', 'user']);
      const { name } = (await here.tokens.ownerOf(secret))!;
      await here.setRole(name, 'curator');
      expect(await rolesOf()).toEqual(['curator', 'user']);
      await here.tokens.revoke(ann, id);
      expect(await here.tokens.ownerOf(secret)).toBeNull();
      await expect.poll(async () => await there.tokens.ownerOf(secret), { timeout: 8000 }).toBeNull();
    });

    it('are 50 at the most, however many are made at once, and have names', async () => {
      const { db, another } = await fresh();
      const dbs = [db, await another()];
      const ann = await newcomer(db);
      for (const name of ['', 'x'.repeat(61), 'a\u0000b', 'a\nb', '\uD800'])
        await expect(new Tokens(db).make(ann, name)).rejects.toMatchObject({ code: 'EBODY' });
      const making = await Promise.allSettled(
        Array.from({ length: 60 }, async (_, i) => await new Tokens(dbs[i % 2]).make(ann, `${i}`)),
      );
      const made = making.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(made).toHaveLength(50);
      await new Tokens(db).revoke(ann, made[0].id);
      await new Tokens(db).make(ann, 'one more');
    });
  });

  it('tokens that were revoked are remembered for some time, and not more than 50', async () => {
    const { db } = await fresh();
    const accounts = new Accounts(db);
    const [ann, bob] = [await newcomer(db), await newcomer(db)];
    const kept = await accounts.tokens.make(ann, 'kept');
    const others = await accounts.tokens.make(bob, 'another one’s');
    await accounts.tokens.revoke(bob, others.id);
    for (let i = 0; i < 60; i++)
      await accounts.tokens.revoke(ann, (await accounts.tokens.make(ann, `${i}`)).id);
    const names = (await accounts.tokens.list(ann)).map(({ name }) => name);
    expect(names).toEqual(['kept', ...Array.from({ length: 50 }, (_, i) => `${10 + i}`)]);
    await db
      .updateTable('token')
      .set({ revoked: sql`revoked - interval '91 days'` })
      .where('revoked', 'is not', null)
      .execute();
    const last = await accounts.tokens.make(ann, 'last');
    await accounts.tokens.revoke(ann, last.id);
    expect((await accounts.tokens.list(ann)).map(({ name }) => name)).toEqual(['kept', 'last']);
    expect(await accounts.tokens.list(bob)).toEqual([]);
    expect(await accounts.tokens.ownerOf(kept.secret)).toMatchObject({ id: ann });
  });

  it('an account is signed in in 50 browsers at the most, the oldest ends', async () => {
    const { db } = await fresh();
    const accounts = new Accounts(db);
    const [ann, bob] = [await newcomer(db), await newcomer(db)];
    const other = await accounts.openSession(bob);
    const secrets: string[] = [];
    for (let i = 0; i < 52; i++) secrets.push(await accounts.openSession(ann));
    const known = await Promise.all(
      secrets.map(async (secret) => (await accounts.ofSession(secret)) !== null),
    );
    expect(known).toEqual(secrets.map((_, i) => i >= 2));
    expect(await accounts.ofSession(other)).toMatchObject({ id: bob });
  });

  it('who is deleted leaves neither name nor network, and the ledger stays true', async () => {
    const { db } = await fresh();
    const accounts = new Accounts(db);
    const name = 'Penelope';
    const network = '198.51.100.77';
    const { id } = await accounts.signUp(name, PASSWORD);
    await accounts.setRole(name, 'admin');
    const session = await accounts.openSession(id);
    const token = await accounts.tokens.make(id, `${name}’s laptop`);
    const [tile] = await stocked(db, 3);
    const leases = new Leases(db, 600);
    const [first, second] = await leases.checkout(id, network, 3);
    await leases.upload(id, first.lease, first.attempt, Buffer.from('body'));
    await leases.giveBack(id, second.lease, second.attempt, null);
    const docket = new Docket(db, 'hub-a');
    await docket.accept([{ address: tile, results: await docket.pending(tile), proof: 'recomputed' }]);
    expect(await traces(db, name)).not.toEqual([]);
    expect(await traces(db, network)).not.toEqual([]);
    const beans = await db.selectFrom('bean').selectAll().execute();
    await accounts.delete(id);
    expect(await traces(db, name)).toEqual([]);
    expect(await traces(db, network)).toEqual([]);
    expect(await db.selectFrom('bean').selectAll().execute()).toEqual(beans);
    expect(await accounts.ofSession(session)).toBeNull();
    expect(await accounts.tokens.ownerOf(token.secret)).toBeNull();
    await expect(accounts.signIn(name, PASSWORD)).rejects.toMatchObject({ code: 'ESIGNIN' });
    expect(await db.selectFrom('account').select(['name', 'password', 'role']).execute()).toEqual([
      { name: null, password: null, role: 'user' },
    ]);
    // The name is free, and whoever takes it is somebody else.
    const next = await accounts.signUp(name, PASSWORD);
    expect(next).toMatchObject({ role: 'user' });
    expect(next.id).not.toBe(id);
    expect(await accounts.tokens.ownerOf(token.secret)).toBeNull();
  });

  it('who is deleted while a result waits is still not asked for a second opinion at home', async () => {
    const { db } = await fresh();
    const [ann, bob] = [await newcomer(db), await newcomer(db)];
    const [tile] = await stocked(db, 1);
    const leases = new Leases(db, 600);
    const [{ lease }] = await leases.checkout(ann, HOME, 1);
    await leases.upload(ann, lease, 1, Buffer.from('body'));
    await new Docket(db, 'hub-a').ask(tile);
    await new Accounts(db).delete(ann);
    expect(await leases.checkout(bob, HOME, 1)).toEqual([]);
    expect(await leases.checkout(bob, '198.51.100.1', 1)).toHaveLength(1);
  });

  it.each(['valid', 'false'])(
    'of who is deleted no network is kept when his result is %s at last',
    async (state) => {
      const { db } = await fresh();
      const ann = await newcomer(db);
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const network = '198.51.100.78';
      const [{ lease }] = await leases.checkout(ann, network, 1);
      await leases.upload(ann, lease, 1, Buffer.from('body'));
      await new Accounts(db).delete(ann);
      expect(await traces(db, network)).toEqual(['result']);
      const docket = new Docket(db, 'hub-a');
      const results = await docket.pending(tile);
      if (state === 'valid') await docket.accept([{ address: tile, results, proof: 'alone' }]);
      else await docket.convict(results, 'false');
      expect(await traces(db, network)).toEqual([]);
    },
  );

  it('who is deleted gives back what he has leased: an upload that is on its way is none any more', async () => {
    const { db } = await fresh();
    const [ann, bob, cy] = [await newcomer(db), await newcomer(db), await newcomer(db)];
    const tiles = await stocked(db, 2);
    const leases = new Leases(db, 600);
    const docket = new Docket(db, 'hub-a');
    const [doubted] = await leases.checkout(cy, '198.51.100.2', 1);
    await leases.upload(cy, doubted.lease, 1, Buffer.from('body'));
    await docket.ask(doubted.address);
    const given = await leases.checkout(ann, HOME, 2);
    await new Accounts(db).delete(ann);
    for (const { lease, attempt } of given)
      await expect(leases.upload(ann, lease, attempt, Buffer.from('body'))).rejects.toMatchObject({
        code: 'ELEASE',
      });
    expect(await leases.checkout(ann, HOME, 2)).toEqual([]);
    // Both are free at once, the one in doubt as such.
    expect((await leases.checkout(bob, HOME, 2)).map(({ address }) => address)).toEqual(tiles);
    expect(await leases.checkout(cy, HOME, 2)).toEqual([]);
  });
});
