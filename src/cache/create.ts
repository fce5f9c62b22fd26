import { dirname } from 'node:path';
import { ROOT } from '../tile/address.js';
import { CacheError, systemCode } from './cache-error.js';
import { disk } from './disk.js';
import { exists, publish, writeDurably } from './files.js';
import { Layout } from './layout.js';
import type { PictureFormat } from '../tile/picture-format.js';
import { ALGORITHM_VERSION, FORMAT_VERSION, writeSettings, type Settings } from './settings.js';

/** What a new cache begins with: the root tile, ready-made. */
export interface Seed {
  readonly raw: Uint8Array;
  readonly picture: Uint8Array;
}

/**
 * Makes a cache: the folders, an empty boring.txt, the root tile in todo/ with its picture. cache.json comes last, so a
 * directory that has it is complete.
 *
 * @throws CacheError EEXISTS when the directory holds anything, EWRITE when it cannot be made
 */
export async function createCache(
  root: string,
  choice: { readonly theme: string; readonly image: PictureFormat; readonly lease: number },
  seed: Seed,
): Promise<Settings> {
  const layout = new Layout(root, choice.image);
  const settings = { format: FORMAT_VERSION, algorithm: ALGORITHM_VERSION, ...choice };
  try {
    await makeFolder(root);
    await refuseUnlessEmpty(root);
    for (const folder of layout.folders) await makeFolder(folder);
    await (await disk.open(layout.boring, 'a')).close();
    await writeDurably(layout.tile(ROOT), seed.picture);
    await publish(layout.todo(ROOT), seed.raw);
    await writeSettings(root, settings);
  } catch (error) {
    if (error instanceof CacheError) throw error;
    throw new CacheError(
      'EWRITE',
      root,
      `No cache could be made in ${root} (${systemCode(error) ?? String(error)}): expected a directory that this user may write ` +
        'to, or a place where one can be made. Check the path and its permissions.',
      { cause: error },
    );
  }
  return settings;
}

/** As mkdir with `recursive`, which never ends where a folder can be seen but nothing be made in it (/proc, automounts). */
async function makeFolder(path: string): Promise<void> {
  try {
    await disk.mkdir(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || (await exists(parent))) throw error;
    await makeFolder(parent);
    await disk.mkdir(path);
  }
}

async function refuseUnlessEmpty(root: string): Promise<void> {
  const names = (await disk.readdir(root)).filter((name) => name !== 'lost+found' && name !== '.keep');
  if (names.length === 0) return;
  const what = names.includes('cache.json') ? 'is a cache already' : `is not empty (it holds ${names[0]})`;
  throw new CacheError(
    'EEXISTS',
    root,
    `${root} ${what}: expected a new or empty directory. Nothing was changed; choose another path` +
      (names.includes('cache.json') ? ', or start "mandeld --cache" on it to go on with it.' : '.'),
  );
}
