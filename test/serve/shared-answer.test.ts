import { describe, expect, it } from 'vitest';
import { SharedAnswer } from '../../src/serve/shared-answer.js';

describe('a shared answer', () => {
  let now = 0;
  let found = 0;
  let cost = 0;
  let isInVain = false;
  const answer = (): SharedAnswer<number> => {
    [now, found, cost] = [0, 0, 0];
    isInVain = false;
    return new SharedAnswer(
      async () => {
        found++;
        const mine = found;
        await Promise.resolve();
        now += cost;
        if (isInVain) throw new Error('in vain');
        return mine;
      },
      () => now,
    );
  };

  it('is found once for all who come meanwhile, and serves a second', async () => {
    const shared = answer();
    expect(await Promise.all([shared.get(), shared.get(), shared.get()])).toEqual([1, 1, 1]);
    now = 999;
    expect(await shared.get()).toBe(1);
    now = 1000;
    expect(await shared.get()).toBe(2);
  });

  it('serves ten times what it has cost', async () => {
    const shared = answer();
    cost = 500;
    expect(await shared.get()).toBe(1);
    now = 5499;
    expect(await shared.get()).toBe(1);
    now = 5500;
    expect(await shared.get()).toBe(2);
  });

  it('is the failure for all who ask, and looked for again after as long', async () => {
    const shared = answer();
    isInVain = true;
    const all = await Promise.allSettled([shared.get(), shared.get()]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(shared.get()).rejects.toThrow('in vain');
    expect(found).toBe(1);
    isInVain = false;
    now = 1000;
    expect(await shared.get()).toBe(2);
  });
});
