import { isIPv6 } from 'node:net';

/** Wishes that an address may have at once: a large screen of tiles of two levels. */
const BURST = 64;
/** And in every further second. */
const PER_SECOND = 16;
/** Addresses that are remembered; whoever is forgotten begins with a full bucket. */
const MAX_ADDRESSES = 10_000;

interface Bucket {
  tokens: number;
  /** When it was so full, milliseconds. */
  at: number;
}

/** A token bucket for each remote address, so that one visitor does not use up what is for all. */
export class RateLimit {
  readonly #clock: () => number;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  /**
   * @param clock milliseconds, never going back
   * @param burst what an address may have at once
   * @param perSecond and in every further second
   */
  constructor(clock: () => number, burst: number = BURST, perSecond: number = PER_SECOND) {
    this.#clock = clock;
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** Takes a token from the bucket of an address; false when it is empty. */
  take(address: string): boolean {
    const now = this.#clock();
    const key = networkOf(address);
    const { tokens, at } = this.#buckets.get(key) ?? { tokens: this.#burst, at: now };
    const full = Math.min(this.#burst, tokens + ((now - at) / 1000) * this.#perSecond);
    // To the end of the map: what stands first was not used for longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: full >= 1 ? full - 1 : full, at: now });
    if (this.#buckets.size > MAX_ADDRESSES) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    return full >= 1;
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }
}

/** One home's: an IPv4 address, or the first 64 bits of an IPv6 address, of which a home has 2^64. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain] = address.split('%', 1);
  if (!isIPv6(plain)) return address.slice(0, 64);
  const [head, tail] = plain.split('::', 2).map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const groups = [...head, ...zeros, ...(tail ?? [])].slice(0, 4);
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':');
}
