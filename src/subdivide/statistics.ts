/** How the samples of a computation came about; counts of samples. */
export interface Statistics {
  /** Taken over from the parent. */
  copied: number;
  /** Proven by their boring neighbours, distance interpolated. */
  interpolated: number;
  /** Decided by a kernel. */
  computed: number;
  /** Of the computed ones, those that the budget did not resolve. */
  unresolved: number;
  /** Never calculated: on the real axis, and 0+1i. */
  dummies: number;
  /** Known boundary points that are unresolved by nature. */
  parabolic: number;
}

/** Statistics of nothing yet. */
export function noStatistics(): Statistics {
  return { copied: 0, interpolated: 0, computed: 0, unresolved: 0, dummies: 0, parabolic: 0 };
}

/** Adds `more` to `total`. */
export function addStatistics(total: Statistics, more: Statistics): void {
  for (const key of Object.keys(more) as (keyof Statistics)[]) total[key] += more[key];
}
