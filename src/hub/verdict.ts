/** Valid results in a row after which somebody is trusted with tiles of his own. */
const TRUSTED_FROM = 10;

/** What the judge knows of one of a tile's results, none of which the cheap checks have found to be false. */
export interface Opinion {
  /** Hexadecimal. */
  readonly digest: string;
  /** Valid results of its account since the last false one. */
  readonly streak: number;
  /** Seconds since it came. */
  readonly age: number;
}

/** What is to be done: another opinion asked for, the tile computed here, or the results accepted, by what proof. */
export type Verdict = 'ask' | 'recompute' | 'alone' | 'replica';

/**
 * Decides what a tile's results are worth. Alone, a result counts when its account has had {@link TRUSTED_FROM} valid ones in a row, and then with
 * the probability 1 - 1/streak, so that nobody knows when he is watched. Two that agree count when one of the accounts is trusted: of
 * two that nobody knows, both may be the same person. In all other cases the hub computes the tile itself.
 *
 * @param opinions at least one
 * @param chance from 0 to 1
 * @param patience seconds that an opinion waits for another one; then the hub computes the tile
 */
export function decide(opinions: readonly Opinion[], chance: number, patience: number): Verdict {
  const [first] = opinions;
  if (opinions.length === 1) {
    if (first.streak >= TRUSTED_FROM && chance >= 1 / first.streak) return 'alone';
    return first.age > patience ? 'recompute' : 'ask';
  }
  const agree = opinions.every(({ digest }) => digest === first.digest);
  return agree && opinions.some(({ streak }) => streak >= TRUSTED_FROM) ? 'replica' : 'recompute';
}
