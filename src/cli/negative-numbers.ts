/**
 * yargs takes -1e-3 for options, so negative numbers get a space in front, which {@link unshield} takes off again. That makes a
 * `--` before the coordinates of `point` needless.
 */
export function shieldNumbers(argv: readonly string[]): string[] {
  const shielded = argv.map((text) => (/^-[0-9.]/.test(text) ? ` ${text}` : text));
  return argv[0] === 'point' ? shielded.filter((text) => text !== '--') : shielded;
}

/** Takes off the space that stands before a negative number. */
export function unshield(text: string): string {
  return text.startsWith(' -') ? text.slice(1) : text;
}
