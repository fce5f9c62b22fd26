import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../cache/support/folder.js';
import { parseHubAddress } from '../../src/volunteer/hub-address.js';
import { KeptResults } from '../../src/volunteer/kept-results.js';

const HUB = parseHubAddress('https://hub.example.org/');
const NAME = { lease: 17, attempt: 2 };
const BYTES = Buffer.from('{"children":[]}\nbytes');

async function opened(): Promise<{ kept: KeptResults; folder: string; state: string }> {
  const state = join(await temporaryFolder(), 'a', 'b');
  return { kept: await KeptResults.open(state, HUB, Date.now()), folder: join(state, HUB.key), state };
}

describe('kept results', () => {
  it('come back as they were written, and go', async () => {
    const { kept } = await opened();
    const file = await kept.write(NAME, BYTES);
    expect(await kept.files()).toEqual([file]);
    expect(await kept.read(file)).toEqual({ ...NAME, bytes: new Uint8Array(BYTES) });
    await kept.remove(file);
    await kept.remove(file);
    expect(await kept.read(file)).toBeNull();
    expect(await kept.files()).toEqual([]);
  });

  it('of hubs are apart', async () => {
    const { kept, state } = await opened();
    await kept.write(NAME, BYTES);
    const other = await KeptResults.open(state, parseHubAddress('https://other.example.org/'), Date.now());
    expect(await other.files()).toEqual([]);
  });

  it('are refused when a single byte is different', async () => {
    const { kept, folder } = await opened();
    const file = await kept.write(NAME, BYTES);
    const whole = await readFile(join(folder, file));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const damaged = Buffer.from(whole);
        damaged[at] ^= by;
        await writeFile(join(folder, file), damaged);
        const found = await kept.read(file);
        // A digit of the lease has no sum: the hub refuses what is not this volunteer's.
        if (found !== null && typeof found === 'object') expect(found.bytes).toEqual(new Uint8Array(BYTES));
        else expect(found).toMatch(/^expected/);
      }),
    );
    for (const cut of [0, 1, 40, whole.length - 1]) {
      await writeFile(join(folder, file), whole.subarray(0, cut));
      expect(await kept.read(file)).toMatch(/^expected/);
    }
  });

  it('are no links and no endless files', async () => {
    const { kept, folder } = await opened();
    await symlink('/etc/passwd', join(folder, 'x.result'));
    await mkdir(join(folder, 'y.result'));
    await writeFile(join(folder, 'z.result'), Buffer.alloc(4e6));
    for (const name of ['x.result', 'y.result', 'z.result'])
      expect(typeof (await kept.read(name))).toBe('string');
  });

  it('leave no temporary files for ever', async () => {
    const { folder, state } = await opened();
    for (const name of ['.old.tmp', '.new.tmp']) await writeFile(join(folder, name), 'x');
    await utimes(join(folder, '.old.tmp'), 1, 1);
    await KeptResults.open(state, HUB, Date.now());
    expect(await readdir(folder)).toEqual(['.new.tmp']);
  });

  it('need a folder', async () => {
    const { state } = await opened();
    await writeFile(join(state, 'file'), '');
    await expect(KeptResults.open(join(state, 'file'), HUB, Date.now())).rejects.toMatchObject({
      code: 'ESTATE',
      message: expect.stringMatching(/--state/) as string,
    });
  });
});
