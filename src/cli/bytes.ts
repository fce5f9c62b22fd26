import { UsageError } from './usage-error.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * Reads an amount of memory such as 500M, 2GiB or 1000000.
 *
 * @param name the option's, for the message
 * @returns bytes
 */
export function parseBytes(text: string, name: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text);
  if (!match) throw new UsageError(`expected ${name} as a size such as 500M or 2G, got "${text}"`);
  return Math.floor(Number(match[1]) * UNITS[match[2].toUpperCase()]);
}
