import { checkBatch, type Kernel, type PointBatch, type VerdictBatch } from './batch.js';
import { race, type Verdict } from './race.js';

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
