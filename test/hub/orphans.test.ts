import { describe, expect, it } from 'vitest';
import { Docket } from '../../src/hub/docket.js';
import { Leases } from '../../src/hub/leases.js';
import { adoptOrphans } from '../../src/hub/orphans.js';
import { Stock } from '../../src/hub/stock.js';
import { Suspicions } from '../../src/hub/suspicions.js';
import { onEachDatabase } from './support/database.js';
import { HOME, inOrder, newcomer, runOut, stocked, tileOf } from './support/people.js';

const BODY = Buffer.from('four children');

onEachDatabase((fresh) => {
  describe('a hub that was killed', () => {
    it('and starts again gives out what it had leased before, when the lease is over', async () => {
      const { db } = await fresh();
      const tiles = await stocked(db, 3);
      const leases = new Leases(db, 600);
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const [over, held, sent] = await leases.checkout(ann, HOME, 3);
      // Nobody holds them, until they are claimed again: what ends meanwhile ends all the same.
      const stock = new Stock(db, 'hub-a');
      await stock.empty();
      await runOut(db, over.lease);
      await leases.expire();
      await leases.upload(ann, sent.lease, sent.attempt, BODY);
      expect(await leases.checkout(bob, HOME, 3)).toEqual([]);
      await stock.add(inOrder(tiles, 1000));
      expect(await leases.checkout(bob, HOME, 3)).toMatchObject([{ address: over.address }]);
      await runOut(db, held.lease);
      expect(await leases.checkout(bob, HOME, 3)).toMatchObject([{ address: held.address }]);
      expect(await new Docket(db, 'hub-a').cases(3, [])).toEqual([sent.address]);
    });

    it('and comes under another name leaves nothing that is given out and stands nowhere, nor results that nobody judges', async () => {
      const { db } = await fresh();
      const tiles = await stocked(db, 4, 'hub-a');
      const leases = new Leases(db, 600);
      const [ann, bob] = [await newcomer(db), await newcomer(db)];
      const [sent, doubted, leased] = await leases.checkout(ann, HOME, 3);
      await leases.upload(ann, sent.lease, sent.attempt, BODY);
      await leases.upload(ann, doubted.lease, doubted.attempt, BODY);
      const docket = new Docket(db, 'hub-b');
      await new Docket(db, 'hub-a').ask(doubted.address);
      expect(await adoptOrphans(db, 'hub-b', async () => await Promise.resolve(['hub-b']))).toBe(4);
      // Nobody has the file of any of these.
      expect(await leases.checkout(bob, '192.0.2.77', 4)).toEqual([]);
      expect(await docket.cases(4, [])).toEqual([sent.address]);
      expect(await docket.endPatience(-1)).toEqual([doubted.address]);
      expect(await leases.upload(ann, leased.lease, leased.attempt, BODY)).toMatchObject({
        state: 'pending',
      });
      expect((await docket.cases(4, [])).toSorted()).toEqual(tiles.slice(0, 3));
      // Of what was only held ready nothing is left, until somebody claims it.
      expect(await db.selectFrom('tile').select('address').where('address', '=', tiles[3]).execute()).toEqual(
        [],
      );
      await new Stock(db, 'hub-b').add(inOrder(tiles, 2000));
      expect(await leases.checkout(bob, '192.0.2.77', 4)).toMatchObject([{ address: tiles[3] }]);
    });

    it('keeps its tiles while its folder is there', async () => {
      const { db } = await fresh();
      const [tile] = await stocked(db, 1, 'hub-a');
      expect(await adoptOrphans(db, 'hub-b', async () => await Promise.resolve(['hub-b', 'hub-a']))).toBe(0);
      expect(await tileOf(db, tile)).toMatchObject({ hub: 'hub-a', held: true });
    });
  });

  it('a tile that is dropped is nobody’s: what is sent of it would never be judged', async () => {
    const { db } = await fresh();
    const [tile] = await stocked(db, 1);
    const leases = new Leases(db, 600);
    const ann = await newcomer(db);
    const [{ lease, attempt }] = await leases.checkout(ann, HOME, 1);
    await new Suspicions(db).drop([tile]);
    await expect(leases.upload(ann, lease, attempt, BODY)).rejects.toMatchObject({ code: 'ELEASE' });
    expect(await db.selectFrom('result').select('id').execute()).toEqual([]);
  });

  it('a hub that starts while another one takes its tiles over has them in the end', async () => {
    const { db, another } = await fresh();
    const other = await another();
    const tiles = await stocked(db, 50, 'hub-a');
    await new Leases(db, 600).checkout(await newcomer(db), HOME, 50);
    for (let round = 0; round < 10; round++) {
      const present = new Set<string>();
      const start = async (): Promise<void> => {
        const stock = new Stock(other, 'hub-a');
        await stock.empty();
        present.add('hub-a');
        await stock.add(inOrder(tiles, 1000));
      };
      await Promise.all([
        start(),
        adoptOrphans(db, 'hub-b', async () => await Promise.resolve([...present])),
      ]);
      for (const tile of tiles) expect(await tileOf(db, tile)).toMatchObject({ hub: 'hub-a', held: true });
    }
  });
});
