import { execFileSync } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seeClient } from '../../src/cache/liveness.js';
import { Layout } from '../../src/cache/layout.js';
import { readStatus, writeStatus } from '../../src/cache/status-file.js';
import { temporaryFolder } from './support/folder.js';
import { foreignStatus } from './support/scene.js';

const SOUND = foreignStatus('a');

describe('status.json', () => {
  it('is read as it was written, and leaves nothing beside it', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'status.json');
    await writeStatus(path, SOUND);
    await writeStatus(path, { ...SOUND, holding: ['M0', 'M1'] });
    expect(await readStatus(path)).toEqual({ ...SOUND, holding: ['M0', 'M1'] });
    expect(await readdir(folder)).toEqual(['status.json']);
  });

  it('is read without the fields that the first versions did not write, or with ones that it does not know', async () => {
    const path = join(await temporaryFolder(), 'status.json');
    await writeFile(path, JSON.stringify({ ...SOUND, mood: 'fine' }));
    expect(await readStatus(path)).toEqual({ ...SOUND, mood: 'fine' });
    const later = {
      made: 3,
      rate5m: 0.25,
      current: [{ address: 'M0', task: 'subdivide', seconds: 1.5 }],
      errors: 1,
      lastError: { text: 'no', seconds: 2 },
    };
    await writeFile(path, JSON.stringify({ ...SOUND, ...later }));
    expect(await readStatus(path)).toEqual({ ...SOUND, ...later });
    const wrong = [
      { made: 'many', rate5m: null, current: 'M0', errors: [], lastError: 'no' },
      { current: [1], lastError: { text: 1, seconds: 2 } },
      { current: [{ address: 'M0', seconds: 1 }], lastError: { text: 'no' } },
    ];
    for (const fields of wrong) {
      await writeFile(path, JSON.stringify({ ...SOUND, ...fields }));
      expect(await readStatus(path)).toEqual(SOUND);
    }
  });

  it('stays readable however much a client holds, however deep, and whatever has failed', async () => {
    const path = join(await temporaryFolder(), 'status.json');
    const address = `M${'0'.repeat(20_000)}`;
    const deep = Array.from({ length: 8192 }, () => address);
    const many = Array.from({ length: 8192 }, () => 'M0');
    for (const holding of [deep, many]) {
      const current = holding.map((name) => ({ address: name, task: 'make', seconds: 1 }));
      const lastError = { text: `a\n\u001b[2J${'x'.repeat(1_000_000)}`, seconds: 0 };
      await writeStatus(path, { ...SOUND, holding, current, lastError });
      const read = await readStatus(path);
      expect(read?.holding.length).toBeGreaterThan(3);
      expect(read?.current?.length).toBe(read?.holding.length);
      expect(read?.current?.[0]).toEqual(current[0]);
      expect(read?.lastError).toEqual({ text: `a [2J${'x'.repeat(295)}`, seconds: 0 });
    }
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['half of it', JSON.stringify(SOUND).slice(0, 50)],
    ['NUL bytes', new Uint8Array(500)],
    ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
    ['null', 'null'],
    ['a number', '5'],
    ['a list', '[]'],
    ['no session', JSON.stringify({ ...SOUND, session: undefined })],
    ['a process in words', JSON.stringify({ ...SOUND, pid: '1' })],
    ['a rate that is none', '{"rate": 1e999,' + JSON.stringify({ ...SOUND, rate: undefined }).slice(1)],
    ['tiles that are no list', JSON.stringify({ ...SOUND, holding: 'M0' })],
    ['tiles that are no texts', JSON.stringify({ ...SOUND, holding: [1] })],
    ['more than a megabyte', JSON.stringify({ ...SOUND, host: 'x'.repeat(1_000_001) })],
    ['brackets without end', '['.repeat(900_000)],
  ])('is no status with %s in it', async (_what, content) => {
    const path = join(await temporaryFolder(), 'status.json');
    await writeFile(path, content);
    expect(await readStatus(path)).toBeNull();
  });

  it('is no status when it is missing, a folder, a link or a pipe, and no pipe blocks', async () => {
    const layout = new Layout(await temporaryFolder(), 'png');
    const cases = ['missing', 'folder', 'link', 'pipe', 'loop'];
    for (const client of cases) await mkdir(layout.work(client).folder, { recursive: true });
    await mkdir(layout.work('folder').status);
    await writeStatus(join(layout.root, 'elsewhere.json'), SOUND);
    await symlink(join(layout.root, 'elsewhere.json'), layout.work('link').status);
    await symlink('status.json', layout.work('loop').status);
    execFileSync('mkfifo', [layout.work('pipe').status]);
    for (const client of cases) {
      expect(await readStatus(layout.work(client).status), client).toBeNull();
      const seen = await seeClient(layout, client, Date.now() + 5000);
      expect(seen.status, client).toBeNull();
      // Its age is known all the same: the folder's, when there is no heartbeat.
      expect(seen.age, client).toBeGreaterThan(3);
      expect(seen.age, client).toBeLessThan(60);
    }
    expect(await seeClient(layout, 'nobody', Date.now())).toEqual({
      name: 'nobody',
      age: Infinity,
      status: null,
    });
  });
});
