import leven from 'leven';

/** The known name that an unknown one was probably meant to be, or null when none is near. */
export function suggest(unknown: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  // One slip in three letters still suggests what was meant; more suggests something else.
  let least = Math.floor(unknown.length / 3) + 1;
  for (const name of known) {
    const distance = leven(unknown, name);
    if (distance < least || (distance === least && best === null)) {
      best = name;
      least = distance;
    }
  }
  return best;
}
