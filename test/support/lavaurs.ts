/**
 * The pairs of angles that land together by Lavaurs' algorithm ("Une description combinatoire de l'involution définie par M sur les
 * rationnels à dénominateur impair", 1986): for one period after another, the lowest angle without a partner gets
 * the next one of its period that it can reach without a chord crossing those before. Slow, and a law of its own.
 *
 * @returns for each period from 2 to the highest, the numerators over 2^period - 1
 */
export function lavaursPairs(highest: number): { period: number; lower: number; upper: number }[] {
  const chords: { from: number; to: number }[] = [];
  const pairs: { period: number; lower: number; upper: number }[] = [];
  for (let period = 2; period <= highest; period++) {
    const all = 2 ** period - 1;
    const isShorter = (k: number): boolean => {
      for (let d = 1; d < period; d++) if (period % d === 0 && k % (all / (2 ** d - 1)) === 0) return true;
      return false;
    };
    const free: number[] = [];
    for (let k = 1; k < all; k++) if (!isShorter(k)) free.push(k);
    while (free.length > 0) {
      const lower = free.shift()!;
      const isReached = (k: number): boolean =>
        chords.every(({ from, to }) => isBetween(lower / all, from, to) === isBetween(k / all, from, to));
      const [upper] = free.splice(free.findIndex(isReached), 1);
      chords.push({ from: lower / all, to: upper / all });
      pairs.push({ period, lower, upper });
    }
  }
  return pairs;
}

function isBetween(x: number, from: number, to: number): boolean {
  return from < x && x < to;
}
