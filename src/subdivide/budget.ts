/**
 * Iterations that a sample of a level may use before it is given up as unresolved: twice as many every four levels, so that
 * each level tries with more what the last one left, from 2^20 at the root to 2^28.
 *
 * Beside a parabolic point both tests take about pi / sqrt(distance) iterations for each step of the period. Of the
 * samples computed at level 10, 2^24 iterations leave one in a million unresolved and take a sixth longer in the whole
 * than 2^22, which leave six. The upper bound keeps one sample at a second or two.
 */
export function iterationBudget(level: number): number {
  return Math.min(2 ** 28, 2 ** (18 + Math.floor(level / 4)) * (4 + (level % 4)));
}
