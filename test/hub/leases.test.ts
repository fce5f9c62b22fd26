import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { Leases, MAX_FAILURES } from '../../src/hub/leases.js';
import { Docket } from '../../src/hub/docket.js';
import { Stock } from '../../src/hub/stock.js';
import type { Address } from '../../src/tile/address.js';
import { onEachDatabase } from './support/database.js';
import {
  addresses,
  everything,
  HOME,
  newcomer,
  OFFICE,
  runOut,
  stocked,
  tileOf,
  inOrder,
} from './support/people.js';

const BODY = Buffer.from('four children');
const OTHER_BODY = Buffer.from('four other children');

const addressesOf = (leases: readonly { address: Address }[]): Address[] =>
  leases.map(({ address }) => address);

onEachDatabase((fresh, kind) => {
  describe('a checkout', () => {
    it('gives tiles in the order of the queue, each once', async () => {
      const { db } = await fresh();
      const tiles = await stocked(db, 10);
      // The queue's order is not the address'.
      await db.updateTable('tile').set({ rank: 1 }).where('address', '=', tiles[7]).execute();
      const leases = new Leases(db, 600);
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const first = await leases.checkout(ann, HOME, 3);
      expect(addressesOf(first)).toEqual([tiles[7], tiles[0], tiles[1]]);
      expect(first.every(({ attempt, seconds }) => attempt === 1 && seconds === 600)).toBe(true);
      expect(addressesOf(await leases.checkout(bob, OFFICE, 64))).toEqual(
        tiles.filter((tile) => !addressesOf(first).includes(tile)),
      );
      expect(await leases.checkout(ann, HOME, 1)).toEqual([]);
    });

    it('gives only what a hub holds', async () => {
      const { db } = await fresh();
      const tiles = await stocked(db, 3);
      await db.updateTable('tile').set({ held: false }).where('address', '=', tiles[0]).execute();
      const given = await new Leases(db, 600).checkout(await newcomer(db), HOME, 3);
      expect(addressesOf(given)).toEqual(tiles.slice(1));
    });

    it('gives each tile once, whoever asks at the same time', async () => {
      const { db, another } = await fresh();
      const tiles = await stocked(db, 200);
      const hubs = [db, await another(), await another()].map((own) => new Leases(own, 600));
      const people = await Promise.all(Array.from({ length: 12 }, async () => await newcomer(db)));
      const given: Address[] = [];
      await Promise.all(
        people.map(async (person, i) => {
          for (let empty = 0; empty < 3;) {
            const leases = await hubs[i % hubs.length].checkout(person, `192.0.2.${i}`, 1 + (i % 7));
            given.push(...addressesOf(leases));
            empty = leases.length === 0 ? empty + 1 : 0;
          }
        }),
      );
      expect(given.toSorted()).toEqual(tiles);
      expect(await db.selectFrom('lease').select('id').execute()).toHaveLength(200);
    });

    it('gives one account 256 tiles at the most, however many of its programs ask at once', async () => {
      const { db, another } = await fresh();
      await stocked(db, 700);
      const hubs = [db, await another()].map((own) => new Leases(own, 600));
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const given = await Promise.all(
        Array.from({ length: 10 }, async (_, i) => await hubs[i % 2].checkout(ann, HOME, 64)),
      );
      expect(given.flat()).toHaveLength(256);
      const [one] = given.flat();
      await hubs[0].giveBack(ann, one.lease, one.attempt, null);
      expect(await hubs[0].checkout(ann, HOME, 64)).toHaveLength(1);
      expect(await hubs[1].checkout(bob, HOME, 64)).toHaveLength(64);
    });

    it('goes on counting attempts where a tile was forgotten and came again', async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const ann = await newcomer(db);
      const [first] = await leases.checkout(ann, HOME, 1);
      await leases.giveBack(ann, first.lease, first.attempt, null);
      // The hub ends and starts again.
      await new Stock(db, 'hub-a').empty();
      await stocked(db, 1);
      const [second] = await leases.checkout(ann, HOME, 1);
      expect(second).toMatchObject({ address: tile, attempt: 2 });
      // The tile is merged, found false later, and made anew.
      await new Docket(db, 'hub-a').accept([{ address: tile, results: [], proof: 'recomputed' }]);
      await stocked(db, 1);
      const [third] = await leases.checkout(ann, HOME, 1);
      expect(third).toMatchObject({ address: tile, attempt: 3 });
      await expect(leases.upload(ann, second.lease, 2, BODY)).rejects.toMatchObject({ code: 'ELEASE' });
    });
  });

  describe('a lease', () => {
    it('is over by the database’s clock, and its tile free again', async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const [first] = await leases.checkout(ann, HOME, 1);
      const [{ now }] = (await sql<{ now: Date }>`select now()`.execute(db)).rows;
      expect(Math.abs(Date.parse(first.expires) - now.getTime() - 600_000)).toBeLessThan(10_000);
      expect(await leases.expire()).toBe(0);
      await runOut(db, first.lease);
      // Nobody has looked yet, and it is over all the same.
      expect(await leases.report(ann, first.lease)).toEqual({
        lease: first.lease,
        state: 'expired',
        seconds: 0,
      });
      await expect(leases.addressOf(ann, first.lease)).rejects.toMatchObject({ code: 'ELEASE' });
      const [second] = await leases.checkout(bob, HOME, 1);
      expect(second).toMatchObject({ address: tile, attempt: 2 });
      expect(await leases.expire()).toBe(0);
      expect(await leases.report(bob, second.lease)).toMatchObject({ state: 'held' });
    });

    it('is ended once by many who look at the same time', async () => {
      const { db, another } = await fresh();
      await stocked(db, 60);
      const hubs = [db, await another(), await another()].map((own) => new Leases(own, 600));
      const ann = await newcomer(db);
      for (const { lease } of await hubs[0].checkout(ann, HOME, 60)) await runOut(db, lease);
      const counts = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => await hubs[i % 3].expire()),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60);
      expect(await hubs[0].checkout(ann, HOME, 60)).toHaveLength(60);
    });

    it('is extended by the hub’s time, from now', async () => {
      const { db } = await fresh();
      await stocked(db, 1);
      const leases = new Leases(db, 600);
      const ann = await newcomer(db);
      const [{ lease }] = await leases.checkout(ann, HOME, 1);
      await db
        .updateTable('lease')
        .set({ expires: sql`now() + interval '5 seconds'` })
        .execute();
      expect((await leases.report(ann, lease)).seconds).toBeLessThanOrEqual(5);
      expect(await leases.extend(ann, lease, 1)).toEqual({ lease, state: 'held', seconds: 600 });
      expect((await leases.report(ann, lease)).seconds).toBeGreaterThan(500);
    });

    it('is given back, twice as well as once', async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const ann = await newcomer(db);
      const [{ lease }] = await leases.checkout(ann, HOME, 1);
      const returned = { lease, state: 'returned', seconds: 0 };
      expect(await leases.giveBack(ann, lease, 1, null)).toEqual(returned);
      const [again] = await leases.checkout(ann, HOME, 1);
      const before = await everything(db);
      expect(await leases.giveBack(ann, lease, 1, null)).toEqual(returned);
      await expect(leases.giveBack(ann, lease, 1, 'broken')).rejects.toMatchObject({ code: 'ELEASE' });
      expect(await everything(db)).toEqual(before);
      expect(again).toMatchObject({ address: tile, attempt: 2 });
      expect(await tileOf(db, tile)).toMatchObject({ failures: 0, reasons: '', state: 'leased' });
    });

    it('gets the same receipt for the same upload, and takes no other', async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const ann = await newcomer(db);
      const [{ lease }] = await leases.checkout(ann, HOME, 1);
      const receipts = await Promise.all(
        [1, 2, 3, 4].map(async () => await leases.upload(ann, lease, 1, BODY)),
      );
      expect(new Set(receipts.map(({ result }) => result)).size).toBe(1);
      expect(receipts[0].state).toBe('pending');
      const before = await everything(db);
      await expect(leases.upload(ann, lease, 1, OTHER_BODY)).rejects.toMatchObject({ code: 'ELEASE' });
      expect(await everything(db)).toEqual(before);
      expect(await tileOf(db, tile)).toMatchObject({ state: 'judging' });
      await db
        .updateTable('result')
        .set({ state: 'valid', proof: 'alone', decided: sql`now()`, body: null })
        .execute();
      expect(await leases.upload(ann, lease, 1, BODY)).toEqual({ ...receipts[0], state: 'valid' });
      const body = await db.selectFrom('result').select(['body', 'digest']).executeTakeFirstOrThrow();
      expect(body.body).toBeNull();
    });

    it('keeps an upload byte by byte', async () => {
      const { db } = await fresh();
      await stocked(db, 1);
      const leases = new Leases(db, 600);
      const ann = await newcomer(db);
      const [{ lease }] = await leases.checkout(ann, HOME, 1);
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 256));
      await leases.upload(ann, lease, 1, bytes);
      const kept = await db.selectFrom('result').select('body').executeTakeFirstOrThrow();
      expect(Buffer.from(kept.body ?? []).equals(bytes)).toBe(true);
    });
  });

  describe('a write', () => {
    /** A lease in each state, and what must not be done with it. */
    const PLACES = [
      'stale attempt',
      'foreign',
      'unknown',
      'expired',
      'expired, taken',
      'returned',
      'failed',
      'uploaded',
    ];
    const WRITES: Record<
      string,
      (l: Leases, account: number, lease: number, attempt: number) => Promise<unknown>
    > = {
      extend: async (l, ...of) => await l.extend(...of),
      'give back': async (l, ...of) => await l.giveBack(...of, null),
      fail: async (l, ...of) => await l.giveBack(...of, 'broken'),
      upload: async (l, ...of) => await l.upload(...of, OTHER_BODY),
    };
    // What is sent twice has the answer that it had.
    const REPLAYS = new Set(['give back: returned', 'fail: failed']);

    it.each(PLACES)('to a lease that is %s changes nothing', async (place) => {
      const { db } = await fresh();
      await stocked(db, 4);
      const leases = new Leases(db, 600);
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const [own] = await leases.checkout(ann, HOME, 1);
      let [account, lease, attempt] = [ann, own.lease, own.attempt];
      if (place === 'stale attempt') attempt += 1;
      if (place === 'foreign') account = bob;
      if (place === 'unknown') lease = 10 ** 14;
      if (place.startsWith('expired')) await runOut(db, lease);
      if (place === 'expired, taken') await leases.checkout(bob, HOME, 1);
      if (place === 'returned') await leases.giveBack(ann, lease, attempt, null);
      if (place === 'failed') await leases.giveBack(ann, lease, attempt, 'no reason');
      if (place === 'uploaded') await leases.upload(ann, lease, attempt, BODY);
      const before = await everything(db);
      for (const [name, write] of Object.entries(WRITES)) {
        const writing = write(leases, account, lease, attempt);
        const code = place === 'foreign' || place === 'unknown' ? 'ENONE' : 'ELEASE';
        if (REPLAYS.has(`${name}: ${place}`)) await writing;
        else await expect(writing, name).rejects.toMatchObject({ code });
        expect(await everything(db), name).toEqual(before);
      }
    });
  });

  describe('a tile', () => {
    it(`that fails ${MAX_FAILURES} times is set aside, with the reasons`, async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const reasons = ['out of memory', 'two\nlines\u0000and \u202Emore', '🍌'.repeat(400)];
      for (const reason of reasons) {
        const person = await newcomer(db);
        const [{ lease, attempt }] = await leases.checkout(person, HOME, 1);
        await leases.giveBack(person, lease, attempt, reason);
        // Again, and nothing is counted twice.
        await leases.giveBack(person, lease, attempt, reason);
      }
      const found = await tileOf(db, tile);
      expect(found).toMatchObject({ state: 'aside', failures: 3, attempts: 3 });
      const lines = found.reasons.trimEnd().split('\n');
      expect(lines).toHaveLength(3);
      expect(lines[0]).toMatch(/^lease \d+: out of memory$/);
      expect(lines[1]).toMatch(/: two lines and more$/);
      expect(lines[2]).toMatch(/: 🍌+$/u);
      expect(await leases.checkout(await newcomer(db), HOME, 1)).toEqual([]);
      const stock = new Stock(db, 'hub-b');
      expect(await stock.asides()).toMatchObject([{ address: tile, failures: 3, reasons: found.reasons }]);
      expect(await stock.resume(tile)).toBe(true);
      expect(await stock.resume(tile)).toBe(false);
      expect(await stock.asides()).toEqual([]);
      expect(await tileOf(db, tile)).toMatchObject({ state: 'ready', failures: 0, reasons: '' });
      expect(await leases.checkout(await newcomer(db), HOME, 1)).toMatchObject([
        { address: tile, attempt: 4 },
      ]);
    });

    it('that an account has failed to compute is left to others, until it is given out anew', async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const [ann, ben] = [await newcomer(db), await newcomer(db)];
      const [{ lease, attempt }] = await leases.checkout(ann, HOME, 1);
      await leases.giveBack(ann, lease, attempt, 'out of memory');
      expect(await leases.checkout(ann, OFFICE, 1)).toEqual([]);
      const [second] = await leases.checkout(ben, HOME, 1);
      expect(second).toMatchObject({ address: tile, attempt: 2 });
      // Without a reason nothing is wrong with it.
      await leases.giveBack(ben, second.lease, 2, null);
      expect(await leases.checkout(ben, HOME, 1)).toHaveLength(1);
    });

    it('of which results wait is not set aside: the hub itself judges it in the end', async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const ann = await newcomer(db);
      const [{ lease, attempt }] = await leases.checkout(ann, HOME, 1);
      await leases.upload(ann, lease, attempt, BODY);
      const docket = new Docket(db, 'hub-a');
      await docket.ask(tile);
      for (let i = 0; i < 4; i++) {
        const person = await newcomer(db);
        const [other] = await leases.checkout(person, OFFICE, 1);
        await leases.giveBack(person, other.lease, other.attempt, 'I do not like it');
      }
      expect(await tileOf(db, tile)).toMatchObject({ state: 'doubted', failures: 4 });
      await db
        .updateTable('tile')
        .set({ since: sql`now() - interval '1 hour'` })
        .execute();
      expect(await docket.endPatience(300)).toEqual([tile]);
      expect(await docket.cases(10, [])).toEqual([tile]);
    });

    it('in doubt is never given to the same account or network again', async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1);
      const leases = new Leases(db, 600);
      const [ann, bob, cy] = [await newcomer(db), await newcomer(db), await newcomer(db)];
      const [first] = await leases.checkout(ann, HOME, 1);
      await leases.upload(ann, first.lease, 1, BODY);
      expect(await leases.checkout(bob, OFFICE, 1)).toEqual([]);
      await new Docket(db, 'hub-a').ask(tile);
      expect(await leases.checkout(ann, OFFICE, 1)).toEqual([]);
      expect(await leases.checkout(bob, HOME, 1)).toEqual([]);
      const [second] = await leases.checkout(bob, OFFICE, 1);
      expect(second).toMatchObject({ address: tile, attempt: 2 });
      // Whoever does not send it in time leaves it in doubt.
      await runOut(db, second.lease);
      await leases.expire();
      expect(await tileOf(db, tile)).toMatchObject({ state: 'doubted' });
      const [third] = await leases.checkout(bob, OFFICE, 1);
      await leases.upload(bob, third.lease, third.attempt, OTHER_BODY);
      // Both were false: it is open again, but not for them.
      const docket = new Docket(db, 'hub-a');
      await docket.convict(await docket.pending(tile), 'false');
      await docket.discard(tile, 'false');
      expect(await tileOf(db, tile)).toMatchObject({ state: 'ready' });
      expect(await leases.checkout(ann, '192.0.2.9', 1)).toEqual([]);
      expect(await leases.checkout(bob, '192.0.2.9', 1)).toEqual([]);
      expect(addressesOf(await leases.checkout(cy, HOME, 1))).toEqual([tile]);
    });

    it('of one hub is given and taken in by another one on the same database', async () => {
      const { db, another } = await fresh();
      const [one, two] = [db, await another()];
      const tiles = addresses(6);
      await new Stock(one, 'hub-a').add(inOrder(tiles.slice(0, 3), 1000));
      await new Stock(two, 'hub-b').add(inOrder(tiles.slice(3), 2000));
      const ann = await newcomer(one);
      const given = await new Leases(two, 60).checkout(ann, HOME, 6);
      expect(addressesOf(given)).toEqual(tiles);
      await new Leases(one, 600).upload(ann, given[5].lease, 1, BODY);
      // Each hub judges its own.
      expect(await new Docket(one, 'hub-a').cases(10, [])).toEqual([]);
      expect(await new Docket(two, 'hub-b').cases(10, [])).toEqual([tiles[5]]);
    });
  });

  it(`${kind}: leases, uploads and returns at random, and no tile is ever two people’s`, async () => {
    const { db, another } = await fresh();
    await stocked(db, 30);
    const hubs = [db, await another()].map((own) => new Leases(own, 600));
    const people = await Promise.all(Array.from({ length: 6 }, async () => await newcomer(db)));
    await Promise.all(
      people.map(async (person, i) => {
        const leases = hubs[i % 2];
        for (let round = 0; round < 6; round++) {
          for (const [j, { lease, attempt }] of (
            await leases.checkout(person, `192.0.2.${i}`, 4)
          ).entries()) {
            if (j === 0) await leases.giveBack(person, lease, attempt, null);
            if (j === 1) await runOut(db, lease);
            if (j === 2) await leases.extend(person, lease, attempt);
          }
          const { rows } = await sql<{ address: string }>`
            select address from lease where state = 'held' group by address having count(*) > 1`.execute(db);
          expect(rows).toEqual([]);
        }
      }),
    );
    await hubs[0].expire();
    const { rows } = await sql<{ address: string }>`
      select address from tile where (state = 'leased') <>
        exists (select 1 from lease where lease.address = tile.address and lease.state = 'held')`.execute(db);
    expect(rows).toEqual([]);
  });
});
