import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * Passwords as scrypt (RFC 7914) keeps them, with the parameters beside the hash: `scrypt$15$8$1$<salt>$<hash>`. 2^15, 8 and 1 take 32 MiB and some
 * 80 ms, as OWASP's password storage cheat sheet asks for.
 */

const LOG2_COST = 15;
const BLOCK_SIZE = 8;
const PARALLEL = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** The text that is kept of a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, LOG2_COST);
  return [
    'scrypt',
    LOG2_COST,
    BLOCK_SIZE,
    PARALLEL,
    salt.toString('base64url'),
    hash.toString('base64url'),
  ].join('$');
}

/** Whether a password is the one that a text was kept of. Takes as long when there is none. */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const [, cost, salt = '', hash = ''] =
    /^scrypt\$(1[0-9])\$8\$1\$([\w-]{16,})\$([\w-]{43})$/.exec(kept ?? '') ?? [];
  const isKept = hash !== '';
  const derived = await derive(
    password,
    isKept ? Buffer.from(salt, 'base64url') : Buffer.alloc(SALT_BYTES),
    isKept ? Number(cost) : LOG2_COST,
  );
  const expected = isKept ? Buffer.from(hash, 'base64url') : Buffer.alloc(HASH_BYTES);
  return expected.length === derived.length && timingSafeEqual(expected, derived) && isKept;
}

async function derive(password: string, salt: Buffer, log2Cost: number): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    const N = 2 ** log2Cost;
    const options = { N, r: BLOCK_SIZE, p: PARALLEL, maxmem: 256 * N * BLOCK_SIZE };
    // Unicode writes the same letter in several ways.
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
