import { UsageError } from './usage-error.js';

/** Checks an option that is a whole number; null when it was not given. */
export function wholeNumber(
  value: number | undefined,
  name: string,
  least: number,
  most: number,
): number | null {
  if (value === undefined) return null;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`expected ${name} as a whole number from ${least} to ${most}, got ${value}`);
}
