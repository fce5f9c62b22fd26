import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { systemCode } from '../cache/cache-error.js';
import {
  list,
  listAll,
  makeFolder,
  modificationTime,
  publish,
  readBounded,
  remove,
  syncFolder,
} from '../cache/files.js';
import { MAX_RESULT_BYTES } from '../wire/result-codec.js';
import type { HubAddress } from './hub-address.js';
import type { LeaseName } from './hub-client.js';
import { VolunteerError } from './volunteer-error.js';

/**
 * Results on the disk until the hub has them:
 *
 * ```
 * STATE/HUB/UUID.result    HUB: a hash of the hub's address; UUID: random. Nothing that a hub says becomes a name.
 *   {"format":1,"lease":17,"attempt":1,"bytes":97590,"sha256":"…"}\n <the upload's bytes>
 * ```
 *
 * Several volunteers of a user may share the folder: each one writes its own files, and who starts offers all that it finds.
 */

const FORMAT = 1;
const MAX_HEADER = 512;
const NEWLINE = 10;
const SUFFIX = '.result';
/** Of more files those beyond are left for the next start. */
const MAX_FILES = 10_000;
/** A temporary file of somebody who is alive is not older, in milliseconds. */
const TEMPORARY_MS = 3_600_000;

const count = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const header = z.object({
  format: z.literal(FORMAT),
  lease: count,
  attempt: count,
  bytes: count,
  sha256: z.string(),
});

/** A result on the disk. */
export interface KeptResult extends LeaseName {
  readonly bytes: Uint8Array;
}

/** The files of one hub. */
export class KeptResults {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens the folder, making it if need be.
   *
   * @param now milliseconds since 1970, by which old temporary files are removed
   * @throws VolunteerError ESTATE
   */
  static async open(state: string, hub: HubAddress, now: number): Promise<KeptResults> {
    const folder = join(state, hub.key);
    try {
      await makeFolder(folder);
      await removeTemporary(folder, now);
      // Whether it can be written to is better known now than after the first tile.
      const trial = join(folder, `${randomUUID()}.trial`);
      await publish(trial, '');
      await remove(trial);
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      throw new VolunteerError(
        'ESTATE',
        folder,
        `finished tiles are kept in ${folder} until the hub has them, but it cannot be written to (${code}). ` +
          'Make it writable, or name another folder with --state.',
        { cause: error },
      );
    }
    return new KeptResults(folder);
  }

  /** Files of results, in no order. */
  async files(): Promise<string[]> {
    return (await list(this.#folder)).filter((name) => name.endsWith(SUFFIX)).slice(0, MAX_FILES);
  }

  /**
   * Writes a result; it is durable when this ends.
   *
   * @returns the file's name
   */
  async write({ lease, attempt }: LeaseName, bytes: Uint8Array): Promise<string> {
    const name = `${randomUUID()}${SUFFIX}`;
    const line = JSON.stringify({ format: FORMAT, lease, attempt, bytes: bytes.length, sha256: hash(bytes) });
    await publish(join(this.#folder, name), Buffer.concat([Buffer.from(`${line}\n`), bytes]));
    await syncFolder(this.#folder);
    return name;
  }

  /**
   * Reads a result, trusting nothing of it.
   *
   * @returns null when it is gone; what is wrong with it in words
   */
  async read(name: string): Promise<KeptResult | string | null> {
    let file: Uint8Array | null;
    try {
      file = await readBounded(join(this.#folder, name), MAX_HEADER + MAX_RESULT_BYTES);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    if (file === null) return null;
    const end = file.subarray(0, MAX_HEADER).indexOf(NEWLINE);
    const bytes = file.subarray(end + 1);
    let value: unknown = null;
    try {
      value = JSON.parse(Buffer.from(file.subarray(0, Math.max(0, end))).toString());
    } catch {
      return 'expected a line of JSON first, got none';
    }
    const found = header.safeParse(value);
    if (!found.success) return 'expected a header of a result, got another one';
    const { lease, attempt, bytes: length, sha256 } = found.data;
    if (length !== bytes.length) return `expected ${length} bytes, got ${bytes.length}`;
    if (sha256 !== hash(bytes)) return 'expected bytes of the hash that stands before them, got others';
    return { lease, attempt, bytes };
  }

  /** Removes a result; it may be gone already. */
  async remove(name: string): Promise<void> {
    await remove(join(this.#folder, name));
  }
}

async function removeTemporary(folder: string, now: number): Promise<void> {
  for (const name of await listAll(folder)) {
    if (!name.endsWith('.tmp') && !name.endsWith('.trial')) continue;
    const time = await modificationTime(join(folder, name));
    if (time !== null && now - time > TEMPORARY_MS) await remove(join(folder, name));
  }
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
