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

  it('tells what threads have in hand, the longest first', () => {
    const held = new Holdings();
    const [a, b] = tiles('M0', 'M1');
    held.running.set(a, { kind: 'make', since: 5000, done: Promise.resolve() });
    held.running.set(b, { kind: 'subdivide', since: 1000, done: Promise.resolve() });
    expect(held.current(6230)).toEqual([
      { address: b, task: 'subdivide', seconds: 5.2 },
      { address: a, task: 'make', seconds: 1.2 },
    ]);
  });

  it('counts the failures of each tile', () => {
    const held = new Holdings();
    const [a, b] = tiles('M0', 'M1');
    expect([a, b, a, a].map((address) => held.countFailure(address))).toEqual([1, 1, 2, 3]);
  });
});
