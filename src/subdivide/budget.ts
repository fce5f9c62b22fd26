/**
 * Iterations that a sample of a level may use before it is given up as unresolved.
 *
 * Beside a parabolic point both tests take about pi / sqrt(distance) iterations for each step of the period, so the
 * budget grows with the square root of the resolution. In the seahorse valley at level 7, 2^16 left 7 of 66,049
 * samples unresolved and 2^20 none. What is exactly parabolic never ends: the upper bound keeps it below a second.
 */
export function iterationBudget(level: number): number {
  return 2 ** Math.min(28, 19 + Math.floor(level / 2));
}
