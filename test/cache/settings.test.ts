import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings, writeSettings } from '../../src/cache/settings.js';
import { temporaryFolder } from './support/folder.js';

const SOUND = { format: 1, algorithm: 2, theme: 'Classic', image: 'png', lease: 60 } as const;

async function cacheSaying(text: string): Promise<string> {
  const root = await temporaryFolder();
  await writeFile(join(root, 'cache.json'), text);
  return root;
}

const ESETTINGS: [string, string][] = [
  ['an empty file', ''],
  ['a torn file', JSON.stringify(SOUND, null, 2).slice(0, 40)],
  ['NUL bytes', '\0'.repeat(80)],
  ['no object', '"format"'],
  ['null', 'null'],
  ['a list', '[1, 1]'],
  ['nothing in it', '{}'],
  ['no format', JSON.stringify({ ...SOUND, format: undefined })],
  ['a format in words', JSON.stringify({ ...SOUND, format: '1' })],
  ['half a format', JSON.stringify({ ...SOUND, format: 1.5 })],
  ['no algorithm', JSON.stringify({ ...SOUND, algorithm: undefined })],
  ['no theme', JSON.stringify({ ...SOUND, theme: undefined })],
  ['a theme that is a path', JSON.stringify({ ...SOUND, theme: '../../etc' })],
  ['a theme of 41 letters', JSON.stringify({ ...SOUND, theme: 'a'.repeat(41) })],
  ['another image format', JSON.stringify({ ...SOUND, image: 'gif' })],
  ['an image format in capitals', JSON.stringify({ ...SOUND, image: 'PNG' })],
  ['no lease', JSON.stringify({ ...SOUND, lease: undefined })],
  ['a lease in words', JSON.stringify({ ...SOUND, lease: '60' })],
  ['a lease of null, as NaN is written', JSON.stringify({ ...SOUND, lease: NaN })],
  ['a lease below 2 s', JSON.stringify({ ...SOUND, lease: 1.9 })],
  ['a lease above a day', JSON.stringify({ ...SOUND, lease: 86401 })],
  ['a megabyte of blanks', JSON.stringify(SOUND) + ' '.repeat(2 ** 20)],
];

describe('cache.json', () => {
  it('is read as it was written', async () => {
    const root = await temporaryFolder();
    await writeSettings(root, { ...SOUND, lease: 2.5, image: 'jpg' });
    expect(await readSettings(root)).toEqual({ ...SOUND, lease: 2.5, image: 'jpg' });
  });

  it('may hold more than is known, and none of that is passed on', async () => {
    const root = await cacheSaying(JSON.stringify({ ...SOUND, comment: 'ours', __proto__: 1 }));
    expect(await readSettings(root)).toEqual(SOUND);
  });

  it.each(ESETTINGS)('is refused with %s', async (_what, text) => {
    const root = await cacheSaying(text);
    const path = join(root, 'cache.json');
    await expect(readSettings(root)).rejects.toMatchObject({ code: 'ESETTINGS', path });
    await expect(readSettings(root)).rejects.toThrow(/^.{1,900}$/s);
  });

  it.each([
    { ...SOUND, format: 2 },
    { ...SOUND, format: 0 },
    { ...SOUND, algorithm: 1 },
    { ...SOUND, algorithm: 3 },
    { ...SOUND, format: 7, theme: 5, image: 'webp' },
  ])('of another version is refused as such: %j', async (value) => {
    const root = await cacheSaying(JSON.stringify(value));
    await expect(readSettings(root)).rejects.toMatchObject({
      code: 'EVERSION',
      path: join(root, 'cache.json'),
      message: expect.stringContaining(`format ${value.format}, algorithm ${value.algorithm}`) as string,
    });
  });

  it('is missing where there is no cache', async () => {
    const root = await temporaryFolder();
    const none = { code: 'ENOCACHE', path: root };
    await expect(readSettings(root)).rejects.toMatchObject(none);
    await writeFile(join(root, 'file'), '');
    await expect(readSettings(join(root, 'file'))).rejects.toMatchObject({ code: 'ENOCACHE' });
    await expect(readSettings(join(root, 'nothing'))).rejects.toMatchObject({ code: 'ENOCACHE' });
    await mkdir(join(root, 'cache.json'));
    await expect(readSettings(root)).rejects.toMatchObject({ code: 'ENOCACHE' });
  });
});
