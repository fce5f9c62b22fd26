import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claim, putBack } from '../../src/cache/claim.js';
import { move } from '../../src/cache/files.js';
import type { Layout } from '../../src/cache/layout.js';
import { listAddresses, MARKERS } from '../../src/cache/listing.js';
import { TileQueue } from '../../src/cache/tile-queue.js';
import { addressAt, type Address } from '../../src/tile/address.js';
import { alwaysHeld, Crash, heldFor, newCache, put, tiles } from './support/scene.js';

const NOTHING = new Set<Address>();

async function cacheWithTiles(count: number): Promise<Layout> {
  const { layout } = await newCache();
  for (let i = 0; i < count; i++) {
    await put(layout.todo(addressAt({ level: 5, x: BigInt(i % 32), y: BigInt(i >> 5) })), `${i}`, 1000 + i);
  }
  await mkdir(layout.work('a').todoFolder, { recursive: true });
  await mkdir(layout.work('b').todoFolder, { recursive: true });
  return layout;
}

function queuesOf(layout: Layout): { todo: TileQueue; wants: TileQueue } {
  return { todo: TileQueue.ofTodo(layout, () => true), wants: TileQueue.ofWants(layout, () => true) };
}

describe('claiming', () => {
  it('gives each tile to exactly one of many clients that race without any lock', async () => {
    const layout = await cacheWithTiles(200);
    const clients = ['a', 'b', 'c', 'd'];
    for (const client of clients) await mkdir(layout.work(client).todoFolder, { recursive: true });
    const queues = clients.map(() => queuesOf(layout));
    for (const { todo } of queues) await todo.refresh();
    const shares = clients.map(() => new Set<Address>());
    while (queues.some(({ todo }) => todo.length > 0)) {
      await Promise.all(
        clients.map(async (client, i) => {
          const won = await claim(layout, layout.work(client), queues[i], 7, shares[i], alwaysHeld);
          for (const address of won.toSubdivide) {
            expect(shares[i].has(address)).toBe(false);
            shares[i].add(address);
          }
        }),
      );
    }
    const all = shares.flatMap((share) => [...share]);
    expect(all.length).toBe(201);
    expect(new Set(all).size).toBe(201);
    expect(shares.filter((share) => share.size > 0).length).toBeGreaterThan(1);
    expect(await listAddresses(layout.todoFolder)).toEqual([]);
    for (const [i, client] of clients.entries()) {
      expect((await listAddresses(layout.work(client).todoFolder)).toSorted()).toEqual(
        [...shares[i]].toSorted(),
      );
    }
  });

  it('takes the oldest ones, no more than asked for', async () => {
    const layout = await cacheWithTiles(10);
    const queues = queuesOf(layout);
    await queues.todo.refresh();
    const first = await claim(layout, layout.work('a'), queues, 3, NOTHING, alwaysHeld);
    expect(first.toSubdivide).toEqual([0, 1, 2].map((x) => addressAt({ level: 5, x: BigInt(x), y: 0n })));
    const none = await claim(layout, layout.work('a'), queues, 0, NOTHING, alwaysHeld);
    expect(none).toEqual({ toMake: [], parents: [], toSubdivide: [] });
    expect(queues.todo.length).toBe(8);
  });

  it('finds a tile whose rename worked though the answer was "gone", as NFS may say', async () => {
    const layout = await cacheWithTiles(2);
    const queues = queuesOf(layout);
    await queues.todo.refresh();
    const [first, held] = tiles('M00000', 'M3');
    // The first transmission of the rename arrived; the second one finds nothing.
    await move(layout.todo(first), layout.work('a').todo(first));
    await put(layout.work('a').todo(held), ''); // held already: not claimed again
    const claimed = await claim(layout, layout.work('a'), queues, 2, new Set([held]), alwaysHeld);
    expect(claimed.toSubdivide.toSorted()).toEqual(['M', 'M00000', 'M00001'].slice(1).concat('M').toSorted());
  });

  it('stops when the lock is lost; what was moved stays in the work folder for whoever recovers it', async () => {
    const layout = await cacheWithTiles(5);
    const queues = queuesOf(layout);
    await queues.todo.refresh();
    await expect(claim(layout, layout.work('a'), queues, 5, NOTHING, heldFor(2))).rejects.toThrow(Crash);
    expect((await listAddresses(layout.work('a').todoFolder)).length).toBe(2);
    expect((await listAddresses(layout.todoFolder)).length).toBe(4);
  });

  it('is undone with the times kept, so that the tiles keep their places', async () => {
    const layout = await cacheWithTiles(4);
    const queues = queuesOf(layout);
    await queues.todo.refresh();
    const claimed = (await claim(layout, layout.work('a'), queues, 4, NOTHING, alwaysHeld)).toSubdivide;
    expect(await putBack(layout, layout.work('a'), alwaysHeld)).toBe(4);
    for (const [i, address] of claimed.entries()) {
      expect((await stat(layout.todo(address))).mtimeMs).toBe((1000 + i) * 1000);
    }
    await queues.todo.refresh();
    expect(queues.todo.take(claimed.length)).toEqual(claimed);
  });
});

