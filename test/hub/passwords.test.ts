import { expect, it } from 'vitest';
import { hashPassword, isPassword } from '../../src/hub/passwords.js';

it('is known again by what is kept of it, which is different each time', async () => {
  const [one, two] = [await hashPassword('correct horse'), await hashPassword('correct horse')];
  expect(one).toMatch(/^scrypt\$15\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  expect(one).not.toBe(two);
  expect(await isPassword('correct horse', one)).toBe(true);
  expect(await isPassword('correct horse', two)).toBe(true);
  expect(await isPassword('correct house', one)).toBe(false);
  expect(await isPassword('', one)).toBe(false);
});

it('is the same however the keyboard writes its letters', async () => {
  const kept = await hashPassword('Zoë ﬁnds it'.normalize('NFC'));
  expect(await isPassword('Zoë finds it'.normalize('NFD'), kept)).toBe(true);
});

it('of RFC 7914’s third test vector’s cost is checked by the cost that is kept', async () => {
  // N = 2^14, r = 8, p = 1, as an older hub might have kept it; the hash is node:crypto's.
  const { scryptSync } = await import('node:crypto');
  const salt = Buffer.from('SodiumChloride');
  const hash = scryptSync('pleaseletmein', salt, 32, { N: 2 ** 14, r: 8, p: 1, maxmem: 2 ** 26 });
  expect(hash.toString('hex')).toMatch(/^7023bdcb3afd7348461c06cd81fd38eb/);
  const kept = `scrypt$14$8$1$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  expect(await isPassword('pleaseletmein', kept)).toBe(true);
  expect(await isPassword('pleaseletmeout', kept)).toBe(false);
});

it.each([null, '', 'scrypt', 'plain$correct horse', '$$$$$', 'scrypt$15$8$1$$'])(
  'is never right where %j is kept',
  async (kept) => {
    expect(await isPassword('', kept)).toBe(false);
    expect(await isPassword('correct horse', kept)).toBe(false);
  },
);
