import { isAddress, type Address } from './address.js';
import { FormatError, quote } from './format-error.js';

/**
 * Long addresses as paths. No file system takes names beyond 255 bytes, so an address of more than 120 digits is folded
 * into folders of 120 digits: `M<120 digits>/<120 digits>/<rest>`. A prefix stays a prefix, and up to level 120 the
 * path is the address.
 */
export const DIGITS_PER_FOLDER = 120;

/** The path of an address, without extension, with `/` between the parts. */
export function foldAddress(address: Address): string {
  if (address.length <= DIGITS_PER_FOLDER + 1) return address;
  const parts = [address.slice(0, DIGITS_PER_FOLDER + 1)];
  for (let at = DIGITS_PER_FOLDER + 1; at < address.length; at += DIGITS_PER_FOLDER) {
    parts.push(address.slice(at, at + DIGITS_PER_FOLDER));
  }
  return parts.join('/');
}

/** Tells a marker's file from a folder of the same name; shorter addresses are their own names. */
const MARKER_SUFFIX = '.want';

/** The path of a file that says something of an address by being there: the address, folded where it is long. */
export function foldMarker(address: Address): string {
  return foldAddress(address) + (address.length <= DIGITS_PER_FOLDER ? '' : MARKER_SUFFIX);
}

/**
 * The address of a path that {@link foldMarker} makes.
 *
 * @throws FormatError when the path is none
 */
export function unfoldMarker(path: string): Address {
  const address = unfoldAddress(path.endsWith(MARKER_SUFFIX) ? path.slice(0, -MARKER_SUFFIX.length) : path);
  if (foldMarker(address) !== path)
    throw new FormatError('the path of a tile that is asked for', quote(path));
  return address;
}

/** Whether a folder's name can be the first (`depth` 0) or a further part of a folded address. */
export function isFoldName(name: string, depth: number): boolean {
  return depth === 0 ? /^M[0-3]{120}$/.test(name) : /^[0-3]{120}$/.test(name);
}

/** Whether a path ends as that of a folded address does: in a folder named by digits. */
export function isFolded(path: string): boolean {
  const folder = path.split('/').at(-2) ?? '';
  return isFoldName(folder, 0) || isFoldName(folder, 1);
}

/**
 * The address of a path that {@link foldAddress} makes.
 *
 * @throws FormatError when the path is none, or is folded in any other way
 */
export function unfoldAddress(path: string): Address {
  const address = path.replaceAll('/', '');
  if (!isAddress(address) || foldAddress(address) !== path) {
    throw new FormatError('the path of a tile address', quote(path));
  }
  return address;
}
