import { FormatError } from '../tile/format-error.js';
import { decodeRaw, MAX_RAW_BYTES } from '../tile/raw.js';
import type { Samples } from '../tile/samples.js';
import { systemCode } from './cache-error.js';
import { isGone, readBounded } from './files.js';

/**
 * Reads a raw file, trusting nothing of it.
 *
 * @returns its samples, null when it is gone, or why it is no tile
 * @throws a system error that is not the file's fault
 */
export async function readRaw(path: string): Promise<Samples | string | null> {
  try {
    const bytes = await readBounded(path, MAX_RAW_BYTES);
    return bytes === null ? null : decodeRaw(bytes);
  } catch (error) {
    if (isGone(error) || systemCode(error) === 'ESTALE') return null; // moved away while it was read
    if (error instanceof FormatError) return error.message;
    const code = systemCode(error);
    if (code === 'ELOOP' || code === 'EMLINK') return 'a symbolic link';
    if (error instanceof Error && (code === 'EISDIR' || code === 'EFBIG')) return error.message;
    throw error;
  }
}
