import { expect, it } from 'vitest';
import { RecentMisses } from '../../src/serve/recent-misses.js';
import { addressAt, type Address } from '../../src/tile/address.js';

const tile = (i: number, level: number): Address => addressAt({ level, x: BigInt(i), y: 0n });

it('4096 misses are remembered, the youngest ones', () => {
  const misses = new RecentMisses();
  for (let i = 0; i < 10_000; i++) misses.add(tile(i, 20));
  misses.add(tile(9000, 20));
  expect(misses.size).toBe(4096);
  expect(misses.list().slice(-2)).toEqual([tile(9999, 20), tile(9000, 20)]);
});

it('fewer when their addresses are long, and none is counted twice', () => {
  const misses = new RecentMisses();
  for (let i = 0; i < 10_000; i++) misses.add(tile(i % 2000, 3000));
  expect(misses.size).toBe(Math.floor(2 ** 20 / 3001));
  for (const address of misses.list()) misses.delete(address);
  for (let i = 0; i < 5000; i++) misses.add(tile(i, 20));
  expect(misses.size).toBe(4096);
});
