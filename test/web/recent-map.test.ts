import { describe, expect, it } from 'vitest';
import { RecentMap } from '../../src/web/recent-map.js';

describe('a map of what is recent', () => {
  it('forgets what was put in first, and tells', () => {
    const forgotten: number[] = [];
    const map = new RecentMap<string, number>(2, (value) => forgotten.push(value));
    map.set('a', 1);
    map.set('b', 2);
    expect(forgotten).toEqual([]);
    map.set('c', 3);
    expect(forgotten).toEqual([1]);
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([undefined, 2, 3]);
  });

  it('keeps longer what is put in once more, and not what is merely looked at', () => {
    const map = new RecentMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.get('b');
    map.set('c', 4);
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([3, undefined, 4]);
  });

  it('has room again for what was taken out', () => {
    const forgotten: number[] = [];
    const map = new RecentMap<string, number>(1, (value) => forgotten.push(value));
    map.set('a', 1);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
    map.set('b', 2);
    expect(forgotten).toEqual([]);
  });
});
