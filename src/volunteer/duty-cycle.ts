/** A thread that begins late (its timer was, or there was no work) makes up for so much, in milliseconds. */
const MAX_LATE_MS = 1000;

/**
 * Reads a share of the processor's time, such as 50%.
 *
 * @returns above 0 up to 1
 * @throws RangeError unless it is 1% to 100%
 */
export function parseShare(text: string): number {
  const digits = /^(\d{1,3})\s?%$/.exec(text.trim())?.[1];
  const percent = Number(digits ?? NaN);
  if (!(percent >= 1 && percent <= 100)) {
    throw new RangeError(`expected --cpu as a share from 1% to 100%, got ${JSON.stringify(text)}`);
  }
  return percent / 100;
}

/**
 * When a thread may begin its next job, so that it works for a share of the time: after t milliseconds of work it rests for
 * t (1/share - 1).
 */
export class DutyCycle {
  readonly #share: number;
  /** When the next job may begin; null before the first. */
  #due: number | null = null;

  /** @param share above 0 up to 1 */
  constructor(share: number) {
    this.#share = share;
  }

  /** Milliseconds to rest before the next job. */
  rest(now: number): number {
    return Math.max(0, (this.#due ?? now) - now);
  }

  /**
   * Counts a job.
   *
   * @param start when it began, and `end` when it ended, by one clock in milliseconds
   */
  work(start: number, end: number): void {
    const planned = Math.max(this.#due ?? start, start - MAX_LATE_MS);
    this.#due = planned + (end - start) / this.#share;
  }
}

/** Work after which what was measured before counts half, in milliseconds. */
const HALF_LIFE_MS = 10_000;
/** No more is added, however much the machine does besides. */
const MAX_OVERHEAD = 2;

/**
 * What work costs beside itself. At level 3, network, disk and memory take 45 % of the time of the tiles on top of it: without this,
 * 25% was 36%; with it, 24%. Beside deep tiles it is nothing to speak of.
 */
export class Overhead {
  #cpuBefore: number;
  #work = 0;

  /** @param cpu milliseconds of processor time that were used before */
  constructor(cpu: number) {
    this.#cpuBefore = cpu;
  }

  /**
   * Counts work.
   *
   * @param cpu milliseconds of processor time until now
   * @returns processor time a millisecond of work, 1 at least
   */
  add(milliseconds: number, cpu: number): number {
    this.#work += milliseconds;
    const used = cpu - this.#cpuBefore;
    const factor = Math.max(1, Math.min(MAX_OVERHEAD, used / this.#work));
    if (this.#work > HALF_LIFE_MS) {
      this.#work /= 2;
      this.#cpuBefore += used / 2;
    }
    return factor;
  }
}
