import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../volunteer/clock.js';

/** A timer takes no more. */
const MAX_MS = 2 ** 31 - 1;

/** The clocks of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  async sleep(milliseconds, signal) {
    if (milliseconds <= 0) return;
    try {
      await delay(Math.min(MAX_MS, milliseconds), undefined, signal && { signal });
    } catch {
      // Woken early.
    }
  },
};
