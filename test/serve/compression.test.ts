import { appendFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { acceptsGzip, CompressedBoring } from '../../src/serve/compression.js';
import { temporaryFolder } from '../cache/support/folder.js';

describe('Accept-Encoding', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['br, gzip', true],
    ['gzip, deflate, br, zstd', true],
    ['deflate, gzip;q=1.0, *;q=0.5', true],
    ['GZIP', true],
    ['x-gzip', true],
    ['gzip;q=0', false],
    ['gzip; q=0.0, br', false],
    ['identity', false],
    ['gzipped', false],
  ])('%j takes gzip: %s', (header, takes) => {
    expect(acceptsGzip(header)).toBe(takes);
  });
});

describe('a compressed boring.txt', () => {
  const text = 'M0123 0\n'.repeat(1000);
  const plain = (bytes: Uint8Array | undefined): string => (bytes ? String(gunzipSync(bytes)) : '');

  it('is made once for all who ask, and again after a while if it has grown', async () => {
    const path = join(await temporaryFolder(), 'boring.txt');
    await writeFile(path, text);
    let now = 0;
    const boring = new CompressedBoring(path, () => now);
    const [first, second] = await Promise.all([boring.get(), boring.get()]);
    expect(second).toBe(first);
    expect(plain(first?.bytes)).toBe(text);
    now = 1001;
    expect(await boring.get()).toBe(first);
    await appendFile(path, 'M1 0\n');
    expect(await boring.get()).toBe(first);
    now = 2500;
    const grown = await boring.get();
    expect(plain(grown?.bytes)).toBe(`${text}M1 0\n`);
    expect(grown?.etag).not.toBe(first?.etag);
  });

  it('is none of a file that is short, gone or a link', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'boring.txt');
    let now = 0;
    const boring = new CompressedBoring(path, () => now);
    const later = async (): Promise<unknown> => {
      now += 10_000;
      return await boring.get();
    };
    expect(await later()).toBeNull();
    await writeFile(path, 'M0 0\n');
    expect(await later()).toBeNull();
    await writeFile(path, text);
    expect(await later()).not.toBeNull();
    await rename(path, join(folder, 'other'));
    await symlink(join(folder, 'other'), path);
    expect(await later()).toBeNull();
    await rm(path);
    expect(await later()).toBeNull();
  });
});
