import { isAddress, type Address } from './address.js';

/** A tile that is not stored because all of it is of one kind. */
export interface BoringTile {
  readonly address: Address;
  /** 0 exterior, otherwise the period of the component that contains it. */
  readonly period: number;
}

/** One line of boring.txt, with its newline. */
export function formatBoringLine({ address, period }: BoringTile): string {
  return `${address} ${period}\n`;
}

/** Reads a line without its newline, or gives null when it is none (torn, commented out, damaged). */
export function parseBoringLine(line: string): BoringTile | null {
  const space = line.indexOf(' ');
  if (space < 0) return null;
  const address = line.slice(0, space);
  const digits = line.slice(space + 1);
  if (!isAddress(address) || !/^(0|[1-9][0-9]{0,9})$/.test(digits)) return null;
  const period = Number(digits);
  return period <= 2147483647 ? { address, period } : null;
}
