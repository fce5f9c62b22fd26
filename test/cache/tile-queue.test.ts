import { utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { TileQueue } from '../../src/cache/tile-queue.js';
import { levelOf, type Address } from '../../src/tile/address.js';
import { newCache, put, tiles } from './support/scene.js';

function drain(queue: TileQueue): Address[] {
  const order: Address[] = [];
  for (let [next] = queue.take(1); next !== undefined; [next] = queue.take(1)) order.push(next);
  return order;
}

describe('the order of todo/', () => {
  it('is by modification time, ties by name, whatever the clocks say', async () => {
    const { layout } = await newCache();
    await rm(layout.todo(tiles('M')[0]));
    const times: Record<string, number> = {
      M3: 0, // 1970
      M20: 1000,
      M1: 2000,
      M0: 2000.5,
      M01: 2000.5,
      M2: 2000.5,
      M00: 5_000_000_000, // in a hundred years
    };
    for (const [address, time] of Object.entries(times)) await put(layout.todo(tiles(address)[0]), '', time);
    const queue = TileQueue.ofTodo(layout, () => true);
    expect(queue.length).toBe(0);
    expect(await queue.refresh()).toEqual([]);
    expect(queue.length).toBe(7);
    expect(drain(queue)).toEqual(['M3', 'M20', 'M1', 'M0', 'M01', 'M2', 'M00']);
    expect(queue.length).toBe(0);
    expect(queue.take(1)).toEqual([]);
    expect(queue.listed).toBe(7);
  });

  it('knows what was there at the last listing, and only what may be claimed', async () => {
    const { layout } = await newCache();
    for (const address of tiles('M0', 'M01', 'M012')) await put(layout.todo(address), '');
    await put(`${layout.todoFolder}/junk`, '');
    const queue = TileQueue.ofTodo(layout, (address) => levelOf(address) < 2);
    expect((await queue.refresh()).map(({ path }) => path)).toEqual(['junk']);
    expect(queue.length).toBe(2);
    expect(queue.listed).toBe(4);
    await put(layout.todo(tiles('M1')[0]), '');
    expect(drain(queue).toSorted()).toEqual(['M', 'M0']);
    await queue.refresh();
    expect(drain(queue).toSorted()).toEqual(['M', 'M0', 'M1']);
  });
});

describe('a todo/ of many files', () => {
  it('is listed in slices, the oldest of what has been seen first, each once, those that are gone left out', async () => {
    const { layout } = await newCache();
    await rm(layout.todo(tiles('M')[0]));
    const digits = (i: number): string => i.toString(4).padStart(7, '0');
    const all = Array.from({ length: 10_000 }, (_, i) => tiles(`M${digits(i)}`)[0]);
    for (const [i, address] of all.entries()) {
      writeFileSync(layout.todo(address), '');
      utimesSync(layout.todo(address), 5000 - (i % 5000), 5000 - (i % 5000));
    }
    const queue = TileQueue.ofTodo(layout, () => true);
    await queue.refresh();
    expect(queue.isListing).toBe(true);
    expect(queue.length).toBeGreaterThan(8000);
    expect(queue.length).toBeLessThan(10_000);
    const first = queue.take(2).map((address) => all.indexOf(address));
    await queue.refresh();
    expect(queue.isListing).toBe(false);
    expect(queue.listed).toBe(10_000);
    await rm(layout.todo(all[4999]));
    await queue.prune();
    const rest = drain(queue).map((address) => all.indexOf(address));
    const ages = rest.map((i) => i % 5000);
    expect(ages).toEqual(ages.toSorted((a, b) => b - a));
    expect(new Set([...first, ...rest, 4999]).size).toBe(10_000);
  });
});
