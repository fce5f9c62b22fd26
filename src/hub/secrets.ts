import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Bytes of chance in a secret: nobody guesses 2^192. */
const SECRET_BYTES = 24;

/** A new secret that a person or a program keeps; of the hub's only its {@link digestOf} is. */
export function newSecret(prefix: string): string {
  return `${prefix}${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** SHA-256 of a secret or of an upload. Secrets are as good as random, so no salt and no slow hash is needed. */
export function digestOf(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

/** HMAC-SHA-256 of a text: proves that who has made it knows a secret. */
export function signatureOf(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}

/** Compares texts; how long it takes does not tell where they differ. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}
