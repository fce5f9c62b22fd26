import { CacheError } from './cache-error.js';

/** Longest client name; it becomes a folder and stands in log lines. */
const MAX_LENGTH = 64;

/** Whether a text can be a client's name. */
export function isClientName(name: string): boolean {
  return name.length <= MAX_LENGTH && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && !name.includes('..');
}

/**
 * Checks a client name: a folder in work/ is named by it.
 *
 * @throws CacheError ECLIENTNAME
 */
export function checkClientName(name: string): string {
  if (isClientName(name)) return name;
  const shown = JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
  throw new CacheError(
    'ECLIENTNAME',
    name.slice(0, 100),
    `${shown} cannot be a client name: expected 1 to ${MAX_LENGTH} letters, digits, dots, hyphens or underscores, a letter ` +
      'or digit first, without "..", for it names a folder in work/. The host name usually fits, such as --client host42.',
  );
}

/** Makes a client name of a host name, for want of one given by the user. */
export function clientNameFrom(hostName: string): string {
  const name = hostName.replace(/[^A-Za-z0-9-]+/g, '-').replace(/^-+/, '');
  return name.slice(0, MAX_LENGTH) || 'client';
}
