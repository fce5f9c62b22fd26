import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/serve/rate-limit.js';

/** How many of so many wishes are granted. */
function granted(limit: RateLimit, address: string, wishes: number): number {
  let count = 0;
  for (let i = 0; i < wishes; i++) if (limit.take(address)) count++;
  return count;
}

describe('the rate of wishes', () => {
  it('is a burst of 64 and 16 a second, of each address', () => {
    let now = 0;
    const limit = new RateLimit(() => now);
    expect(granted(limit, '10.0.0.1', 100)).toBe(64);
    expect(granted(limit, '10.0.0.2', 100)).toBe(64);
    now += 1000;
    expect(granted(limit, '10.0.0.1', 100)).toBe(16);
    now += 30;
    expect(granted(limit, '10.0.0.1', 100)).toBe(0);
    now += 40;
    expect(granted(limit, '10.0.0.1', 100)).toBe(1);
    now += 3_600_000;
    expect(granted(limit, '10.0.0.1', 100)).toBe(64);
  });

  it.each([
    ['10.0.0.1', '::ffff:10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['2001:db8::1', '2001:db8::2', true],
    ['2001:db8::1', '2001:0DB8:0:0:ffff::', true],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', true],
    ['2001:db8:1:2::', '2001:db8:1:3::', false],
    ['fe80::1%eth0', 'fe80::2%eth1', true],
    ['::1', '::2', true],
    ['::1', '1::', false],
    ['', 'unknown', false],
  ])('%j and %j share it: %s', (one, other, share) => {
    const limit = new RateLimit(() => 0);
    granted(limit, one, 100);
    expect(granted(limit, other, 1)).toBe(share ? 0 : 1);
  });

  it('is remembered of 10,000 addresses at the most', () => {
    const limit = new RateLimit(() => 0);
    for (let i = 0; i < 20_000; i++) limit.take(`10.0.${i >> 8}.${i & 255}`);
    expect(limit.size).toBe(10_000);
  });
});
