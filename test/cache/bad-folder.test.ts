import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepCopy, setAside } from '../../src/cache/bad-folder.js';
import { newCache, put } from './support/scene.js';

describe('setting aside', () => {
  it('keeps everything that ever had a name', async () => {
    const { layout } = await newCache();
    for (let i = 0; i < 12; i++) {
      await put(join(layout.todoFolder, 'junk'), `${i}`);
      const to = await setAside(layout, join(layout.todoFolder, 'junk'));
      expect(basename(to ?? '')).toBe(i === 0 ? 'junk' : `junk.${i + 1}`);
      expect(await readFile(to ?? '', 'utf8')).toBe(`${i}`);
    }
    expect((await readdir(layout.badFolder)).length).toBe(12);
  });

  it('moves folders, links and pipes themselves, not what they lead to', async () => {
    const { layout } = await newCache();
    const secret = join(layout.root, 'secret');
    await writeFile(secret, 'secret');
    await put(join(layout.todoFolder, 'folder', 'inner', 'x'), 'x');
    await symlink(secret, join(layout.todoFolder, 'link'));
    execFileSync('mkfifo', [join(layout.todoFolder, 'pipe')]);
    for (const name of ['folder', 'link', 'pipe']) await setAside(layout, join(layout.todoFolder, name));
    expect(await readFile(join(layout.badFolder, 'folder', 'inner', 'x'), 'utf8')).toBe('x');
    expect(await readFile(secret, 'utf8')).toBe('secret');
    const kinds = await readdir(layout.badFolder, { withFileTypes: true });
    expect(kinds.find(({ name }) => name === 'link')?.isSymbolicLink()).toBe(true);
    expect(kinds.find(({ name }) => name === 'pipe')?.isFIFO()).toBe(true);
  });

  it('says null of what is gone', async () => {
    const { layout } = await newCache();
    expect(await setAside(layout, join(layout.todoFolder, 'gone'))).toBeNull();
    expect(await keepCopy(layout, join(layout.todoFolder, 'gone'))).toBeNull();
  });

  it.each([
    ['a newline', 'a\nb'],
    ['a pattern', '*?{}[]'],
    ['a long name', 'x'.repeat(255)],
    ['a long name of three-byte letters', '漢'.repeat(85)],
    ['a long name of four-byte letters', '𝕏'.repeat(63)],
    ['an option', '-rf'],
    ['dots', 'a..b'],
  ])('takes %s, twice', async (_what, name) => {
    const { layout } = await newCache();
    for (let n = 0; n < 2; n++) {
      await put(join(layout.todoFolder, name), `${n}`);
      const to = await setAside(layout, join(layout.todoFolder, name));
      expect(await readFile(to ?? '', 'utf8')).toBe(`${n}`);
    }
    expect((await readdir(layout.badFolder)).length).toBe(2);
    expect(await readdir(layout.todoFolder)).toEqual(['M.raw']);
  });

  it('shows what was hidden', async () => {
    const { layout } = await newCache();
    await put(join(layout.todoFolder, '..hidden'), '');
    await put(join(layout.todoFolder, '...'), '');
    expect(basename((await setAside(layout, join(layout.todoFolder, '..hidden'))) ?? '')).toBe('hidden');
    expect(basename((await setAside(layout, join(layout.todoFolder, '...'))) ?? '')).toBe('unnamed');
  });

  it('keeps a second name of a damaged file, and the first one too', async () => {
    const { layout } = await newCache();
    const path = join(layout.todoFolder, 'M0.raw');
    await writeFile(path, 'torn');
    await mkdir(layout.badFolder);
    const to = (await keepCopy(layout, path)) ?? '';
    expect(await readFile(path, 'utf8')).toBe('torn');
    await writeFile(`${path}.new`, 'whole');
    execFileSync('mv', [`${path}.new`, path]);
    expect(await readFile(to, 'utf8')).toBe('torn');
    expect(await readFile(path, 'utf8')).toBe('whole');
  });
});
