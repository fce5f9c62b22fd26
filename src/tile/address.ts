import { FormatError, quote } from './format-error.js';

/**
 * The name of a tile: `M` for the root, then one digit a level: 0 south-west, 1 south-east, 2 north-west, 3 north-east
 * (bit 0 = east, bit 1 = north). Only {@link parseAddress} and the functions of this file make one, so whoever holds an
 * `Address` holds a validated one, safe to build a path from.
 */
export type Address = string & { readonly [brand]: true };
declare const brand: unique symbol;

/** The four children of a tile, in the order of their digits. */
export type Quadrant = 0 | 1 | 2 | 3;

/** All quadrants, in order. */
export const QUADRANTS: readonly Quadrant[] = [0, 1, 2, 3];

/** The other form of an address: column x from the west and row y from the axis upwards, 0 <= x, y < 2^level. */
export interface Position {
  readonly level: number;
  readonly x: bigint;
  readonly y: bigint;
}

/** Deepest level that an address may have: far beyond any computation, small enough for any reader. */
export const MAX_ADDRESS_LEVEL = 100_000;

/** The root tile: south-west corner -4+0i, side 8. */
export const ROOT: Address = 'M' as Address;

/** Whether a text is an address. */
export function isAddress(text: string): text is Address {
  return text.length <= MAX_ADDRESS_LEVEL + 1 && /^M[0-3]*$/.test(text) && !text.endsWith('\n');
}

/**
 * Reads an address.
 *
 * @throws FormatError when the text is none
 */
export function parseAddress(text: string): Address {
  if (!isAddress(text)) {
    throw new FormatError('a tile address such as M or M0213 (M, then digits 0 to 3)', quote(text));
  }
  return text;
}

/** Level of a tile; the root has 0. */
export function levelOf(address: Address): number {
  return address.length - 1;
}

/** The tile that contains this one, or null for the root. */
export function parentOf(address: Address): Address | null {
  return address.length === 1 ? null : (address.slice(0, -1) as Address);
}

/** One of the four children. */
export function childOf(address: Address, quadrant: Quadrant): Address {
  return `${address}${quadrant}` as Address;
}

/** The quadrant of its parent that a tile fills; the root has none and gives null. */
export function quadrantOf(address: Address): Quadrant | null {
  return address.length === 1 ? null : (Number(address[address.length - 1]) as Quadrant);
}

/** Whether `ancestor` is the tile itself or contains it. */
export function isWithin(address: Address, ancestor: Address): boolean {
  return address.startsWith(ancestor);
}

/** The prefixes of an address that are tiles, the root first, the tile itself last. */
export function* lineage(address: Address): Generator<Address> {
  for (let length = 1; length <= address.length; length++) yield address.slice(0, length) as Address;
}

/**
 * The tile of a level that contains this one, or is this one.
 *
 * @throws RangeError for a level below it
 */
export function ancestorOf(address: Address, level: number): Address {
  if (level < 0 || level > levelOf(address)) {
    throw new RangeError(`expected a level from 0 to ${levelOf(address)}, got ${level}`);
  }
  return address.slice(0, level + 1) as Address;
}

/** Level, column and row of an address. */
export function positionOf(address: Address): Position {
  const digits = address.slice(1);
  if (digits === '') return { level: 0, x: 0n, y: 0n };
  const bits = (pattern: RegExp): bigint =>
    BigInt(`0b${digits.replace(/[0-3]/g, (digit) => (pattern.test(digit) ? '1' : '0'))}`);
  return { level: digits.length, x: bits(/[13]/), y: bits(/[23]/) };
}

/**
 * The address at a position.
 *
 * @throws RangeError when the level is no such integer or the position lies outside the root
 */
export function addressAt(position: Position): Address {
  const { level, x, y } = position;
  if (!Number.isInteger(level) || level < 0 || level > MAX_ADDRESS_LEVEL) {
    throw new RangeError(`expected a level from 0 to ${MAX_ADDRESS_LEVEL}, got ${level}`);
  }
  const size = 1n << BigInt(level);
  if (x < 0n || x >= size || y < 0n || y >= size) {
    throw new RangeError(`expected a column and a row from 0 to 2^${level} - 1, got ${x}, ${y}`);
  }
  if (level === 0) return ROOT;
  const east = x.toString(2).padStart(level, '0');
  const north = y.toString(2).padStart(level, '0');
  let digits = '';
  for (let i = 0; i < level; i++) digits += Number(east[i]) + 2 * Number(north[i]);
  return `M${digits}` as Address;
}
