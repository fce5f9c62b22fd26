import type { Kernel, PointBatch, VerdictBatch } from './batch.js';
import { race, type Verdict } from './race.js';

/** Checks the arguments that {@link Kernel.decide} promises to check. */
function checkBatch(points: PointBatch, count: number, budget: number, verdicts: VerdictBatch): void {
  const room = Math.min(
    points.re.length,
    points.im.length,
    verdicts.period.length,
    verdicts.log2Distance.length,
  );
  if (!Number.isInteger(count) || count < 0 || count > room) {
    throw new RangeError(`expected a count of points from 0 to ${room}, got ${count}`);
  }
  if (!Number.isInteger(budget) || budget < 1) {
    throw new RangeError(`expected a budget of at least 1 iteration, got ${budget}`);
  }
}

/** The reference kernel: one point after the other, in plain doubles. Faster kernels must return its bits. */
export const scalarKernel: Kernel = {
  name: 'scalar',
  decide(points: PointBatch, count: number, budget: number, verdicts: VerdictBatch): void {
    checkBatch(points, count, budget, verdicts);
    const verdict: Verdict = { period: 0, log2Distance: 0 };
    for (let i = 0; i < count; i++) {
      race(points.re[i], points.im[i], budget, verdict);
      verdicts.period[i] = verdict.period;
      verdicts.log2Distance[i] = verdict.log2Distance;
    }
  },
};
