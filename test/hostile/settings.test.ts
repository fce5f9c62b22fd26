import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/cache/settings.js';
import { temporaryFolder } from '../cache/support/folder.js';

const SOUND = JSON.stringify({ format: 1, algorithm: 2, theme: 'Classic', image: 'png', lease: 60 });

describe('a hostile cache.json is refused at once', () => {
  it.each<[string, string, (path: string) => Promise<unknown>]>([
    ['a pipe', 'ENOCACHE', async (path) => await Promise.resolve(execFileSync('mkfifo', [path]))],
    ['a link', 'ENOCACHE', async (path) => await symlink(`${path}.other`, path)],
    ['a link to itself', 'ENOCACHE', async (path) => await symlink('cache.json', path)],
    ['a folder', 'ENOCACHE', async (path) => await mkdir(path)],
    [
      'a terabyte',
      'ESETTINGS',
      async (path) => {
        await writeFile(path, SOUND);
        await truncate(path, 2 ** 40);
      },
    ],
    [
      'a nest of lists in place of a version',
      'ESETTINGS',
      async (path) =>
        await writeFile(path, `{"format": ${'['.repeat(30_000)}${']'.repeat(30_000)}, "algorithm": 2}`),
    ],
    [
      'a nest of lists',
      'ESETTINGS',
      async (path) => await writeFile(path, '['.repeat(30_000) + ']'.repeat(30_000)),
    ],
  ])('%s', async (_what, code, make) => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'cache.json.other'), SOUND);
    await make(join(root, 'cache.json'));
    await expect(readSettings(root)).rejects.toMatchObject({ code });
    await expect(readSettings(root)).rejects.toThrow(/^.{1,900}$/s);
  });
});
