import { UsageError } from './usage-error.js';

/** Checks an option that is a whole number. */
export function wholeNumber(value: number, name: string, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`expected ${name} as a whole number from ${least} to ${most}, got ${value}`);
}

/** {@link wholeNumber} for an option without a default; null when it was not given. */
export function optionalWholeNumber(
  value: number | undefined,
  name: string,
  least: number,
  most: number,
): number | null {
  return value === undefined ? null : wholeNumber(value, name, least, most);
}
