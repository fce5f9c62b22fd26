import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What all caches of one level must have in common. */
export interface Essence {
  /** Every tile and picture: its path in the cache, the first digits of its SHA-256. */
  readonly files: Record<string, string>;
  /** The lines of boring.txt, sorted. */
  readonly boring: string[];
}

/** Every regular file below a folder, dot files too: path by path, the first digits of its SHA-256. */
export async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: Record<string, string> = {};
  for (const file of files.toSorted()) {
    const hash = createHash('sha256').update(await readFile(file));
    found[relative(folder, file)] = hash.digest('hex').slice(0, 16);
  }
  return found;
}

/** The essence of a cache: every tile and picture by content, the boring lines sorted. */
export async function essence(root: string): Promise<Essence> {
  const files: Record<string, string> = {};
  for (const name of ['todo', 'done', 'tile']) {
    for (const [file, hash] of Object.entries(await filesOf(join(root, name))))
      files[`${name}/${file}`] = hash;
  }
  const boring = (await readFile(join(root, 'boring.txt'), 'utf8')).split('\n').toSorted();
  return { files, boring };
}
