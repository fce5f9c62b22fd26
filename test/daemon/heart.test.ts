import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Heart } from '../../src/daemon/heart.js';

it('a heart beats at intervals, one beat at a time, and not after it was stopped', async () => {
  const beats: number[] = [];
  let release = (): void => undefined;
  const heart = new Heart(10, async () => {
    beats.push(performance.now());
    if (beats.length === 2) await new Promise<void>((resolve) => (release = resolve));
  });
  heart.start();
  while (beats.length < 2) await delay(5);
  await delay(60);
  expect(beats.length).toBe(2);
  release();
  while (beats.length < 4) await delay(5);
  await heart.stop();
  const before = beats.length;
  await delay(40);
  expect(beats.length).toBe(before);
});
