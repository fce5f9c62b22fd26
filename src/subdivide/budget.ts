/**
 * Iterations that a sample of a level may use before it is given up as unresolved.
 *
 * Beside a parabolic point both tests take about pi / sqrt(distance) iterations for each step of the period, so the
 * budget grows with the square root of the resolution. At level 8, 2^20, 2^22 and 2^24 leave 83, 28 and 11
 * of 5.3 million samples unresolved and take 21, 25 and 34 ms a tile. The upper bound keeps one sample at a second or two.
 */
export function iterationBudget(level: number): number {
  return 2 ** Math.min(28, 19 + Math.floor(level / 2));
}
