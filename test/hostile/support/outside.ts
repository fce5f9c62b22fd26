import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../cache/support/folder.js';

/** A folder beside the cache that nothing may touch: files and folders named as the cache's own. */
export interface Outside {
  readonly folder: string;
  /** Everything in it: kinds, contents, times of files and folders. */
  look(): Promise<Record<string, string>>;
}

const FOLDERS = ['todo', 'done', 'ready', 'want', 'tile', 'ahead', 'held', 'reference'];
const FILES = ['M0.raw', 'M1.raw', 'M02.raw', 'M0.png', 'M00000000.orbit', 'M3', 'P0.png', 'token'];

/** Makes such a folder; a link to it, or to any folder in it, is a trap. */
export async function makeOutside(): Promise<Outside> {
  const folder = await temporaryFolder();
  for (const place of ['.', ...FOLDERS]) {
    await mkdir(join(folder, place), { recursive: true });
    for (const name of FILES) await writeFile(join(folder, place, name), `precious ${place} ${name}`);
  }
  await writeFile(join(folder, 'boring.txt'), 'M01 5\n');
  await writeFile(join(folder, 'status.json'), '{}');
  return { folder, look: async () => await describeTree(folder) };
}

/** Path by path what stands there, links not followed. */
async function describeTree(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of ['.', ...(await readdir(folder, { recursive: true }))].toSorted()) {
    const path = join(folder, name);
    const { mtimeMs, mode, size, nlink } = await lstat(path);
    const content = await readFile(path, 'utf8').catch(async () => await readlink(path).catch(() => ''));
    found[name] = `${mode} ${nlink} ${size} ${mtimeMs} ${content}`;
  }
  return found;
}