describe('claiming what was asked for', () => {
  /** M is done; of its children M0 waits, M1 is held by `b`, M2 is done and M3 boring. */
  async function cacheAtLevelOne(...wants: string[]): Promise<Layout> {
    const { layout } = await newCache();
    const [m, m0, m1, m2] = tiles('M', 'M0', 'M1', 'M2');
    await move(layout.todo(m), layout.done(m));
    await put(layout.todo(m0), '', 1000);
    await put(layout.work('b').todo(m1), '');
    await put(layout.done(m2), '');
    await put(layout.boring, 'M3 0\n');
    for (const folder of layout.work('a').folders) await mkdir(folder, { recursive: true });
    for (const [i, address] of tiles(...wants).entries()) await put(layout.want(address), '', 5000 + i);
    return layout;
  }

  async function claimed(layout: Layout, count = 8): ReturnType<typeof claim> {
    const queues = queuesOf(layout);
    await queues.wants.refresh();
    await queues.todo.refresh();
    return await claim(layout, layout.work('a'), queues, count, NOTHING, alwaysHeld);
  }

  it('takes it before anything else, the oldest first', async () => {
    const layout = await cacheAtLevelOne('M0330', 'M0222', 'M0111');
    expect(await claimed(layout, 2)).toEqual({ toMake: ['M0330', 'M0222'], parents: [], toSubdivide: [] });
    expect(await claimed(layout, 2)).toEqual({ toMake: ['M0111'], parents: [], toSubdivide: ['M0'] });
    expect(await listAddresses(layout.wantFolder, MARKERS)).toEqual([]);
    expect((await listAddresses(layout.work('a').wantFolder, MARKERS)).toSorted()).toEqual([
      'M0111',
      'M0222',
      'M0330',
    ]);
    expect(await putBack(layout, layout.work('a'), alwaysHeld)).toBe(4);
    expect((await stat(layout.want(tiles('M0330')[0]))).mtimeMs).toBe(5000_000);
  });

  it('subdivides the parent when that waits, once for all its children', async () => {
    const layout = await cacheAtLevelOne('M03', 'M00');
    expect(await claimed(layout)).toEqual({ toMake: [], parents: ['M0'], toSubdivide: [] });
    // They are struck off when they are there.
    expect((await listAddresses(layout.wantFolder, MARKERS)).toSorted()).toEqual(['M00', 'M03']);
  });

  it.each([
    ['the root', 'M', false],
    ['what has come with its parent', 'M21', false],
    ['what lies in a boring tile', 'M3012', false],
    ['what others hold', 'M1', false],
    ['what comes with its parent', 'M12', true],
  ])('does not make %s', async (_what, address, stays) => {
    const layout = await cacheAtLevelOne(address);
    expect(await claimed(layout)).toEqual({ toMake: [], parents: [], toSubdivide: ['M0'] });
    expect(await listAddresses(layout.wantFolder, MARKERS)).toEqual(stays ? [address] : []);
  });

  it('does not make what is being made, or was', async () => {
    const layout = await cacheAtLevelOne('M011', 'M012');
    const [made, making] = tiles('M011', 'M012');
    await put(layout.ahead(made), '');
    await put(layout.work('b').want(making), '');
    expect(await claimed(layout)).toEqual({ toMake: [], parents: [], toSubdivide: ['M0'] });
    expect(await listAddresses(layout.wantFolder, MARKERS)).toEqual(['M012']);
  });

  it('finds what was renamed although the answer was "gone", as NFS may say', async () => {
    const layout = await cacheAtLevelOne('M0330', 'M01');
    const queues = queuesOf(layout);
    await queues.wants.refresh();
    const [wish, m0] = tiles('M0330', 'M0');
    await move(layout.want(wish), layout.work('a').want(wish));
    await move(layout.todo(m0), layout.work('a').todo(m0));
    await put(layout.want(wish), '', 5000); // what a stale listing shows
    await rm(layout.want(wish));
    const found = await claim(layout, layout.work('a'), queues, 8, NOTHING, alwaysHeld, true);
    expect(found).toEqual({ toMake: ['M0330'], parents: [], toSubdivide: ['M0'] });
  });

  it('goes on whatever stands beside the marks', async () => {
    const long = `M0${'3'.repeat(119)}`;
    const layout = await cacheAtLevelOne(`${long}01`, 'M0330');
    await put(join(layout.aheadFolder, long), ''); // where a folder would be
    await put(join(layout.doneFolder, long), '');
    await mkdir(join(layout.aheadFolder, 'M0330', 'x'), { recursive: true });
    expect((await claimed(layout)).toSubdivide).toEqual(['M0']);
  });

  it('is not kept from its work by wishes that cannot be begun', async () => {
    const layout = await cacheAtLevelOne(...Array.from({ length: 90 }, (_, i) => `M1${i % 4}`), 'M0222');
    await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const address = addressAt({ level: 6, x: BigInt(32 + (i % 32)), y: BigInt(i >> 5) });
        await put(layout.work('b').want(address), '');
        await put(layout.want(address), '', 100 + i);
      }),
    );
    expect((await claimed(layout, 4)).toSubdivide).toEqual(['M0']);
  });
});
