import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bookmarks } from '../../src/web/bookmarks.js';

/** A localStorage that holds so many characters. */
class Storage {
  readonly #values = new Map<string, string>();
  readonly #most: number;

  constructor(most = 5_000_000) {
    this.#most = most;
  }

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (value.length > this.#most) throw new DOMException('exceeded the quota', 'QuotaExceededError');
    this.#values.set(key, value);
  }
}

const place = (name: string): { name: string; x: string; y: string; r: string } => ({
  name,
  x: '-0.5',
  y: '0',
  r: '1',
});

beforeEach(() => {
  vi.stubGlobal('localStorage', new Storage());
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('bookmarks', () => {
  it('are there again the next time', () => {
    const bookmarks = new Bookmarks();
    bookmarks.add(place('a'));
    bookmarks.add(place('b'));
    bookmarks.remove(0);
    expect(new Bookmarks().all).toEqual([place('b')]);
  });

  it('go through a file, and come once', () => {
    const bookmarks = new Bookmarks();
    for (const name of ['a', '<script>alert(1)</script>', '“ä\u0000\n']) bookmarks.add(place(name));
    const file = bookmarks.export();
    expect(bookmarks.import(file)).toBe(0);
    expect(bookmarks.all).toHaveLength(3);
    vi.stubGlobal('localStorage', new Storage());
    const others = new Bookmarks();
    others.add(place('c'));
    expect(others.import(file)).toBe(3);
    expect(others.import(file)).toBe(0);
    expect(others.all.map(({ name }) => name)).toEqual(['c', 'a', '<script>alert(1)</script>', '“ä\u0000\n']);
    expect(new Bookmarks().all).toEqual(others.all);
  });

  it.each([
    ['nothing', ''],
    ['a page', '<!doctype html>'],
    ['an object', '{"name":"a","x":"0","y":"0","r":"1"}'],
    ['a number', '7'],
    ['null', 'null'],
    ['half a file', '[{"name":"a"'],
    ['a million brackets', '['.repeat(1e6)],
  ])('say of %s that it is none of ours', (_, text) => {
    const bookmarks = new Bookmarks();
    expect(bookmarks.import(text)).toBeNull();
    expect(bookmarks.all).toEqual([]);
  });

  it('take of a hostile file what is a place, and of that only what belongs to one', () => {
    const bookmarks = new Bookmarks();
    const text = `[null, 1, "x", [], {}, {"name":"a"}, {"name":"a","x":0,"y":0,"r":1}, {"name":"","x":"0","y":"0","r":"1"},
      {"name":"a","x":"${'1'.repeat(20_000)}","y":"0","r":"1"}, {"name":{"toString":1},"x":"0","y":"0","r":"1"},
      {"__proto__":{"polluted":1},"constructor":1,"name":"good","x":"foo","y":"0","r":"0","onclick":"alert(1)"}]`;
    expect(bookmarks.import(text)).toBe(1);
    expect(bookmarks.all).toEqual([{ name: 'good', x: 'foo', y: '0', r: '0' }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('are no more than a thousand, and say truly how many were added', () => {
    const bookmarks = new Bookmarks();
    bookmarks.add(place('mine'));
    const many = JSON.stringify(Array.from({ length: 5000 }, (_, i) => place(`n${i}`)));
    expect(bookmarks.import(many)).toBe(999);
    expect(bookmarks.all).toHaveLength(1000);
    expect(bookmarks.all[0].name).toBe('mine');
  });

  it('come twice in one file, and are added once', () => {
    const bookmarks = new Bookmarks();
    expect(bookmarks.import(JSON.stringify([place('a'), place('a')]))).toBe(1);
  });

  it('last as long as the page when the browser keeps nothing', () => {
    vi.stubGlobal('localStorage', new Storage(10));
    const full = new Bookmarks();
    full.add(place('a'));
    expect(full.import(JSON.stringify([place('b')]))).toBe(1);
    expect(full.all.map(({ name }) => name)).toEqual(['a', 'b']);
    vi.stubGlobal('localStorage', undefined);
    const none = new Bookmarks();
    none.add(place('a'));
    expect(none.all).toHaveLength(1);
  });

  it('survive whatever another page has left in the storage', () => {
    for (const text of ['', '{', '[1]', 'null', '{"a":1}', '[{"name":"a","x":"0","y":"0","r":"1"}]']) {
      const storage = new Storage();
      storage.setItem('mandeld.bookmarks', text);
      vi.stubGlobal('localStorage', storage);
      expect(new Bookmarks().all.length).toBeLessThanOrEqual(1);
    }
  });
});
