import { describe, expect, it } from 'vitest';
import { parseHubAddress } from '../../src/volunteer/hub-address.js';

describe('the address of a hub', () => {
  it.each([
    ['https://hub.example.org', 'https://hub.example.org'],
    ['https://hub.example.org/', 'https://hub.example.org'],
    ['HTTP://Hub.Example.org:80/mandel//', 'http://hub.example.org/mandel'],
    ['http://[::1]:8080/a/b/', 'http://[::1]:8080/a/b'],
    ['http://127.0.0.1:1/../../x', 'http://127.0.0.1:1/x'],
  ])('%s', (text, url) => {
    expect(parseHubAddress(text).url).toBe(url);
  });

  it('names a folder by letters and digits, which is this hub’s only', () => {
    const keys = ['https://a.org', 'https://a.org/x', 'http://a.org'].map(
      (text) => parseHubAddress(text).key,
    );
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(parseHubAddress('https://a.org/').key).toBe(keys[0]);
  });

  it.each([
    '',
    'hub.example.org',
    'ftp://hub.example.org/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
    'https://a.org/?x=1',
    'https://a.org/#x',
    'https://a.org/api/v1',
    `https://a.org/${'x'.repeat(3000)}`,
  ])('is not %j', (text) => {
    expect(() => parseHubAddress(text)).toThrow(RangeError);
  });

  it.each(['https://me:secret@a.org/', 'https://secret@a.org/', 'https://me:secret@:x'])(
    'with credentials is refused, and they are not repeated: %s',
    (text) => {
      let message = '';
      try {
        parseHubAddress(text);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/^expected the address of a hub/);
      expect(message).not.toContain('secret');
    },
  );
});
