/** Valid results in a row after which somebody is trusted with tiles of his own. */
export const TRUSTED_FROM = 10;

/** What the judge knows of one of a tile's results, none of which the cheap checks have found to be false. */
export interface Opinion {
  /** Hexadecimal. */
  readonly digest: string;
  /** Valid results of its account since the last false one. */
  readonly streak: number;
}

/** What is to be done: another opinion asked for, the tile computed here, or the results accepted, by what proof. */
export type Verdict = 'ask' | 'recompute' | 'alone' | 'replica';

/**
 * Decides what a tile's results are worth. They count when one of the accounts is trusted, having had {@link TRUSTED_FROM} valid ones in a row, and
 * then with the probability 1 - 1/streak, so that nobody knows when he is watched: alone, or when all agree. Of two that nobody
 * knows, both may be the same person; of two that somebody knows, one may be his friend. In all other cases the hub computes the tile itself,
 * or first asks for another opinion where there is one only.
 *
 * @param opinions at least one
 * @param chance from 0 to 1; always the same for the same opinions, or it would be tried again until it suits
 * @param isOverdue another opinion was waited for in vain
 */
export function decide(opinions: readonly Opinion[], chance: number, isOverdue: boolean): Verdict {
  const streak = Math.max(...opinions.map((one) => one.streak));
  const counts = streak >= TRUSTED_FROM && chance >= 1 / streak;
  if (opinions.length === 1) {
    if (counts) return 'alone';
    return isOverdue ? 'recompute' : 'ask';
  }
  const agree = opinions.every(({ digest }) => digest === opinions[0].digest);
  return agree && counts ? 'replica' : 'recompute';
}
