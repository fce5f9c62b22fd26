import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { checkClientName, clientNameFrom } from '../../src/cache/client-name.js';

describe('client names', () => {
  it.each(['a', '7', 'host42', 'Host-42.example_org', 'a-', 'a.', 'x'.repeat(64)])('%j is one', (name) => {
    expect(checkClientName(name)).toBe(name);
  });

  it.each([
    '',
    ' ',
    '.',
    '..',
    '.hidden',
    '-a',
    '_a',
    'a/b',
    '/a',
    'a\\b',
    'a..b',
    '../a',
    'a b',
    'a\n',
    'a\0',
    'ä',
    'a:b',
    'a*',
    'x'.repeat(65),
    'x'.repeat(100_000),
  ])('%j is none', (name) => {
    expect(() => checkClientName(name)).toThrow(expect.objectContaining({ code: 'ECLIENTNAME' }) as Error);
    expect(() => checkClientName(name)).toThrow(/^.{1,400}$/s);
  });

  it('can be made of any host name', () => {
    expect(clientNameFrom('host42.example.org')).toBe('host42-example-org');
    expect(clientNameFrom('--')).toBe('client');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (host) => {
        const name = clientNameFrom(host);
        expect(checkClientName(name)).toBe(name);
      }),
    );
  });
});
