import { describe, expect, it } from 'vitest';
import { Holdings } from '../../src/daemon/holdings.js';
import { tiles } from '../cache/support/scene.js';

describe('what a daemon holds', () => {
  it('is each tile once, wherever it is', () => {
    const held = new Holdings();
    const [waiting, running, computed, other] = tiles('M0', 'M1', 'M2', 'M3');
    held.waiting.push({ kind: 'subdivide', address: waiting });
    held.running.set(running, { kind: 'make', since: 1000, done: Promise.resolve() });
    held.results.push({ kind: 'subdivided', address: computed, boring: [] });
    expect(held.size).toBe(3);
    expect([...held.addresses].toSorted()).toEqual([waiting, running, computed]);
    expect([waiting, running, computed, other].map((address) => held.has(address))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    held.forget();
    // What runs cannot be stopped, so it is still held.
    expect(held.addresses).toEqual([running]);
  });

  it('counts the failures of each tile', () => {
    const held = new Holdings();
    const [a, b] = tiles('M0', 'M1');
    expect([a, b, a, a].map((address) => held.countFailure(address))).toEqual([1, 1, 2, 3]);
  });
});
