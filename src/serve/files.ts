import type { FastifyReply } from 'fastify';
import { resolve } from 'node:path';
import { isStandingFile } from './standing-file.js';

/**
 * How long what is kept is good for.
 *
 * Pictures and raw files keep their bytes for as long as cache.json stays as it is; only a cache that is made anew, or in another theme, has others
 * under the same names. So they are not declared immutable: an hour without a question, a day in which the old one is shown while the
 * question is asked, and then an ETag, by which the answer costs no more than its head. Films and their frames are named by a hash of all that
 * determines them, and never asked for again. Everything that grows or may appear is asked for each time.
 */
export const CACHING = {
  tile: 'public, max-age=3600, stale-while-revalidate=86400',
  hashed: 'public, max-age=31536000, immutable',
  growing: 'no-cache',
  missing: 'no-store',
} as const;

/** Sends files of a cache: with ETag, Last-Modified and ranges. */
export class FileSender {
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  /**
   * Answers with a file.
   *
   * @param path from the root, built by `ServedFiles`
   * @returns false when none stands there, and nothing was sent
   */
  async send(reply: FastifyReply, path: string, caching: string): Promise<boolean> {
    if (!(await isStandingFile(this.#root, path))) return false;
    reply.header('Cache-Control', caching);
    // The library would set a Cache-Control of its own. A file that goes in this moment gets the 404 of all others.
    reply.sendFile(path, this.#root, { cacheControl: false, dotfiles: 'deny', index: false });
    return true;
  }
}

/** Answers that there is no such thing. */
export function sendNothing(reply: FastifyReply): FastifyReply {
  return reply
    .code(404)
    .header('Cache-Control', CACHING.missing)
    .type('text/plain; charset=utf-8')
    .send('There is nothing here.\n');
}
