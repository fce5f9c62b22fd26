import { stat } from 'node:fs/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Layout } from '../../src/cache/layout.js';
import type { Database } from '../../src/hub/db/database.js';
import { Demand } from '../../src/hub/demand.js';
import { Stock } from '../../src/hub/stock.js';
import { parseAddress } from '../../src/tile/address.js';
import { newCache, put, RAW, tiles } from '../cache/support/scene.js';
import { useEmbedded } from './support/database.js';

const HOUR = 3600;
/** Some day, seconds. */
const THEN = 1_700_000_000;

let db: Database;
const fresh = useEmbedded();
beforeAll(async () => {
  ({ db } = await fresh());
});

/** A cache with waiting tiles of a time. */
async function cacheWith(
  names: readonly string[],
): Promise<{ layout: Layout; demand: Demand; tick: (ms: number) => void }> {
  await db.deleteFrom('demand').execute();
  await db.deleteFrom('tile').execute();
  const { layout } = await newCache();
  for (const address of tiles(...names)) await put(layout.todo(address), RAW, THEN);
  let now = 0;
  const demand = new Demand({
    db,
    stock: new Stock(db, 'hub'),
    layout,
    logger: pino({ level: 'silent' }),
    clock: () => now,
  });
  return { layout, demand, tick: (ms) => (now += ms) };
}

async function hoursOlder(layout: Layout, name: string): Promise<number> {
  const { mtimeMs } = await stat(layout.todo(parseAddress(name)));
  return Number(((THEN - mtimeMs / 1000) / HOUR).toFixed(3));
}

describe('a look at a missing tile', () => {
  it('makes the tile that leads to it older, by 6 hours and 6 more for each doubling', async () => {
    const { layout, demand } = await cacheWith(['M01', 'M02']);
    demand.vote(parseAddress('M01230'), '10.0.0.1');
    await demand.count();
    expect(await hoursOlder(layout, 'M01')).toBe(6);
    expect(await hoursOlder(layout, 'M02')).toBe(0);
    demand.vote(parseAddress('M012'), '10.0.0.2');
    demand.vote(parseAddress('M013'), '10.0.0.3');
    await demand.count();
    expect(await hoursOlder(layout, 'M01')).toBeCloseTo(12, 1);
  });

  it('counts once an hour for a network', async () => {
    const { layout, demand, tick } = await cacheWith(['M01']);
    for (let i = 0; i < 20; i++) {
      demand.vote(parseAddress('M012'), '10.0.0.1');
      await demand.count();
    }
    expect(await hoursOlder(layout, 'M01')).toBe(6);
    tick(3_600_001);
    demand.vote(parseAddress('M012'), '10.0.0.1');
    await demand.count();
    expect(await hoursOlder(layout, 'M01')).toBeCloseTo(6 * Math.log2(3), 1);
  });

  it('counts half after a day', async () => {
    const { layout, demand } = await cacheWith(['M01']);
    demand.vote(parseAddress('M012'), '10.0.0.1');
    await demand.count();
    await db
      .updateTable('demand')
      .set({ at: sql`at - interval '1 day'` })
      .execute();
    demand.vote(parseAddress('M012'), '10.0.0.2');
    await demand.count();
    const { votes } = await db.selectFrom('demand').select('votes').executeTakeFirstOrThrow();
    expect(votes).toBeCloseTo(1.5, 2);
    expect(await hoursOlder(layout, 'M01')).toBeCloseTo(6 * Math.log2(2.5), 1);
  });

  it('brings a tile of the hub’s forward in its queue', async () => {
    const { demand } = await cacheWith([]);
    const stock = new Stock(db, 'hub');
    await stock.add(tiles('M01', 'M02').map((address, i) => ({ address, time: THEN + i })));
    demand.vote(parseAddress('M0213'), '10.0.0.1');
    await demand.count();
    const rows = await db.selectFrom('tile').select('address').orderBy('rank').execute();
    expect(rows.map(({ address }) => address)).toEqual(['M02', 'M01']);
  });

  it('of what nothing waiting leads to changes nothing', async () => {
    const { layout, demand } = await cacheWith(['M01']);
    await put(layout.done(parseAddress('M03')), RAW);
    demand.vote(parseAddress('M031'), '10.0.0.1');
    demand.vote(parseAddress('M'), '10.0.0.1');
    await demand.count();
    expect(await hoursOlder(layout, 'M01')).toBe(0);
    expect(await db.selectFrom('demand').selectAll().execute()).toEqual([]);
  });

  it('never makes a tile younger', async () => {
    const { layout, demand } = await cacheWith(['M01']);
    demand.vote(parseAddress('M012'), '10.0.0.1');
    await demand.count();
    await put(layout.todo(parseAddress('M01')), RAW, THEN - 100 * HOUR);
    demand.vote(parseAddress('M012'), '10.0.0.2');
    await demand.count();
    expect(await hoursOlder(layout, 'M01')).toBe(100);
  });

  it('of thousands keeps a bounded number', async () => {
    const { demand } = await cacheWith(['M']);
    for (let i = 0; i < 5000; i++) {
      const digits = i.toString(4).padStart(7, '0');
      demand.vote(parseAddress(`M${digits}`), '10.0.0.1');
    }
    await demand.count();
    const { votes } = await db.selectFrom('demand').select('votes').executeTakeFirstOrThrow();
    expect(votes).toBe(500);
  });
});
