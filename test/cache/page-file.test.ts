import { readFile, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { refreshPage } from '../../src/cache/page-file.js';
import { newCache } from './support/scene.js';

const page = (version: string, body = ''): string =>
  `<html><meta name="generator" content="mandeld ${version}" />${body}</html>`;

describe('the page of a cache', () => {
  it.each([
    ['none', null, true],
    ['an earlier one', page('0.9.7'), true],
    ['an earlier one by number, not by letters', page('1.9.0'), true],
    ['the same version', page('1.10.0', 'other'), false],
    ['a later one', page('2.0.0'), false],
    ['somebody’s own', '<html>My page</html>', false],
    ['an empty one', '', false],
    ['one of another generator', '<meta name="generator" content="Hugo 0.1.0" />', false],
  ])('is brought up to date where there is %s', async (_what, there, isWritten) => {
    const { layout } = await newCache();
    if (there !== null) await writeFile(layout.page, there);
    expect(await refreshPage(layout, page('1.10.0'))).toBe(isWritten);
    expect(await readFile(layout.page, 'utf8')).toBe(isWritten ? page('1.10.0') : there);
  });

  it('is left alone where it is a link', async () => {
    const { layout } = await newCache();
    await writeFile(`${layout.root}/mine.html`, page('0.0.1'));
    await symlink('mine.html', layout.page);
    expect(await refreshPage(layout, page('1.0.0'))).toBe(false);
    expect(await readFile(`${layout.root}/mine.html`, 'utf8')).toBe(page('0.0.1'));
  });
});
