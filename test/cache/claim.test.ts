import { mkdir, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { claim, putBack } from '../../src/cache/claim.js';
import { move } from '../../src/cache/files.js';
import type { Layout } from '../../src/cache/layout.js';
import { listAddresses } from '../../src/cache/listing.js';
import { TodoQueue } from '../../src/cache/todo-queue.js';
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

describe('claiming', () => {
  it('gives each tile to exactly one of many clients that race without any lock', async () => {
    const layout = await cacheWithTiles(200);
    const clients = ['a', 'b', 'c', 'd'];
    for (const client of clients) await mkdir(layout.work(client).todoFolder, { recursive: true });
    const queues = clients.map(() => new TodoQueue(layout, () => true));
    for (const queue of queues) await queue.refresh();
    const shares = clients.map(() => new Set<Address>());
    while (queues.some((queue) => queue.length > 0)) {
      await Promise.all(
        clients.map(async (client, i) => {
          const won = await claim(layout, layout.work(client), queues[i], 7, shares[i], alwaysHeld);
          for (const address of won) {
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
    const queue = new TodoQueue(layout, () => true);
    await queue.refresh();
    expect(await claim(layout, layout.work('a'), queue, 3, NOTHING, alwaysHeld)).toEqual(
      [0, 1, 2].map((x) => addressAt({ level: 5, x: BigInt(x), y: 0n })),
    );
    expect(await claim(layout, layout.work('a'), queue, 0, NOTHING, alwaysHeld)).toEqual([]);
    expect(queue.length).toBe(8);
  });

  it('finds a tile whose rename worked though the answer was "gone", as NFS may say', async () => {
    const layout = await cacheWithTiles(2);
    const queue = new TodoQueue(layout, () => true);
    await queue.refresh();
    const [first, held] = tiles('M00000', 'M3');
    // The first transmission of the rename arrived; the second one finds nothing.
    await move(layout.todo(first), layout.work('a').todo(first));
    await put(layout.work('a').todo(held), ''); // held already: not claimed again
    const claimed = await claim(layout, layout.work('a'), queue, 2, new Set([held]), alwaysHeld);
    expect(claimed.toSorted()).toEqual(['M', 'M00000', 'M00001'].slice(1).concat('M').toSorted());
  });

  it('stops when the lock is lost; what was moved stays in the work folder for whoever recovers it', async () => {
    const layout = await cacheWithTiles(5);
    const queue = new TodoQueue(layout, () => true);
    await queue.refresh();
    await expect(claim(layout, layout.work('a'), queue, 5, NOTHING, heldFor(2))).rejects.toThrow(Crash);
    expect((await listAddresses(layout.work('a').todoFolder)).length).toBe(2);
    expect((await listAddresses(layout.todoFolder)).length).toBe(4);
  });

  it('is undone with the times kept, so that the tiles keep their places', async () => {
    const layout = await cacheWithTiles(4);
    const queue = new TodoQueue(layout, () => true);
    await queue.refresh();
    const claimed = await claim(layout, layout.work('a'), queue, 4, NOTHING, alwaysHeld);
    expect(await putBack(layout, layout.work('a'), [...claimed, ...tiles('M3333')], alwaysHeld)).toBe(4);
    for (const [i, address] of claimed.entries()) {
      expect((await stat(layout.todo(address))).mtimeMs).toBe((1000 + i) * 1000);
    }
    await queue.refresh();
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual(claimed);
  });
});
