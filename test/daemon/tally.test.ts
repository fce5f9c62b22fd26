import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/cache/merge.js';
import { Tally } from '../../src/daemon/tally.js';
import { tiles } from '../cache/support/scene.js';

function results(kind: Result['kind'], ...names: string[]): Result[] {
  return tiles(...names).map((address) => ({ kind, address, boring: [] }));
}

describe('the tally', () => {
  it('counts tiles that were subdivided and tiles that were made apart, and lines', () => {
    const tally = new Tally(0);
    tally.countMerge(results('subdivided', 'M', 'M0'), 3, 1000);
    tally.countMerge([...results('made', 'M0123'), ...results('subdivided', 'M1')], 1, 2000);
    tally.countMerge([], 0, 2000);
    expect(tally).toMatchObject({ subdivided: 3, made: 1, tiles: 4, boring: 4 });
  });

  it('knows the level of what came about last: children, or the tile itself that was asked for', () => {
    const tally = new Tally(0);
    expect(tally.level).toBe(0);
    tally.countMerge(results('subdivided', 'M0'), 0, 1);
    expect(tally.level).toBe(2);
    tally.countMerge(results('made', 'M0123'), 0, 1);
    expect(tally.level).toBe(4);
  });

  it('tells rates over one minute and over five', () => {
    const tally = new Tally(0);
    tally.countMerge(results('subdivided', 'M', 'M0', 'M1'), 0, 100_000);
    expect(tally.rates(150_000)).toEqual({ minute: 3 / 60, fiveMinutes: 3 / 150 });
    expect(tally.rates(350_000)).toEqual({ minute: 0, fiveMinutes: 3 / 300 });
    expect(tally.rates(400_001)).toEqual({ minute: 0, fiveMinutes: 0 });
  });
});
