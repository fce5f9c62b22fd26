/** Hostile inputs that all tests of this folder try together: 20,000 in CI, any number by this variable. */
const CASES = Number(process.env['HOSTILE_CASES'] ?? 20_000);

/** The share of each kind, by what a case costs: a raw file takes a millisecond, a whole cache twenty. */
const SHARES = {
  'raw bytes': 0.1,
  'raw mutations': 0.25,
  'raw archives': 0.05,
  addresses: 0.2,
  paths: 0.1,
  'boring lines': 0.1,
  'boring.txt': 0.04,
  'cache.json': 0.04,
  'status.json': 0.04,
  tokens: 0.01,
  references: 0.05,
  names: 0.015,
  scenes: 0.0015,
  tops: 0.0005,
} as const;

/** How many cases of a kind are to be tried. */
export function casesOf(kind: keyof typeof SHARES): number {
  return Math.ceil(CASES * SHARES[kind]);
}
