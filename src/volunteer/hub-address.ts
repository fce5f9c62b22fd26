import { createHash } from 'node:crypto';
import { API } from '../wire/messages.js';

/** Where a hub is. */
export interface HubAddress {
  /** Scheme, host and prefix, without a slash at the end: fit to be shown. */
  readonly url: string;
  /** Letters and digits that are this hub's only; a folder is named by them. */
  readonly key: string;
}

/** Longest address of a hub. */
const MAX_URL = 2000;

/**
 * Checks the address of a hub, such as https://example.org/mandel/.
 *
 * @throws RangeError when it is none; the message does not repeat credentials
 */
export function parseHubAddress(text: string): HubAddress {
  const example = 'expected the address of a hub, such as https://hub.example.org/';
  if (text.length > MAX_URL) throw new RangeError(`${example}, got ${text.length} characters`);
  if (!URL.canParse(text)) throw new RangeError(`${example}, got ${JSON.stringify(text.split('@').at(-1))}`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RangeError(`${example}, got ${url.protocol} in the place of https: or http:`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new RangeError(
      `${example}, got one with a name or a password in it; the token goes to --token-file or MANDELD_TOKEN`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new RangeError(`${example}, got one with "?" or "#" in it`);
  }
  const prefix = url.pathname.replace(/\/+$/, '');
  if (prefix.endsWith(API)) throw new RangeError(`${example}, without ${API}, got ${url.origin}${prefix}`);
  const whole = `${url.origin}${prefix}`;
  return { url: whole, key: createHash('sha256').update(whole).digest('hex').slice(0, 32) };
}
