import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RateMeter } from '../../src/daemon/rate.js';

describe('the rate', () => {
  it('is counted over the window, or since the start while that is shorter', () => {
    const meter = new RateMeter(60, 1000);
    expect(meter.rate(1000)).toBe(0);
    meter.add(10, 3000);
    expect(meter.rate(6000)).toBe(2);
    meter.add(20, 31_000);
    expect(meter.rate(31_000)).toBe(1);
    expect(meter.rate(62_999)).toBe(30 / 60);
    expect(meter.rate(63_001)).toBe(20 / 60);
    expect(meter.rate(91_001)).toBe(0);
    expect(meter.rate(1e9)).toBe(0);
    meter.add(60, 1e9);
    expect(meter.rate(1e9)).toBe(1);
  });

  it('is what counting all events says', () => {
    const events = fc.array(fc.tuple(fc.nat(30_000), fc.nat(4)), { maxLength: 60 });
    fc.assert(
      fc.property(events, (steps) => {
        const meter = new RateMeter(60, 0);
        const times: number[] = [];
        let now = 1;
        for (const [wait, count] of steps) {
          now += wait;
          meter.add(count, now);
          for (let i = 0; i < count; i++) times.push(now);
          const expected =
            times.filter((time) => time > now - 60_000).length / (Math.min(60_000, now) / 1000);
          expect(meter.rate(now)).toBeCloseTo(expected, 9);
        }
      }),
    );
  });
});
